import { OperationalError } from 'n8n-workflow';

/** Thrown where an item may not be sent any more. Only a canceled execution shows it: an attempt that stopped shows why. */
export class AttemptEndedError extends OperationalError {
	constructor() {
		super('The execution was canceled before this item was sent');
	}
}

/** An item on its way through an attempt. */
interface Task {
	/** Tells records apart. Missing until it is known. */
	recordKey?: string;
	/** Whether its parameters are there. */
	isReady: boolean;
	/** Whether it has a place, to look its record up or to be sent. */
	isRunning: boolean;
	/** Resolves when the item gets a place; rejects with an AttemptEndedError if the attempt ends first. */
	started: Promise<void>;
	start(): void;
	cancel(): void;
}

/**
 * The items of an attempt that have not ended. They get a place in input order, a given number at a
 * time, and those of one record one after another.
 */
export class TaskQueue {
	private readonly tasks: Task[] = [];

	private preparing = 0;

	private running = 0;

	/** @param concurrency how many items may have a place at the same time */
	constructor(private readonly concurrency: number) {}

	/** Whether the parameters of an item are still being checked. */
	get isPreparing(): boolean {
		return this.preparing > 0;
	}

	get isIdle(): boolean {
		return !this.isPreparing && this.running === 0;
	}

	add(): Task {
		const task: Task = { isReady: false, isRunning: false, ...createStart() };
		this.tasks.push(task);
		this.preparing++;
		return task;
	}

	/** @param recordKey none if the record must be looked up first */
	ready(task: Task, recordKey?: string): void {
		task.recordKey = recordKey;
		task.isReady = true;
		this.preparing--;
	}

	/** Gives the place of an item back until it may be sent to the record that was found. */
	moveTo(task: Task, recordKey: string): void {
		this.release(task);
		Object.assign(task, { recordKey, ...createStart() });
	}

	/** Takes out an item that has ended, whether or not it was ever ready. */
	remove(task: Task): void {
		if (!task.isReady) this.preparing--;
		this.release(task);
		this.tasks.splice(this.tasks.indexOf(task), 1);
	}

	startNext(): void {
		const busyRecords = new Set<string>();
		let isRecordUnknown = false;
		for (const task of this.tasks) {
			const { recordKey } = task;
			if (!task.isRunning) {
				if (!task.isReady || this.running >= this.concurrency) return;
				// A look-up can always start; whoever comes after it may turn out to change the same record.
				if (recordKey === undefined || !(isRecordUnknown || busyRecords.has(recordKey))) {
					task.isRunning = true;
					this.running++;
					task.start();
				}
			}
			if (recordKey === undefined) isRecordUnknown = true;
			else busyRecords.add(recordKey);
		}
	}

	cancelWaiting(): void {
		for (const task of this.tasks) if (!task.isRunning) task.cancel();
	}

	private release(task: Task): void {
		if (task.isRunning) this.running--;
		task.isRunning = false;
	}
}

function createStart(): Pick<Task, 'started' | 'start' | 'cancel'> {
	const { promise, resolve, reject } = createDeferred();
	// Until the item waits for its place, no one listens for this.
	promise.catch(() => {});
	let isCanceled = false;
	const cancel = () => {
		// Each item that ends cancels all others, and an error takes time to make.
		if (!isCanceled) reject(new AttemptEndedError());
		isCanceled = true;
	};
	return { started: promise, start: resolve, cancel };
}

/** A promise with the functions that settle it. */
export function createDeferred() {
	let resolve!: () => void;
	let reject!: (error: Error) => void;
	const promise = new Promise<void>((...functions) => ([resolve, reject] = functions));
	return { promise, resolve, reject };
}
