import { NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';

import { RequestFailure } from '../transport/failure';
import type { NodeRun } from './nodeRun';
import { isTool } from './nodeRun';

type DescribedError = Error & { description?: string | null };

/**
 * The error as n8n shows it. On the error output and to a model, n8n shows nothing but the message, so
 * that names the item, the files that are attached already, and an outcome that is unknown.
 */
export function toNodeError(
	run: NodeRun,
	itemIndex: number,
	error: DescribedError,
): DescribedError {
	const { node, continueOnFail } = run;
	const attached = run.filesAttachedTo(itemIndex).join(', ');
	const outcome = error instanceof RequestFailure ? error.outcome : undefined;
	const description = error.description ?? undefined;
	const text = [
		error.message,
		...(error instanceof UserError && !outcome ? [`[item ${itemIndex}]`] : []),
		...(attached ? [`(already attached: ${attached})`] : []),
		...(outcome === 'unknown' && continueOnFail && !isTool(node) ? ['[outcome unknown]'] : []),
	].join(' ');
	const message = isTool(node) ? sentences(text, description) : text;

	if (error instanceof RequestFailure) {
		const options = { message, description, httpCode: error.httpCode, itemIndex };
		const apiError = new NodeApiError(node, { message }, options);
		// n8n replaces a message in which it finds the name of a network error.
		apiError.message = message;
		apiError.context.outcome = outcome;
		return apiError;
	}
	return error instanceof UserError
		? new NodeOperationError(node, message, { itemIndex, description })
		: Object.assign(error, { message });
}

/** Joins texts, each of which ends with a full stop then. */
export function sentences(...texts: Array<string | null | undefined>): string {
	return texts
		.filter((text) => text)
		.map((text) => (/[.!?]$/.test(text!) ? text : `${text}.`))
		.join(' ');
}
