/** What was done, and what was measured. */
export type Row = [work: string, measured: string];

export function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** The median and the range. */
export function spread(values: number[]): string {
	const all = [median(values), Math.min(...values), Math.max(...values)];
	const [middle, least, most] = all.map((value) => value.toFixed(2));
	return `${middle} (${least} to ${most})`;
}

/** A row with the ratio of each round, so that changes in the machine's speed cancel out. */
export function ratioRow(work: string, ours: number[], theirs: number[]): Row {
	return [work, spread(ours.map((value, index) => value / theirs[index]))];
}
