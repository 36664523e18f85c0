import { createHash } from 'crypto';
import type { IDataObject, IExecutePaginationFunctions, INode } from 'n8n-workflow';

import { isObject } from '../transport/isObject';
import type { ItemState } from './itemState';

/** What an execution keeps of an item, as plain data. */
type SavedItem = Pick<
	ItemState,
	'itemIndex' | 'recordId' | 'recipient' | 'result' | 'lastResponse' | 'attachedFiles'
>;

interface SavedRun {
	/** Of what the items were sent for: another node, credential or number of items starts afresh. */
	fingerprint: string;
	items: Record<string, SavedItem>;
}

/**
 * What a node run has done so far. n8n saves a node's context with each execution, so Retry in its
 * list of executions can go on where the run stopped. The context is one for all runs of a node.
 *
 * It holds what the node returns, which is Wolkvox's responses, but no values, no file names and no
 * error messages: expressions can read it, and n8n does not redact it. What is unknown is not saved:
 * whoever presses Retry was told to check, and has decided.
 */
export class SavedProgress {
	private readonly nodeContext: IDataObject;

	private readonly key: string;

	private readonly fingerprint: string;

	constructor(context: IExecutePaginationFunctions, items: number) {
		this.nodeContext = context.getContext('node');
		this.key = `run ${context.getWorkflowDataProxy(context.getItemIndex()).$runIndex}`;
		this.fingerprint = fingerprintOf(context.getNode(), items);

		const saved = this.nodeContext[this.key] as SavedRun | undefined;
		const isRetry = context.getMode() === 'retry' && saved?.fingerprint === this.fingerprint;
		if (!isRetry) this.discard();
	}

	/** What an earlier execution did for the same items, if this one is a retry of it. */
	load(): SavedItem[] {
		const saved = this.nodeContext[this.key] as SavedRun | undefined;
		return Object.values(saved?.items ?? {});
	}

	note({ itemIndex, recordId, recipient, result, lastResponse, attachedFiles }: ItemState): void {
		this.nodeContext[this.key] ??= { fingerprint: this.fingerprint, items: {} };
		const { items } = this.nodeContext[this.key] as unknown as SavedRun;
		items[[itemIndex, recordId, recipient].join(' ')] = {
			itemIndex,
			recordId,
			recipient,
			attachedFiles: attachedFiles.map(({ key }) => ({ key })),
			...(result ? { result } : { lastResponse }),
		};
	}

	/** Once the run has ended well, no one needs it any more. */
	discard(): void {
		delete this.nodeContext[this.key];
	}
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
	return isObject(value)
		? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
		: value;
}
