import { sleep } from 'n8n-workflow';

interface Batches {
	/** How many items n8n evaluates in a row. */
	size: number;
	/** How many milliseconds n8n sleeps in between. */
	intervalMs: number;
}

/** Where n8n is in its loop over the items of a node run (routing-node.js, `runNode`). */
export class EvaluationLoop {
	private evaluated = 0;

	private isAsleep = false;

	constructor(
		private readonly items: number,
		private readonly batches: Batches,
	) {}

	get isDone(): boolean {
		return this.evaluated === this.items;
	}

	/**
	 * Whether an expression may have failed and ended the node unnoticed, as n8n does not say so. While it
	 * sleeps between two batches, that cannot happen.
	 */
	get isEvaluating(): boolean {
		return !this.isDone && !this.isAsleep;
	}

	/** n8n calls the node for an item synchronously, before it goes on or sleeps. */
	itemEvaluated(): void {
		const { size, intervalMs } = this.batches;
		this.evaluated++;
		this.isAsleep = false;
		if (intervalMs > 0 && this.evaluated % size === 0 && !this.isDone) {
			void this.sleepWithN8n(intervalMs);
		}
	}

	/**
	 * Sleeps as long as n8n is about to. Timers of one length end in the order in which they began, so
	 * this one ends first, and nothing is sent between the two.
	 */
	private async sleepWithN8n(intervalMs: number): Promise<void> {
		this.isAsleep = true;
		await sleep(intervalMs);
		this.isAsleep = false;
	}
}
