import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { searchCaseTypes } from './listSearch/caseTypes';
import { caseProperties } from './resources/case';
import { SERVER_URL } from './transport/server';

export class WolkvoxCrm implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Wolkvox CRM',
		name: 'wolkvoxCrm',
		icon: { light: 'file:../../icons/wolkvox.svg', dark: 'file:../../icons/wolkvox.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle:
			'={{ $parameter["resource"].toTitleCase() + ": " + $parameter["operation"].toTitleCase() }}',
		description: 'Update cases in Wolkvox CRM',
		defaults: { name: 'Wolkvox CRM' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'wolkvoxCrmApi', required: true }],
		// No Content-Type: n8n would turn the form into JSON. A redirect would carry the token to another
		// host, and n8n repeats what ends in 401, so both are read from the answer (transport/reply.ts).
		requestDefaults: {
			baseURL: SERVER_URL,
			headers: { Accept: 'application/json' },
			disableFollowRedirect: true,
			ignoreHttpStatusErrors: true,
		},
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: [{ name: 'Case', value: 'case' }],
				default: 'case',
			},
			...caseProperties,
		],
	};

	methods = { listSearch: { searchCaseTypes } };
}
