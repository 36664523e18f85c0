import { createHash } from 'crypto';
import type { IDataObject, IExecutePaginationFunctions, INode } from 'n8n-workflow';

import type { ItemState } from './itemState';

/** What an execution keeps of an item, as plain data. */
type SavedItem = Pick<
	ItemState,
	'itemIndex' | 'recordId' | 'result' | 'lastResponse' | 'attachedFiles'
>;

interface SavedRun {
	/** Of what the items were sent for: another node, credential or number of items starts afresh. */
	fingerprint: string;
	items: SavedItem[];
}

/**
 * Saves with a failed execution what it has done, so that Retry in n8n's list of executions goes on
 * from there. n8n keeps a node's context with the execution, one for all runs of the node.
 *
 * It holds no personal data and no error messages: expressions can read it, and n8n does not redact
 * it. What is unknown is not saved: whoever presses Retry was told to check, and has decided.
 */
export function saveProgress(
	context: IExecutePaginationFunctions,
	states: ItemState[],
	items: number,
): void {
	const done = states.filter(({ result, lastResponse }) => result ?? lastResponse);
	const saved: SavedRun = {
		fingerprint: fingerprintOf(context.getNode(), items),
		items: done.map(({ itemIndex, recordId, result, lastResponse, attachedFiles }) => ({
			itemIndex,
			recordId,
			attachedFiles,
			...(result ? { result } : { lastResponse }),
		})),
	};
	context.getContext('node')[keyOf(context)] = saved as unknown as IDataObject;
}

/** What an earlier execution has done for the same items, if this one is a retry of it. */
export function loadProgress(context: IExecutePaginationFunctions, items: number): SavedItem[] {
	if (context.getMode() !== 'retry') return [];
	const saved = context.getContext('node')[keyOf(context)] as unknown as SavedRun | undefined;
	return saved?.fingerprint === fingerprintOf(context.getNode(), items) ? saved.items : [];
}

function keyOf(context: IExecutePaginationFunctions): string {
	return `run ${context.getWorkflowDataProxy(context.getItemIndex()).$runIndex}`;
}

/** Of the parameters as they stand: a hash of resolved values would differ with `$now` or `$execution.id`. */
function fingerprintOf({ parameters, credentials }: INode, items: number): string {
	const relevant = {
		...parameters,
		requestOptions: undefined,
		options: { ...(parameters.options as object), maxConcurrent: undefined, maxRetries: undefined },
	};
	const text = JSON.stringify([relevant, credentials?.wolkvoxCrmApi?.id, items], sortKeys);
	return createHash('sha256').update(text).digest('base64');
}

function sortKeys(_key: string, value: unknown): unknown {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
		? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
		: value;
}
