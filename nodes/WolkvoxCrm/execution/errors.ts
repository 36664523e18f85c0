import type { IDataObject, INode } from 'n8n-workflow';
import { NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';

import { isTool } from '../isTool';
import type { OperationKind } from '../operation';
import { idOf } from '../transport/content';
import { RequestFailure } from '../transport/failure';
import type { Entry } from './ledger';
import { getAttachedNames } from './ledger';
import type { NodeRun } from './nodeRun';
import { CHANGED } from './words';

/** In characters. */
const MAX_TOOL_MESSAGE_LENGTH = 4_000;

type DescribedError = Error & { description?: string | null };

/**
 * The error as n8n shows it. On the error output and to a model, n8n shows nothing but the message, so
 * that names the item, what is known of it, and an outcome that is unknown.
 *
 * @returns NodeApiError for what the user can fix and for a request that was not confirmed, as n8n leaves
 * only this one as it is; any other error as it is
 */
export function toNodeError(
	run: NodeRun,
	itemIndex: number,
	error: DescribedError,
): DescribedError {
	const { node, continueOnFail, operation } = run;
	// For reads the outcome does not matter.
	const outcome =
		error instanceof RequestFailure && operation.effect !== 'reads' ? error.outcome : undefined;
	const isUnknown = outcome === 'unknown';
	const text = [
		error.message,
		...(error instanceof UserError ? [`[item ${itemIndex}]`] : []),
		...describeKnown(run, itemIndex),
		...(isUnknown && continueOnFail && !isTool(node) ? ['[outcome unknown]'] : []),
	].join(' ');
	const advice = sentences(isUnknown ? getUnknownAdvice(operation) : undefined, error.description);
	const [message, description] = isTool(node)
		? [sentences(text, advice), advice].map((said) => hideErrorNames(node, cut(said)))
		: [text, advice];
	if (!(error instanceof UserError || error instanceof RequestFailure)) {
		return Object.assign(error, { message });
	}
	const httpCode = error instanceof RequestFailure ? error.httpCode : undefined;
	const nodeError = new NodeApiError(
		node,
		{ message },
		{ message, description: description || undefined, httpCode, itemIndex },
	);
	// n8n replaces a message in which it finds the name of a system error, such as EACCES in "claveAcceso".
	nodeError.message = message;
	nodeError.description = description || undefined;
	nodeError.context.outcome = outcome;
	return nodeError;
}

/** A value in a message can have any length; a model reads the beginning. */
function cut(text: string): string {
	return text.length > MAX_TOOL_MESSAGE_LENGTH
		? `${text.slice(0, MAX_TOOL_MESSAGE_LENGTH)}…`
		: text;
}

/**
 * Of an error that a tool throws, n8n makes another one, and replaces its message again
 * (get-input-connection-data.js, `makeHandleToolInvocation`). A word joiner, which no one sees, keeps it
 * from finding the name of a system error.
 */
function hideErrorNames(node: INode, text: string): string {
	if (!isReplaced(node, text)) return text;
	let [start, end] = [0, text.length];
	while (end - start > 1) {
		const middle = Math.floor((start + end) / 2);
		if (isReplaced(node, text.slice(0, middle))) end = middle;
		else start = middle;
	}
	return `${text.slice(0, end - 1)}\u2060${hideErrorNames(node, text.slice(end - 1))}`;
}

function isReplaced(node: INode, message: string): boolean {
	return new NodeOperationError(node, message).message !== message;
}

/** What earlier attempts have done for an item that has failed now. */
function describeKnown({ ledger, operation }: NodeRun, itemIndex: number): string[] {
	const entries = ledger.getEntries(itemIndex);
	const done = entries.flatMap(({ result }) => result ?? []).map(describeResult);
	const attached = entries.filter(({ result }) => !result).flatMap(getAttachedNames);
	return [
		...(done.length > 0 ? [`(already ${CHANGED[operation.effect]}: ${done.join(', ')})`] : []),
		...(attached.length > 0 ? [`(already attached: ${attached.join(', ')})`] : []),
	];
}

function describeResult(json: IDataObject): string {
	return idOf(json.data) ?? idOf(json) ?? 'without an ID';
}

/** Adds what people need to know after a stop; a tool call has one item, and a read leaves nothing behind. */
export function addSummary(nodeError: DescribedError, run: NodeRun, cause: Error): DescribedError {
	if (isTool(run.node) || run.operation.effect === 'reads') return nodeError;
	const description = sentences(nodeError.description, summarize(run, cause));
	return Object.assign(nodeError, { description });
}

function getUnknownAdvice({ effect, noun }: OperationKind): string {
	const advice: typeof CHANGED = {
		reads: '',
		creates: `Wolkvox may have created the ${noun} anyway, so the node does not send it again by itself. Look for it in the CRM first: Retry in the list of executions creates it again.`,
		updates: `Wolkvox may have applied the update anyway, so the node does not send it again by itself. Check the ${noun} first: Retry in the list of executions sends it again.`,
		upserts: `Wolkvox may have created or updated the ${noun} anyway, so the node does not send it again by itself. You can run this item again: the node then finds what was created.`,
		deletes: `Wolkvox may have deleted the ${noun} anyway, so the node does not send it again by itself. Check in the CRM first: Retry in the list of executions sends it again.`,
	};
	return advice[effect];
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
	const changed = CHANGED[operation.effect];

	const texts = [
		done.length > 0 &&
			`Before this, ${count(done.length, noun)} ${wasOrWere(done.length)} ${changed}: ${nameItems(done)}.`,
		...inPart.map(
			(entry) =>
				`Item ${entry.itemIndex} was updated in part (attached: ${getAttachedNames(entry).join(', ')}).`,
		),
		done.length + inPart.length + unknown.length === 0 && `No ${noun} was ${changed} before this.`,
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
