export function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

export function spread(values: number[]): string {
	return `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)})`;
}

/** The ratios, pair by pair, so that a change of the machine's speed does not show. */
export function ratios(ours: number[], theirs: number[]): number[] {
	return ours.map((value, index) => value / theirs[index]);
}
