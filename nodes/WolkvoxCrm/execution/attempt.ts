import { OperationalError, sleep } from 'n8n-workflow';

import { RequestFailure } from '../transport/failure';
import type { RequestGate } from '../transport/request';
import { inWords, LONGEST_WAIT } from '../transport/retryAfter';
import type { Pause } from './pause';

/** Thrown where an item may not be sent any more, because the run has stopped or was cancelled. */
export class RunEndedError extends OperationalError {
	constructor() {
		super('The execution was cancelled before this item was sent');
	}
}

interface AttemptSettings {
	/** How many items n8n brings. */
	items: number;
	/** How many items may be sent at the same time. */
	concurrency: number;
	continueOnFail: boolean;
	/** How many items n8n evaluates in a row, and how many milliseconds it sleeps in between. */
	batch: { size: number; intervalMs: number };
	/** Aborts when the execution is cancelled. */
	cancelSignal?: AbortSignal;
}

/** One item on its way through an attempt. */
interface Task {
	recordId: string;
	isRead: boolean;
	start(): void;
	cancel(): void;
}

/** A promise with the function that resolves it. */
function createDeferred() {
	let resolve = () => {};
	const promise = new Promise<void>((fulfil) => (resolve = fulfil));
	return { promise, resolve };
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
	private evaluated = 0;

	private unread = 0;

	private cause?: Error;

	/** Whether n8n sleeps between two batches, and so cannot fail. */
	private isN8nAsleep = false;

	private waiting: Task[] = [];

	private readonly inFlight = new Set<Task>();

	private nextChange = createDeferred();

	constructor(
		private readonly settings: AttemptSettings,
		private readonly pause: Pause,
	) {
		settings.cancelSignal?.addEventListener('abort', () => this.update(), { once: true });
	}

	/** Whether nothing may be sent any more. */
	get isOver(): boolean {
		return this.cause !== undefined || this.settings.cancelSignal?.aborted === true;
	}

	/** n8n has evaluated one more item. It calls the node synchronously, before it goes on or sleeps. */
	itemEvaluated(): void {
		const { items, batch } = this.settings;
		this.evaluated++;
		this.isN8nAsleep = false;
		if (batch.intervalMs > 0 && this.evaluated % batch.size === 0 && this.evaluated < items) {
			void this.sleepWithN8n(batch.intervalMs);
		}
		this.update();
	}

	/**
	 * Reads an item and, as soon as a place is free, sends it: in input order, and one after another for
	 * one record.
	 *
	 * @throws RunEndedError if the run ends first; whatever reading or sending throws
	 */
	async run<Parameters, Result>(
		recordId: string,
		read: () => Promise<Parameters>,
		send: (parameters: Parameters) => Promise<Result>,
	): Promise<Result> {
		const { task, started } = this.enqueue(recordId);
		try {
			const parameters = await this.read(task, read);
			await started;
			return await send(parameters);
		} finally {
			this.inFlight.delete(task);
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
					`Wolkvox asks to wait ${inWords(pauseMs)} before the next request`,
				);
			}
			if (this.mayN8nFail()) await this.nextChange.promise;
			else if (pauseMs > 0) await Promise.race([sleep(pauseMs), this.nextChange.promise]);
			else return;
		}
	}

	hold(waitMs: number): void {
		this.pause.extend(waitMs);
	}

	/** Starts nothing any more because of a failure; what is in flight ends by itself. */
	stop(cause: Error): void {
		this.cause ??= cause;
		this.update();
	}

	/**
	 * After a stop: waits until n8n listens for failures and nothing is in flight.
	 *
	 * @returns whether this failure is the one that caused the stop
	 */
	async hasStoppedFor(failure: Error): Promise<boolean> {
		while (this.evaluated < this.settings.items || this.unread > 0 || this.inFlight.size > 0) {
			await this.nextChange.promise;
		}
		return failure === this.cause;
	}

	private enqueue(recordId: string): { task: Task; started: Promise<void> } {
		const task: Task = { recordId, isRead: false, start: () => {}, cancel: () => {} };
		const started = new Promise<void>((resolve, reject) => {
			task.start = resolve;
			task.cancel = () => reject(new RunEndedError());
		});
		// Whoever reads the item meanwhile comes to hear of it only later.
		started.catch(() => {});
		this.waiting.push(task);
		return { task, started };
	}

	/** In a run that stops on a failure, nothing is sent while an item is being read. */
	private async read<Parameters>(task: Task, read: () => Promise<Parameters>): Promise<Parameters> {
		this.unread++;
		try {
			return await read();
		} catch (error) {
			this.waiting.splice(this.waiting.indexOf(task), 1);
			throw error;
		} finally {
			task.isRead = true;
			this.unread--;
			this.update();
		}
	}

	/** Whatever changes can let waiting items start, or end their wait. */
	private update(): void {
		this.startTasks();
		this.nextChange.resolve();
		this.nextChange = createDeferred();
	}

	private startTasks(): void {
		if (this.isOver) {
			for (const task of this.waiting.splice(0)) task.cancel();
			return;
		}
		const busyRecords = new Set([...this.inFlight].map(({ recordId }) => recordId));
		for (const task of [...this.waiting]) {
			if (this.inFlight.size >= this.settings.concurrency || !task.isRead) return;

			if (!busyRecords.has(task.recordId)) {
				this.waiting.splice(this.waiting.indexOf(task), 1);
				this.inFlight.add(task);
				task.start();
			}
			busyRecords.add(task.recordId);
		}
	}

	/**
	 * Whether a failure may have ended the node unnoticed: n8n does not say so. While it sleeps between
	 * two batches, it cannot fail.
	 */
	private mayN8nFail(): boolean {
		const isEvaluating = this.evaluated < this.settings.items && !this.isN8nAsleep;
		return !this.settings.continueOnFail && (isEvaluating || this.unread > 0);
	}

	/**
	 * Sleeps as long as n8n is about to. Timers of one length end in the order in which they began, so
	 * this one ends first, and nothing is sent between the two.
	 */
	private async sleepWithN8n(intervalMs: number): Promise<void> {
		this.isN8nAsleep = true;
		await sleep(intervalMs);
		this.isN8nAsleep = false;
	}
}
