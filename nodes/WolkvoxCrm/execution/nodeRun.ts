import type { IExecuteData, IExecutePaginationFunctions, INode } from 'n8n-workflow';

import { isTool } from '../isTool';
import type { OperationKind } from '../operation';
import { Attempt } from './attempt';
import { EvaluationLoop } from './evaluationLoop';
import { Ledger } from './ledger';
import type { RunOptions } from '../runOptions';
import { getRunOptions } from '../runOptions';
import { RunEndedError } from './taskQueue';

/** A node run: all attempts over the same items. */
export class NodeRun {
	readonly node: INode;

	readonly continueOnFail: boolean;

	readonly options: RunOptions;

	readonly ledger: Ledger;

	private readonly items: number;

	private attempt?: Attempt;

	private lastIndex = Infinity;

	private pauseEndsAt = 0;

	constructor(
		context: IExecutePaginationFunctions,
		readonly operation: OperationKind,
	) {
		this.node = context.getNode();
		this.continueOnFail = context.continueOnFail();
		this.options = getRunOptions(this.node);
		this.items = countItems(context, this.node);
		this.ledger = new Ledger(context, operation, this.items);
	}

	/**
	 * The attempt to which an item belongs. Within an attempt, n8n brings items in rising order, so an
	 * index that is not higher than the last one begins the next attempt.
	 */
	getAttempt(context: IExecutePaginationFunctions): Attempt {
		const itemIndex = context.getItemIndex();
		if (!this.attempt || itemIndex <= this.lastIndex) {
			this.attempt?.stop(new RunEndedError());
			this.attempt = this.startAttempt(context);
		}
		this.lastIndex = itemIndex;
		return this.attempt;
	}

	/** Lets no request of the run leave for a while, in milliseconds. */
	pause(waitMs: number): void {
		this.pauseEndsAt = Math.max(this.pauseEndsAt, Date.now() + waitMs);
	}

	private startAttempt(context: IExecutePaginationFunctions): Attempt {
		const { batching } = context.getNodeParameter('requestOptions', {}) as {
			batching?: { batch?: { batchSize?: number; batchInterval?: number } };
		};
		const { batchSize = 1, batchInterval = 0 } = batching?.batch ?? {};
		const loop = new EvaluationLoop(this.items, {
			size: batchSize > 0 ? batchSize : 1,
			intervalMs: batchInterval,
		});
		const settings = {
			concurrency: this.options.concurrency,
			continueOnFail: this.continueOnFail,
			cancelSignal: context.getExecutionCancelSignal(),
			remainingPauseMs: () => Math.max(this.pauseEndsAt - Date.now(), 0),
		};
		return new Attempt(settings, loop);
	}
}

/** With Execute Once n8n hands the node one item, while the execute data still holds all of them. */
function countItems(context: IExecutePaginationFunctions, node: INode): number {
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
export function getNodeRun(
	context: IExecutePaginationFunctions,
	operation: OperationKind,
): NodeRun {
	const data = context.getExecuteData();
	const known = runs.get(data);
	if (known) return known;

	const run = new NodeRun(context, operation);
	if (data.node.name === run.node.name) runs.set(data, run);
	return run;
}
