/** Where random values begin: the same in every run, unless SEED is a number or "random". fast-check prints it with a failure. */
export const SEED =
	process.env.SEED === 'random' ? Date.now() % 2 ** 31 : Number(process.env.SEED ?? 20_261_128);

/** How many random runs to make; RUNS makes more or fewer. */
export function randomRuns(usual: number): number {
	return Number(process.env.RUNS ?? usual);
}
