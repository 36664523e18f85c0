import { sleep } from 'n8n-workflow';

import { RequestFailure } from '../transport/failure';
import { describeWait, MAX_WAIT } from '../transport/retryAfter';
import type { LoopSettings } from './evaluationLoop';
import { EvaluationLoop } from './evaluationLoop';
import { createDeferred, AttemptEndedError, TaskQueue } from './taskQueue';

interface AttemptSettings {
	/** How many items may be sent at the same time. */
	concurrency: number;
	continueOnFail: boolean;
	/** Aborts when the execution is canceled. */
	cancelSignal?: AbortSignal;
	/** How long Wolkvox has asked the run to wait from now, in milliseconds. */
	remainingPauseMs(): number;
}

/** The turn of an item: it is sent once a place is free, and after the earlier items of its record. */
export interface Turn {
	/**
	 * Waits for a place once the item is checked.
	 *
	 * @param recordKey tells records apart; none if a look-up comes first
	 * @throws AttemptEndedError if the attempt ends first
	 */
	waitForPlace(recordKey?: string): Promise<void>;
	/** Waits again once the record is found, until its earlier items have ended; throws likewise. */
	waitForRecord(recordKey: string): Promise<void>;
	/** Ends the turn; with a failure, before another item can start. */
	leave(failure?: Error): void;
}

/**
 * One pass of n8n over the items of a node run: it decides which item is sent when.
 *
 * n8n evaluates the parameters of all items in one synchronous loop and awaits only afterwards
 * (routing-node.js, `runNode`). An expression that fails in a later item ends the node there, while
 * every earlier item is already waiting here, and no one would catch its failure. So an attempt that stops on
 * a failure sends nothing until n8n has left its loop, or sleeps between two batches, and all parameters
 * so far have been checked. Failures wait for the end of the loop in any case.
 */
export class Attempt {
	private readonly loop: EvaluationLoop;

	private readonly queue: TaskQueue;

	/** The failure that stopped the attempt. */
	stoppedBy?: Error;

	private changed = createDeferred();

	private readonly ended = createDeferred();

	private readonly onCancel = () => this.advance();

	constructor(
		private readonly settings: AttemptSettings,
		loopSettings: LoopSettings,
	) {
		this.loop = new EvaluationLoop(loopSettings, () => this.endIfDone());
		this.queue = new TaskQueue(settings.concurrency);
		settings.cancelSignal?.addEventListener('abort', this.onCancel);
	}

	get isCanceled(): boolean {
		return this.settings.cancelSignal?.aborted === true;
	}

	/** Whether nothing may be sent any more. */
	private get isOver(): boolean {
		return this.stoppedBy !== undefined || this.isCanceled;
	}

	/** Whether all items have ended, and none has stopped the attempt. */
	get hasEndedWell(): boolean {
		return !this.isOver && this.hasEnded;
	}

	private get hasEnded(): boolean {
		return this.loop.isDone && this.queue.isIdle;
	}

	/** Whether n8n is told of this failure: the one that stopped the attempt, or any after a cancellation. */
	mustThrow(error: Error): boolean {
		return error === this.stoppedBy || (this.isCanceled && !this.stoppedBy);
	}

	/** Lets an item in; n8n calls the node for it synchronously, in its loop over the items. */
	join(itemIndex: number): Turn {
		const task = this.queue.add();
		this.loop.itemEvaluated(itemIndex);
		this.advance();
		const getPlace = async () => {
			this.advance();
			await task.started;
		};
		return {
			waitForPlace: async (recordKey) => {
				this.queue.ready(task, recordKey);
				await getPlace();
			},
			waitForRecord: async (recordKey) => {
				this.queue.moveTo(task, recordKey);
				await getPlace();
			},
			leave: (failure) => {
				if (failure) this.noteFailure(failure);
				this.queue.remove(task);
				this.advance();
			},
		};
	}

	/**
	 * Waits until a request may leave. It is asked before each one, as the attempt may end while an item waits.
	 *
	 * @throws AttemptEndedError if the attempt ends first; RequestFailure if Wolkvox asked for too long a wait
	 */
	async waitToSend(): Promise<void> {
		for (;;) {
			if (this.isOver) throw new AttemptEndedError();

			const pauseMs = this.settings.remainingPauseMs();
			if (pauseMs > MAX_WAIT) {
				throw new RequestFailure(
					'notSent',
					`Wolkvox asks you to wait ${describeWait(pauseMs)} before the next request`,
				);
			}
			if (this.mustWait()) await this.changed.promise;
			else if (pauseMs > 0) await Promise.race([sleep(pauseMs), this.changed.promise]);
			else return;
		}
	}

	/** A failure stops an attempt that does not go on after it; what is in flight ends by itself. */
	private noteFailure(error: Error): void {
		if (!this.settings.continueOnFail && !(error instanceof AttemptEndedError)) this.stop(error);
	}

	stop(reason: Error): void {
		this.stoppedBy ??= reason;
		this.advance();
	}

	/**
	 * Waits for all items. n8n does so before it goes on (`runNode`), so none has to end earlier: it listens
	 * for failures by then, and nothing is in flight any more.
	 */
	async allEnded(): Promise<void> {
		this.endIfDone();
		await this.ended.promise;
	}

	private endIfDone(): void {
		if (!this.hasEnded) return;
		this.settings.cancelSignal?.removeEventListener('abort', this.onCancel);
		this.ended.resolve();
	}

	/** Lets waiting items start, or ends their wait. */
	private advance(): void {
		if (this.isOver) this.queue.cancelWaiting();
		else this.queue.startNext();
		this.changed.resolve();
		this.changed = createDeferred();
	}

	/** Whether the attempt may turn out to have failed already. */
	private mustWait(): boolean {
		const { continueOnFail } = this.settings;
		return !continueOnFail && (this.loop.isEvaluating || this.queue.isPreparing);
	}
}
