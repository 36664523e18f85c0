import type { INode, INodeProperties } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

export const maxConcurrentOption: INodeProperties = {
	displayName: 'Max Concurrent Requests',
	name: 'maxConcurrent',
	type: 'number',
	noDataExpression: true,
	typeOptions: { minValue: 1, maxValue: 20, numberPrecision: 0 },
	default: 1,
	description:
		'How many items are sent at the same time. Wolkvox limits calls per IP address, and for its Manager API it advises sequential calls.',
};

export const maxRetriesOption: INodeProperties = {
	displayName: 'Max Retries',
	name: 'maxRetries',
	type: 'number',
	noDataExpression: true,
	typeOptions: { minValue: 0, maxValue: 5, numberPrecision: 0 },
	default: 2,
	description:
		'How often a request is sent again after a failure. A create or an update only if Wolkvox definitely did not apply it: server not found, connection refused, too many requests, or Wolkvox asked to wait. A request that only reads also after a lost connection or a server error.',
};

/**
 * The options that hold for a whole run. They take no expressions, so they are read as they stand.
 *
 * @throws UserError if a workflow that was not made in the editor holds an invalid number
 */
export function getRunOptions({ parameters }: INode): { concurrency: number; maxRetries: number } {
	const options = (parameters.options ?? {}) as Record<string, unknown>;
	return {
		concurrency: wholeNumber(options, maxConcurrentOption),
		maxRetries: wholeNumber(options, maxRetriesOption),
	};
}

function wholeNumber(options: Record<string, unknown>, option: INodeProperties): number {
	const { minValue = 0, maxValue = Infinity } = option.typeOptions ?? {};
	const number = Number(options[option.name] ?? option.default);
	if (!Number.isInteger(number) || number < minValue || number > maxValue) {
		throw new UserError(
			`${option.displayName} must be a whole number from ${minValue} to ${maxValue}`,
		);
	}
	return number;
}
