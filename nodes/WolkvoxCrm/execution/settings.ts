import type { INode } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

/** Options that hold for the whole run, so they take no expressions. The description uses the same numbers. */
export const RUN_SETTINGS = {
	maxConcurrent: { label: 'Max Concurrent Requests', min: 1, max: 20, default: 1 },
	maxRetries: { label: 'Max Retries', min: 0, max: 5, default: 2 },
};

/**
 * How many requests may be in flight, and how often one is repeated.
 *
 * @throws UserError if a workflow that was not made in the editor holds an invalid number
 */
export function getRunSettings({ parameters }: INode): Record<keyof typeof RUN_SETTINGS, number> {
	const options = (parameters.options ?? {}) as Record<string, unknown>;
	return {
		maxConcurrent: wholeNumber(options.maxConcurrent, RUN_SETTINGS.maxConcurrent),
		maxRetries: wholeNumber(options.maxRetries, RUN_SETTINGS.maxRetries),
	};
}

function wholeNumber(value: unknown, setting: (typeof RUN_SETTINGS)['maxRetries']): number {
	const { label, min, max } = setting;
	const number = value === undefined || value === '' ? setting.default : Number(value);
	if (!Number.isInteger(number) || number < min || number > max) {
		throw new UserError(`${label} must be a whole number from ${min} to ${max}`);
	}
	return number;
}
