import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { useServer } from '../support/server.mts';
import { numbered, pairedItems, update } from '../support/wolkvox.mts';

const server = useServer();

const MB = 2 ** 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const openDescriptors = () => readdirSync('/dev/fd').length;

/** The memory that is really in use, in MB. */
function heldMemory(): number {
	// Only a second collection takes what the first one freed outside the heap off `external`.
	collectGarbage();
	collectGarbage();
	const { heapUsed, external } = process.memoryUsage();
	return (heapUsed + external) / MB;
}

describe.each([
	['200 items', 200, 0, 1],
	['60 items with a file of 1 MB', 60, MB, 1],
	['60 items with a file of 1 MB, 20 at a time', 60, MB, 20],
])('%s', (_, count, size, maxConcurrent) => {
	it('need hardly more memory at the last request than at an early one, and leave nothing open', async () => {
		const send = async (items: number) => {
			const files = size ? { data: { contents: Buffer.alloc(size, 'x') } } : undefined;
			const updateFields = { status: '={{ "open" }}', ...(size && { attachments: 'data' }) };
			const settings = { options: { maxConcurrent }, updateFields };
			return await update(server, { ...settings, items: numbered(items, files) });
		};
		// What n8n loads and keeps for its first requests does not count.
		await send(30);
		await sleep(100);
		const descriptors = openDescriptors();

		server.requests = [];
		const memory: number[] = [];
		let mostDescriptors = 0;
		server.respond = (_request, index) => {
			mostDescriptors = Math.max(mostDescriptors, openDescriptors());
			if (index === count / 10 || index === count - 1) memory.push(heldMemory());
			return {};
		};
		const { outputs } = await send(count);
		expect(pairedItems(outputs[0])).toEqual(numbered(count).map(({ json }) => json.n));

		// Each request in flight holds its file at both ends.
		const [early, late] = memory;
		expect(late - early).toBeLessThan(10 + 2 * maxConcurrent);
		expect(mostDescriptors - descriptors).toBeLessThan(10 + 5 * maxConcurrent);
		await sleep(100);
		expect(openDescriptors()).toBeLessThanOrEqual(descriptors);
	});
});
