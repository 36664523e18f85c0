import type { IExecutePaginationFunctions, INode, INodeExecutionData } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { isTool } from '../isTool';
import type { OperationKind } from '../operation';
import { Attempt } from './attempt';
import { Ledger } from './ledger';
import { LookUps } from './lookUps';
import type { RunOptions } from '../runOptions';
import { getRunOptions } from '../runOptions';
import { AttemptEndedError } from './taskQueue';

const runs = new WeakMap<object, NodeRun>();

/** A node run: all attempts over the same items. */
export class NodeRun {
	readonly node: INode;

	readonly continueOnFail: boolean;

	readonly options: RunOptions;

	readonly ledger: Ledger;

	/** The records that items name by something other than their ID. */
	readonly lookUps = new LookUps();

	private readonly itemCount: number;

	private attempt?: Attempt;

	private attemptCount = 0;

	private lastIndex = Infinity;

	private pauseEndsAt = 0;

	constructor(
		context: IExecutePaginationFunctions,
		readonly operation: OperationKind,
	) {
		this.node = context.getNode();
		this.continueOnFail = context.continueOnFail();
		this.options = getRunOptions(this.node);
		this.itemCount = countItems(context, this.node);
		this.ledger = new Ledger(context, this.node, operation, this.itemCount);
	}

	/**
	 * The attempt to which an item belongs. Within an attempt, n8n brings items in rising order, so an
	 * index that is not higher than the last one begins the next attempt.
	 */
	getAttempt(context: IExecutePaginationFunctions): Attempt {
		const itemIndex = context.getItemIndex();
		if (!this.attempt || itemIndex <= this.lastIndex) {
			this.attempt?.stop(new AttemptEndedError());
			this.attempt = this.startAttempt(context);
			this.attemptCount++;
			this.lookUps.forgetFailures();
		}
		this.lastIndex = itemIndex;
		return this.attempt;
	}

	/** Whether n8n shows what this attempt ends with: of Retry On Fail, only the last (workflow-execute.js, `getRetryParams`). */
	get isLastAttempt(): boolean {
		const { retryOnFail, maxTries } = this.node;
		return !retryOnFail || this.attemptCount >= Math.min(Math.max(maxTries || 3, 2), 5);
	}

	/** Whether n8n runs the node again: Retry On Fail looks at the first item alone (workflow-execute.js, `checkFailure`). */
	get isTriedAgain(): boolean {
		return !this.isLastAttempt && !this.ledger.getEntries(0).some(({ result }) => result);
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
		return new Attempt(
			{
				concurrency: this.options.concurrency,
				continueOnFail: this.continueOnFail,
				cancelSignal: context.getExecutionCancelSignal(),
				remainingPauseMs: () => Math.max(this.pauseEndsAt - Date.now(), 0),
			},
			{
				itemCount: this.itemCount,
				batchSize: batchSize > 0 ? batchSize : 1,
				batchIntervalMs: batchInterval,
				continueOnFail: this.continueOnFail,
			},
		);
	}
}

/** With Execute Once n8n hands the node one item, while the execute data still holds all of them. */
function countItems(context: IExecutePaginationFunctions, node: INode): number {
	return isTool(node) || node.executeOnce
		? 1
		: (context.getExecuteData().data.main?.[0]?.length ?? 1);
}

/** Lets an item in to its run and to the attempt that is under way; n8n calls this in its loop over the items. */
export function joinRun(context: IExecutePaginationFunctions, operation: OperationKind) {
	const run = getNodeRun(context, operation);
	const attempt = run.getAttempt(context);
	return { run, attempt, turn: attempt.join(context.getItemIndex()) };
}

/** The run to which an item belongs. */
function getNodeRun(context: IExecutePaginationFunctions, operation: OperationKind): NodeRun {
	// `getNode` copies the whole node, so it is not called for a run that is known already.
	const known = runs.get(context.getExecuteData());
	if (known) return known;

	const key = getRunKey(context);
	const run = runs.get(key) ?? new NodeRun(context, operation);
	runs.set(key, run);
	return run;
}

/**
 * The object that all items and attempts of a run share, and no two runs do: its execute data. Where a
 * tool call has that of another node, such as its agent or trigger, it is the object of the call's
 * arguments, which n8n hands to each try of the call.
 */
function getRunKey(context: IExecutePaginationFunctions): object {
	const executeData = context.getExecuteData();
	if (executeData.node.name === context.getNode().name) return executeData;
	const call = context.getInputData(0, NodeConnectionTypes.AiTool) as
		| INodeExecutionData
		| undefined;
	return call?.json ?? {};
}
