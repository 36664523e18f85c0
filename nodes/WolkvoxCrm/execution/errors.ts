import { NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';

import { isTool } from '../isTool';
import type { OperationKind } from '../operation';
import { RequestFailure } from '../transport/failure';
import type { Entry } from './ledger';
import { getAttachedNames } from './ledger';
import type { NodeRun } from './nodeRun';

type DescribedError = Error & { description?: string | null };

/**
 * The error as n8n shows it. On the error output and to a model, n8n shows nothing but the message, so
 * that names the item, the files that are attached already, and an outcome that is unknown.
 *
 * @returns NodeOperationError for what the user can fix, NodeApiError for a request that was not
 * confirmed, and any other error as it is
 */
export function toNodeError(
	run: NodeRun,
	itemIndex: number,
	error: DescribedError,
): DescribedError {
	const { node, continueOnFail, operation, ledger } = run;
	const attached = ledger
		.getEntries(itemIndex)
		.filter(({ result }) => !result)
		.flatMap(getAttachedNames);
	// For reads the outcome does not matter.
	const outcome =
		error instanceof RequestFailure && operation.effect !== 'reads' ? error.outcome : undefined;
	const isUnknown = outcome === 'unknown';
	const text = [
		error.message,
		...(error instanceof UserError ? [`[item ${itemIndex}]`] : []),
		...(attached.length > 0 ? [`(already attached: ${attached.join(', ')})`] : []),
		...(isUnknown && continueOnFail && !isTool(node) ? ['[outcome unknown]'] : []),
	].join(' ');
	const description =
		sentences(isUnknown ? getUnknownAdvice(operation) : undefined, error.description) || undefined;
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

/** Adds what people need to know after a stop; a tool call has one item, and a read leaves nothing behind. */
export function addSummary(nodeError: DescribedError, run: NodeRun, cause: Error): DescribedError {
	if (isTool(run.node) || run.operation.effect === 'reads') return nodeError;
	const description = sentences(nodeError.description, summarize(run, cause));
	return Object.assign(nodeError, { description });
}

function getUnknownAdvice({ effect, noun }: OperationKind): string {
	return effect === 'creates'
		? `Wolkvox may have created the ${noun} anyway, so the node does not send it again by itself. Look for it in the CRM first: Retry in the list of executions creates it again.`
		: `Wolkvox may have applied the update anyway, so the node does not send it again by itself. Check the ${noun} first: Retry in the list of executions sends it again.`;
}

/**
 * Which items are done, in part or perhaps.
 *
 * @param cause the failure that stopped the run; its own message covers its item
 */
function summarize({ ledger, operation }: NodeRun, cause: Error): string {
	const entries = ledger.all();
	const { noun } = operation;
	const done = entries.filter(({ result }) => result);
	const open = entries.filter(({ result }) => !result);
	const inPart = open.filter(({ attachedFiles }) => attachedFiles.length > 0);
	const unknown = open.filter(({ unknownFailure }) => unknownFailure && unknownFailure !== cause);
	const changed = operation.effect === 'creates' ? 'created' : 'updated';

	const texts = [
		done.length > 0 &&
			`Before this, ${count(done.length, noun)} ${wasOrWere(done.length)} ${changed}: ${nameItems(done)}.`,
		...inPart.map(
			(entry) =>
				`Item ${entry.itemIndex} was updated in part (attached: ${getAttachedNames(entry).join(', ')}).`,
		),
		done.length + inPart.length === 0 && `No ${noun} was ${changed} before this.`,
		unknown.length > 0 &&
			`It is unknown whether ${nameItems(unknown)} ${wasOrWere(unknown.length)} ${changed}: check before retrying.`,
	];
	return texts.filter(Boolean).join(' ');
}

function count(number: number, noun: string): string {
	return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}

function wasOrWere(number: number): string {
	return number === 1 ? 'was' : 'were';
}

function nameItems(entries: Entry[]): string {
	const indexes = [...new Set(entries.map(({ itemIndex }) => itemIndex))].sort((a, b) => a - b);
	return `${indexes.length === 1 ? 'item' : 'items'} ${toRanges(indexes)}`;
}

/** Rising numbers in words: 0, 1, 2, 5 becomes "0-2, 5". */
function toRanges(numbers: number[]): string {
	const ranges: Array<[first: number, last: number]> = [];
	for (const number of numbers) {
		const range = ranges.at(-1);
		if (range?.[1] === number - 1) range[1] = number;
		else ranges.push([number, number]);
	}
	return ranges.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(', ');
}

/** Joins texts, each of which ends with a full stop then. */
function sentences(...texts: Array<string | null | undefined>): string {
	return texts
		.filter((text) => text)
		.map((text) => (/[.!?]$/.test(text!) ? text : `${text}.`))
		.join(' ');
}
