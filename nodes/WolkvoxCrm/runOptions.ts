import type { INode, INodeProperties } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

export interface RunOptions {
	/** How many items may be sent at the same time. */
	concurrency: number;
	/** How often a request is sent again. */
	maxRetries: number;
}

export const maxConcurrentOption: INodeProperties = {
	displayName: 'Max Concurrent Requests',
	name: 'maxConcurrent',
	type: 'number',
	noDataExpression: true,
	typeOptions: { minValue: 1, maxValue: 20, numberPrecision: 0 },
	default: 1,
	description:
		'How many items to send at the same time. Raise it slowly: Wolkvox limits calls per IP address.',
};

export const maxRetriesOption: INodeProperties = {
	displayName: 'Max Retries',
	name: 'maxRetries',
	type: 'number',
	noDataExpression: true,
	typeOptions: { minValue: 0, maxValue: 5, numberPrecision: 0 },
	default: 2,
	description:
		'How many times to repeat a request after a temporary failure. Changes are repeated only if Wolkvox did not apply them.',
};

/** The options that hold for a whole run, unchecked. They take no expressions, so they are read as they stand. */
export function getRunOptions({ parameters }: INode): RunOptions {
	const options = (parameters.options ?? {}) as Record<string, unknown>;
	const get = ({ name, default: usual }: INodeProperties) => Number(options[name] ?? usual);
	return { concurrency: get(maxConcurrentOption), maxRetries: get(maxRetriesOption) };
}

/** @throws UserError if a workflow that was not made in the editor holds an invalid number */
export function assertRunOptions({ concurrency, maxRetries }: RunOptions): void {
	assertWholeNumber(concurrency, maxConcurrentOption);
	assertWholeNumber(maxRetries, maxRetriesOption);
}

function assertWholeNumber(number: number, { displayName, typeOptions }: INodeProperties): void {
	const { minValue = 0, maxValue = Infinity } = typeOptions ?? {};
	if (!Number.isInteger(number) || number < minValue || number > maxValue) {
		throw new UserError(`'${displayName}' must be a whole number from ${minValue} to ${maxValue}`);
	}
}
