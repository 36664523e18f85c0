import { ItemState, namesOf } from './itemState';

/** What a node run knows of its items, over all attempts. */
export class RunHistory {
	private readonly states = new Map<number, ItemState[]>();

	/** The last item of each record that Wolkvox has, or may have, updated. */
	private readonly latestItems = new Map<string, number>();

	/**
	 * What is known of an item: one state per record and recipient, as an expression can name others in
	 * the next attempt.
	 *
	 * @param recipient unknown until something was sent for the item
	 */
	stateOf(itemIndex: number, recordId: string, recipient?: string): ItemState {
		const states = this.statesOf(itemIndex);
		const known = states.find((state) => state.recordId === recordId && state.isFor(recipient));
		if (known) return known;

		const state = new ItemState(itemIndex, recordId, recipient);
		this.states.set(itemIndex, [...states, state]);
		return state;
	}

	statesOf(itemIndex: number): ItemState[] {
		return this.states.get(itemIndex) ?? [];
	}

	allStates(): ItemState[] {
		return [...this.states.values()].flat();
	}

	/** The names of the files that Wolkvox has accepted for an item. */
	filesAttachedTo(itemIndex: number): string[] {
		return this.statesOf(itemIndex)
			.filter(({ result }) => !result)
			.flatMap(({ attachedFiles }) => namesOf(attachedFiles));
	}

	/** Notes that Wolkvox has, or may have, updated the record of an item. */
	noteUpdate(state: ItemState): void {
		const latest = this.latestItemOf(state);
		this.latestItems.set(keyOf(state), Math.max(latest, state.itemIndex));
	}

	/** Whether this item would put older values in place of those of a later one. */
	isOvertaken(state: ItemState): boolean {
		return this.latestItemOf(state) > state.itemIndex;
	}

	private latestItemOf(state: ItemState): number {
		return this.latestItems.get(keyOf(state)) ?? -1;
	}
}

function keyOf({ recipient, recordId }: ItemState): string {
	return `${recipient} ${recordId}`;
}
