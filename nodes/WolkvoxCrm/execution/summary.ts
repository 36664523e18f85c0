import type { ItemState } from './itemState';
import { namesOf } from './itemState';
import type { NodeRun } from './nodeRun';

/**
 * What a person needs to know after a stop: which items are done, in part or perhaps.
 *
 * @param cause the failure that stopped the run; its own message covers its item
 * @returns nothing for a read, which leaves nothing behind
 */
export function summaryOf(run: NodeRun, cause: Error): string {
	if (run.isRead) return '';

	const states = run.history.allStates();
	const { noun } = run.action;
	const done = states.filter(({ result }) => result);
	const open = states.filter(({ result }) => !result);
	const inPart = open.filter(({ attachedFiles }) => attachedFiles.length > 0);
	const unknown = open.filter((state) => state.unknown && state.unknown !== cause);
	const changed = run.action.effect === 'creates' ? 'created' : 'updated';

	const sentences = [
		done.length > 0 &&
			`Before this, ${counted(done.length, noun)} ${wasOrWere(done.length)} ${changed}: ${items(done)}.`,
		...inPart.map(
			({ itemIndex, attachedFiles }) =>
				`Item ${itemIndex} was updated in part (attached: ${namesOf(attachedFiles).join(', ')}).`,
		),
		done.length + inPart.length === 0 && `No ${noun} was ${changed} before this.`,
		unknown.length > 0 &&
			`It is unknown whether ${items(unknown)} ${wasOrWere(unknown.length)} ${changed}: check before retrying.`,
	];
	return sentences.filter(Boolean).join(' ');
}

function counted(count: number, noun: string): string {
	return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

function wasOrWere(count: number): string {
	return count === 1 ? 'was' : 'were';
}

function items(states: ItemState[]): string {
	const indexes = [...new Set(states.map(({ itemIndex }) => itemIndex))].sort((a, b) => a - b);
	return `${indexes.length === 1 ? 'item' : 'items'} ${ranges(indexes)}`;
}

/** Rising numbers in words: 0, 1, 2, 5 becomes "0-2, 5". */
function ranges(numbers: number[]): string {
	const runs: Array<[first: number, last: number]> = [];
	for (const number of numbers) {
		const run = runs.at(-1);
		if (run?.[1] === number - 1) run[1] = number;
		else runs.push([number, number]);
	}
	return runs.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(', ');
}
