import type { INodeProperties } from 'n8n-workflow';

import { RUN_SETTINGS } from '../../execution/settings';

const { maxConcurrent, maxRetries } = RUN_SETTINGS;

export const maxConcurrentOption: INodeProperties = {
	displayName: maxConcurrent.label,
	name: 'maxConcurrent',
	type: 'number',
	noDataExpression: true,
	typeOptions: { minValue: maxConcurrent.min, maxValue: maxConcurrent.max, numberPrecision: 0 },
	default: maxConcurrent.default,
	description:
		'How many items are sent at the same time. Wolkvox asks for sequential calls and limits calls per IP address.',
};

export const maxRetriesOption: INodeProperties = {
	displayName: maxRetries.label,
	name: 'maxRetries',
	type: 'number',
	noDataExpression: true,
	typeOptions: { minValue: maxRetries.min, maxValue: maxRetries.max, numberPrecision: 0 },
	default: maxRetries.default,
	description:
		'How often a request is sent again if Wolkvox definitely did not apply it: server not found, connection refused, too many requests, or Wolkvox asked to wait. After any other failure the node never sends it again by itself.',
};
