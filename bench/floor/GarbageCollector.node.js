// Collects garbage, and hands its items on: what is left in memory then is in use.
class GarbageCollector {
	description = {
		displayName: 'Garbage Collector',
		name: 'garbageCollector',
		group: ['transform'],
		version: 1,
		description: 'Collects garbage',
		defaults: { name: 'Garbage Collector' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
	};

	async execute() {
		// Node.js frees memory outside its heap, and gives pages back, only after it has collected.
		for (let time = 0; time < 2; time++) {
			globalThis.gc();
			await new Promise((resolve) => setTimeout(resolve, 300));
		}
		return [this.getInputData()];
	}
}

module.exports = { GarbageCollector };
