import { sleep } from 'n8n-workflow';

import { RequestFailure } from '../transport/failure';
import type { RequestGate } from '../transport/request';
import { inWords, LONGEST_WAIT } from '../transport/retryAfter';
import type { EvaluationLoop } from './evaluationLoop';
import type { Pause } from './pause';
import { RunEndedError, TaskQueue } from './taskQueue';

interface AttemptSettings {
	/** How many items may be sent at the same time. */
	concurrency: number;
	continueOnFail: boolean;
	/** Aborts when the execution is cancelled. */
	cancelSignal?: AbortSignal;
}

/**
 * One pass of n8n over the items of a node run: it decides which item is sent when.
 *
 * n8n evaluates the parameters of all items in one synchronous loop and awaits only afterwards
 * (routing-node.js, `runNode`). An expression that fails in a later item ends the node there, while
 * every earlier item is already waiting here. So in a run that stops on a failure, nothing is sent
 * before all items are evaluated and read, and a failure is held back until then: no one would catch it.
 */
export class Attempt implements RequestGate {
	private readonly queue: TaskQueue;

	/** The failure that stopped the attempt. */
	cause?: Error;

	private nextChange = createDeferred();

	constructor(
		private readonly settings: AttemptSettings,
		private readonly loop: EvaluationLoop,
		private readonly pause: Pause,
	) {
		this.queue = new TaskQueue(settings.concurrency);
		settings.cancelSignal?.addEventListener('abort', () => this.update(), { once: true });
	}

	/** Whether nothing may be sent any more. */
	private get isOver(): boolean {
		return this.cause !== undefined || this.settings.cancelSignal?.aborted === true;
	}

	/** Whether all items have ended, and none has stopped the run. */
	get isComplete(): boolean {
		return !this.isOver && this.loop.isDone && this.queue.isIdle;
	}

	itemEvaluated(): void {
		this.loop.itemEvaluated();
		this.update();
	}

	/**
	 * Reads an item at once and sends it as soon as a place is free.
	 *
	 * @throws RunEndedError if the run ends first; whatever reading or sending throws
	 */
	async run<Parameters, Result>(
		recordKey: string,
		read: () => Promise<Parameters>,
		send: (parameters: Parameters) => Promise<Result>,
	): Promise<Result> {
		const task = this.queue.add(recordKey);
		// A failure is noted before anything else can start.
		const noteFailure = (error: Error) => {
			this.noteFailure(error);
			throw error;
		};
		try {
			const parameters = await read()
				.catch(noteFailure)
				.finally(() => {
					this.queue.noteRead(task);
					this.update();
				});
			await task.started;
			return await send(parameters).catch(noteFailure);
		} finally {
			this.queue.remove(task);
			this.update();
		}
	}

	/** Waits until a request may leave. It is asked before each one, as the run may end while an item waits. */
	async open(): Promise<void> {
		for (;;) {
			if (this.isOver) throw new RunEndedError();

			const pauseMs = this.pause.remainingMs();
			if (pauseMs > LONGEST_WAIT) {
				throw new RequestFailure(
					'notSent',
					`Wolkvox asks you to wait ${inWords(pauseMs)} before the next request`,
				);
			}
			if (this.mayHaveFailed()) await this.nextChange.promise;
			else if (pauseMs > 0) await Promise.race([sleep(pauseMs), this.nextChange.promise]);
			else return;
		}
	}

	hold(waitMs: number): void {
		this.pause.extend(waitMs);
	}

	/** A failure stops a run that does not go on after it; what is in flight ends by itself. */
	noteFailure(error: Error): void {
		if (!this.settings.continueOnFail && !(error instanceof RunEndedError)) this.stop(error);
	}

	stop(cause: Error): void {
		this.cause ??= cause;
		this.update();
	}

	/** Waits until n8n listens for failures and nothing is in flight any more. */
	async end(): Promise<void> {
		while (!this.loop.isDone || !this.queue.isIdle) {
			await this.nextChange.promise;
		}
	}

	/** Whatever changes can let waiting items start, or end their wait. */
	private update(): void {
		if (this.isOver) this.queue.cancelWaiting();
		else this.queue.startNext();
		this.nextChange.resolve();
		this.nextChange = createDeferred();
	}

	private mayHaveFailed(): boolean {
		const { continueOnFail } = this.settings;
		return !continueOnFail && (this.loop.mayHaveFailed || this.queue.isReading);
	}
}

/** A promise with the function that resolves it. */
function createDeferred() {
	let resolve = () => {};
	const promise = new Promise<void>((settle) => (resolve = settle));
	return { promise, resolve };
}
