import { OperationalError } from 'n8n-workflow';

/** Thrown where an item may not be sent any more. Only a canceled execution shows it: a run that stopped shows why. */
export class RunEndedError extends OperationalError {
	constructor() {
		super('The execution was canceled before this item was sent');
	}
}

/** An item on its way through an attempt. */
export interface Task {
	/** Tells records apart; items that change no record have a key of their own. */
	recordKey: string;
	/** Whether its parameters are there. */
	isReady: boolean;
	/** Resolves when the item may be sent; rejects with a RunEndedError if the run ends first. */
	started: Promise<void>;
	start(): void;
	cancel(): void;
}

/**
 * The items that wait for a place. They start in input order, a given number at a time, and those of
 * one record one after another.
 */
export class TaskQueue {
	private readonly waiting: Task[] = [];

	private readonly inFlight = new Set<Task>();

	private preparing = 0;

	/** @param concurrency how many items may be in flight at the same time */
	constructor(private readonly concurrency: number) {}

	/** Whether the parameters of an item are still being checked. */
	get isPreparing(): boolean {
		return this.preparing > 0;
	}

	get isIdle(): boolean {
		return !this.isPreparing && this.inFlight.size === 0;
	}

	add(recordKey: string): Task {
		const { promise, resolve, reject } = createDeferred();
		const cancel = () => reject(new RunEndedError());
		const task = { recordKey, isReady: false, started: promise, start: resolve, cancel };
		// Until the item is ready, no one listens for this.
		task.started.catch(() => {});
		this.waiting.push(task);
		this.preparing++;
		return task;
	}

	ready(task: Task): void {
		task.isReady = true;
		this.preparing--;
	}

	/** Takes out an item that has ended, whether or not it was ever ready. */
	remove(task: Task): void {
		if (!task.isReady) this.preparing--;
		if (this.inFlight.delete(task)) return;
		const index = this.waiting.indexOf(task);
		if (index >= 0) this.waiting.splice(index, 1);
	}

	startNext(): void {
		const busyRecords = new Set([...this.inFlight].map(({ recordKey }) => recordKey));
		for (let index = 0; index < this.waiting.length; ) {
			const task = this.waiting[index];
			if (this.inFlight.size >= this.concurrency || !task.isReady) return;

			if (busyRecords.has(task.recordKey)) {
				index++;
			} else {
				this.waiting.splice(index, 1);
				this.inFlight.add(task);
				task.start();
			}
			busyRecords.add(task.recordKey);
		}
	}

	cancelWaiting(): void {
		for (const task of this.waiting.splice(0)) task.cancel();
	}
}

/** A promise with the functions that settle it. */
export function createDeferred() {
	let resolve!: () => void;
	let reject!: (error: Error) => void;
	const promise = new Promise<void>((...functions) => ([resolve, reject] = functions));
	return { promise, resolve, reject };
}
