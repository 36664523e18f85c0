import { NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';

import type { OperationKind } from '../operation';
import { RequestFailure } from '../transport/failure';
import type { NodeRun } from './nodeRun';
import { isTool } from '../isTool';

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
	const { node, continueOnFail, action, isRead } = run;
	const attached = run.history.filesAttachedTo(itemIndex).join(', ');
	// It is of no importance what became of a request that changes nothing.
	const outcome = error instanceof RequestFailure && !isRead ? error.outcome : undefined;
	const isUnknown = outcome === 'unknown';
	const isInvalidItem = error instanceof UserError && !(error instanceof RequestFailure);
	const text = [
		error.message,
		...(isInvalidItem ? [`[item ${itemIndex}]`] : []),
		...(attached ? [`(already attached: ${attached})`] : []),
		...(isUnknown && continueOnFail && !isTool(node) ? ['[outcome unknown]'] : []),
	].join(' ');
	const description =
		sentences(isUnknown ? unknownAdvice(action) : undefined, error.description) || undefined;
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

function unknownAdvice({ effect, noun }: OperationKind): string {
	return effect === 'creates'
		? `Wolkvox may have created the ${noun} anyway, so the node does not send it again by itself. Look for it in the CRM first: Retry in the list of executions creates it again.`
		: `Wolkvox may have applied the update anyway, so the node does not send it again by itself. Check the ${noun} first: Retry in the list of executions sends it again.`;
}

/** Joins texts, each of which ends with a full stop then. */
export function sentences(...texts: Array<string | null | undefined>): string {
	return texts
		.filter((text) => text)
		.map((text) => (/[.!?]$/.test(text!) ? text : `${text}.`))
		.join(' ');
}
