/** What was looked up in a run: each name once, and again in a later attempt if it failed. */
export class LookUps {
	private readonly results = new Map<string, Promise<string>>();

	private readonly failed = new Set<string>();

	/** @param name what `find` looks up, whoever asks */
	async once(name: string, find: () => Promise<string>): Promise<string> {
		const known = this.results.get(name);
		if (known) return await known;

		const result = find();
		this.results.set(name, result);
		result.catch(() => this.failed.add(name));
		return await result;
	}

	forgetFailures(): void {
		for (const name of this.failed) this.results.delete(name);
		this.failed.clear();
	}
}
