/**
 * Runs functions a few at a time, in the order in which they come.
 *
 * @param size how many may run at the same time
 */
export function createLimit(size: number) {
	const waiting: Array<() => void> = [];
	let running = 0;

	return async <Result>(run: () => Promise<Result>): Promise<Result> => {
		if (running === size) await new Promise<void>((resolve) => waiting.push(resolve));
		else running++;
		return await run().finally(() => {
			const next = waiting.shift();
			if (next) next();
			else running--;
		});
	};
}
