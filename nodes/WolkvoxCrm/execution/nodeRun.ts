import type { IExecuteData, IExecutePaginationFunctions, INode } from 'n8n-workflow';

import { Attempt } from './attempt';
import { ItemState } from './itemState';
import { Pause } from './pause';
import { getRunOptions } from './runOptions';
import { loadProgress, saveProgress } from './savedProgress';
import { RunEndedError } from './taskQueue';

/** A node run: all attempts over the same items. */
export class NodeRun {
	readonly node: INode;

	readonly continueOnFail: boolean;

	/** Of each item and record: an expression can name another record in the next attempt. */
	private readonly states = new Map<string, ItemState>();

	private readonly pause = new Pause();

	private currentAttempt!: Attempt;

	private savedAttempt?: Attempt;

	private lastIndex = Infinity;

	private readonly items: number;

	constructor(context: IExecutePaginationFunctions) {
		this.node = context.getNode();
		this.continueOnFail = context.continueOnFail();
		this.items = itemCount(context, this.node);
		for (const { itemIndex, recordId, ...saved } of this.savedItems(context)) {
			Object.assign(this.stateOf(itemIndex, recordId), saved);
		}
	}

	/**
	 * The attempt to which an item belongs. Within an attempt, n8n brings items in rising order, so an
	 * index that is not higher than the last one begins the next attempt.
	 */
	attemptOf(context: IExecutePaginationFunctions): Attempt {
		const itemIndex = context.getItemIndex();
		if (itemIndex <= this.lastIndex) {
			this.currentAttempt?.stop(new RunEndedError());
			this.currentAttempt = this.newAttempt(context);
		}
		this.lastIndex = itemIndex;
		return this.currentAttempt;
	}

	stateOf(itemIndex: number, recordId: string): ItemState {
		const key = `${itemIndex} ${recordId}`;
		const known = this.states.get(key);
		if (known) return known;

		const state = new ItemState(itemIndex, recordId);
		this.states.set(key, state);
		return state;
	}

	allStates(): ItemState[] {
		return [...this.states.values()];
	}

	/** Saves what an attempt has done, once it has ended; every item that failed may ask for it. */
	save(context: IExecutePaginationFunctions): void {
		if (isTool(this.node) || this.savedAttempt === this.currentAttempt) return;
		this.savedAttempt = this.currentAttempt;
		saveProgress(context, this.allStates(), this.items);
	}

	private savedItems(context: IExecutePaginationFunctions) {
		return isTool(this.node) ? [] : loadProgress(context, this.items);
	}

	private newAttempt(context: IExecutePaginationFunctions): Attempt {
		const { batching } = context.getNodeParameter('requestOptions', {}) as {
			batching?: { batch?: { batchSize?: number; batchInterval?: number } };
		};
		const { batchSize = 1, batchInterval = 0 } = batching?.batch ?? {};
		return new Attempt(
			{
				items: this.items,
				concurrency: concurrencyOf(this.node),
				continueOnFail: this.continueOnFail,
				batch: { size: batchSize > 0 ? batchSize : 1, intervalMs: batchInterval },
				cancelSignal: context.getExecutionCancelSignal(),
			},
			this.pause,
		);
	}
}

/** An invalid number is for each item to report; nothing is sent then. */
function concurrencyOf(node: INode): number {
	try {
		return getRunOptions(node).concurrency;
	} catch {
		return 1;
	}
}

/** n8n adds this ending to the copy of a node that serves AI agents. */
export function isTool(node: INode): boolean {
	return node.type.endsWith('Tool');
}

/** With Execute Once n8n hands the node one item, while the execute data still holds all of them. */
function itemCount(context: IExecutePaginationFunctions, node: INode): number {
	return isTool(node) || node.executeOnce
		? 1
		: (context.getExecuteData().data.main?.[0]?.length ?? 1);
}

const runs = new WeakMap<IExecuteData, NodeRun>();

/**
 * The run to which an item belongs. All items and attempts of a run share its execute data, and no
 * two runs do. A tool call is a run of its own: older versions of n8n give it the execute data of its
 * agent, which tells no two calls apart.
 */
export function nodeRunOf(context: IExecutePaginationFunctions): NodeRun {
	const data = context.getExecuteData();
	const known = runs.get(data);
	if (known) return known;

	const run = new NodeRun(context);
	if (data.node.name === run.node.name) runs.set(data, run);
	return run;
}
