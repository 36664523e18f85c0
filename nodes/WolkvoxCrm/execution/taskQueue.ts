import { OperationalError } from 'n8n-workflow';

/** Thrown where an item may not be sent any more, because the run has stopped or was cancelled. */
export class RunEndedError extends OperationalError {
	constructor() {
		super('The execution was cancelled before this item was sent');
	}
}

/** An item on its way through an attempt. */
export interface Task {
	recordId: string;
	isRead: boolean;
	/** Resolves when the item may be sent; rejects when the run ends first. */
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

	private unread = 0;

	constructor(private readonly concurrency: number) {}

	get isReading(): boolean {
		return this.unread > 0;
	}

	get isIdle(): boolean {
		return this.unread === 0 && this.inFlight.size === 0;
	}

	add(recordId: string): Task {
		const task = { recordId, isRead: false } as Task;
		task.started = new Promise<void>((resolve, reject) => {
			task.start = resolve;
			task.cancel = () => reject(new RunEndedError());
		});
		// While an item is being read, no one listens for this yet.
		task.started.catch(() => {});
		this.waiting.push(task);
		this.unread++;
		return task;
	}

	noteRead(task: Task): void {
		task.isRead = true;
		this.unread--;
	}

	/** Takes out an item that has ended, or could not be read. */
	remove(task: Task): void {
		if (this.inFlight.delete(task)) return;
		const index = this.waiting.indexOf(task);
		if (index >= 0) this.waiting.splice(index, 1);
	}

	startNext(): void {
		const busyRecords = new Set([...this.inFlight].map(({ recordId }) => recordId));
		for (let index = 0; index < this.waiting.length; ) {
			const task = this.waiting[index];
			if (this.inFlight.size >= this.concurrency || !task.isRead) return;

			if (busyRecords.has(task.recordId)) {
				index++;
			} else {
				this.waiting.splice(index, 1);
				this.inFlight.add(task);
				task.start();
			}
			busyRecords.add(task.recordId);
		}
	}

	cancelWaiting(): void {
		for (const task of this.waiting.splice(0)) task.cancel();
	}
}
