import { sleep } from 'n8n-workflow';

export interface LoopSettings {
	/** How many items n8n evaluates. */
	itemCount: number;
	/** How many of them in a row. */
	batchSize: number;
	/** How many milliseconds n8n sleeps after each batch but the last. */
	batchIntervalMs: number;
	/** Whether n8n goes on after an item whose expression fails; the node never sees that item. */
	continueOnFail: boolean;
}

/** Where n8n is in its loop over the items of a node run (routing-node.js, `runNode`). */
export class EvaluationLoop {
	/** How many items are evaluated, or have failed and were passed over. */
	private evaluated = 0;

	private isAsleep = false;

	/** @param onDone is called if the loop ends without another item */
	constructor(
		private readonly settings: LoopSettings,
		private readonly onDone: () => void,
	) {}

	get isDone(): boolean {
		return this.evaluated >= this.settings.itemCount;
	}

	/**
	 * Whether an expression may have failed and ended the node unnoticed, as n8n does not say so. While it
	 * sleeps between two batches, that cannot happen.
	 */
	get isEvaluating(): boolean {
		return !this.isDone && !this.isAsleep;
	}

	/** n8n calls the node for an item synchronously, before it goes on or sleeps. */
	itemEvaluated(itemIndex: number): void {
		const batchEnd = this.getBatchEnd(itemIndex);
		this.evaluated = itemIndex + 1;
		this.isAsleep = false;
		if (this.evaluated === batchEnd) this.batchEvaluated(batchEnd);
		// A batch is evaluated synchronously, so nothing of it can come after this.
		else if (this.settings.continueOnFail) queueMicrotask(() => this.passOver(batchEnd));
	}

	/** The number of items up to the end of the batch to which an item belongs. */
	private getBatchEnd(itemIndex: number): number {
		const { itemCount, batchSize, batchIntervalMs } = this.settings;
		if (batchIntervalMs <= 0) return itemCount;
		return Math.min((Math.floor(itemIndex / batchSize) + 1) * batchSize, itemCount);
	}

	private passOver(batchEnd: number): void {
		if (this.evaluated >= batchEnd) return;
		this.evaluated = batchEnd;
		this.batchEvaluated(batchEnd);
		if (this.isDone) this.onDone();
	}

	private batchEvaluated(batchEnd: number): void {
		if (!this.isDone) void this.sleepWithN8n(batchEnd);
	}

	/**
	 * Sleeps as long as n8n is about to. Timers of one length end in the order in which they began, so
	 * this one ends first, and nothing is sent between the two.
	 */
	private async sleepWithN8n(batchEnd: number): Promise<void> {
		this.isAsleep = true;
		await sleep(this.settings.batchIntervalMs);
		if (this.evaluated === batchEnd) this.isAsleep = false;
		if (!this.settings.continueOnFail) return;

		// By then, n8n has evaluated the next batch.
		await sleep(0);
		this.passOver(this.getBatchEnd(batchEnd));
	}
}
