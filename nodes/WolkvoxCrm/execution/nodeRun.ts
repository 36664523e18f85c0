import type { IExecuteData, IExecutePaginationFunctions, INode } from 'n8n-workflow';

import type { OperationKind } from '../operation';
import { isTool } from '../isTool';
import { Attempt } from './attempt';
import { EvaluationLoop } from './evaluationLoop';
import { ItemState } from './itemState';
import { Pause } from './pause';
import { RunHistory } from './runHistory';
import { getRunOptions } from './runOptions';
import { SavedProgress } from './savedProgress';
import { RunEndedError } from './taskQueue';

/** A node run: all attempts over the same items. */
export class NodeRun {
	readonly node: INode;

	readonly continueOnFail: boolean;

	readonly history = new RunHistory();

	private readonly pause = new Pause();

	private currentAttempt!: Attempt;

	private lastIndex = Infinity;

	private readonly items: number;

	/** A read is repeated as a whole, and a tool call cannot be retried by itself: nothing of them is saved. */
	private readonly saved?: SavedProgress;

	constructor(
		context: IExecutePaginationFunctions,
		readonly action: OperationKind,
	) {
		this.node = context.getNode();
		this.continueOnFail = context.continueOnFail();
		this.items = itemCount(context, this.node);
		const isSaved = !this.isRead && !isTool(this.node);
		this.saved = isSaved ? new SavedProgress(context, this.items) : undefined;
		for (const { itemIndex, recordId, recipient, ...progress } of this.saved?.load() ?? []) {
			const state = this.history.stateOf(itemIndex, recordId, recipient);
			this.history.noteUpdate(Object.assign(state, progress));
		}
	}

	get isRead(): boolean {
		return this.action.effect === 'reads';
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

	/** What is known of an item: of a read, nothing that an earlier attempt did. */
	stateOf(itemIndex: number, recordId: string, recipient?: string): ItemState {
		return this.isRead
			? new ItemState(itemIndex, recordId)
			: this.history.stateOf(itemIndex, recordId, recipient);
	}

	/** Notes that Wolkvox has applied a request, or that the item is done. */
	noteProgress(state: ItemState): void {
		this.history.noteUpdate(state);
		this.saved?.note(state);
	}

	noteFailure(state: ItemState, error: Error): void {
		state.noteFailure(error);
		if (state.unknown) this.history.noteUpdate(state);
	}

	noteEnd(): void {
		if (this.currentAttempt.isComplete) this.saved?.discard();
	}

	private newAttempt(context: IExecutePaginationFunctions): Attempt {
		const { batching } = context.getNodeParameter('requestOptions', {}) as {
			batching?: { batch?: { batchSize?: number; batchInterval?: number } };
		};
		const { batchSize = 1, batchInterval = 0 } = batching?.batch ?? {};
		const loop = new EvaluationLoop(this.items, {
			size: batchSize > 0 ? batchSize : 1,
			intervalMs: batchInterval,
		});
		const settings = {
			concurrency: concurrencyOf(this.node),
			continueOnFail: this.continueOnFail,
			cancelSignal: context.getExecutionCancelSignal(),
		};
		return new Attempt(settings, loop, this.pause);
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
export function nodeRunOf(context: IExecutePaginationFunctions, action: OperationKind): NodeRun {
	const data = context.getExecuteData();
	const known = runs.get(data);
	if (known) return known;

	const run = new NodeRun(context, action);
	if (data.node.name === run.node.name) runs.set(data, run);
	return run;
}
