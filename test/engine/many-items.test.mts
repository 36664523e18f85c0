import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { expectNoneLeftOpen, openDescriptors } from '../support/descriptors.mts';
import { REFUSED, useServer } from '../support/server.mts';
import { CONTINUE, credentialFor, numbered, TWO_TRIES, update } from '../support/wolkvox.mts';

// After the support, which sets what n8n reads while it loads.
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';

const server = useServer();

const MB = 2 ** 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The memory that is really in use, in MB. */
function heldMemory(): number {
	// Only a second collection takes what the first one freed outside the heap off `external`.
	collectGarbage();
	collectGarbage();
	const { heapUsed, external } = process.memoryUsage();
	return (heapUsed + external) / MB;
}

describe('60 items with a file of 1 MB', () => {
	const send = async (count: number, maxConcurrent: number) => {
		const { outputs } = await update(server, {
			items: numbered(count, { data: { contents: Buffer.alloc(MB, 'x') } }),
			updateFields: { attachments: 'data' },
			options: { maxConcurrent },
		});
		expect(outputs[0]).toHaveLength(count);
	};

	it('need hardly more memory at the last request than at an early one', async () => {
		const memory: number[] = [];
		server.respond = (_, index) => {
			if (index === 6 || index === 59) memory.push(heldMemory());
			return {};
		};
		await send(60, 1);
		const [early, late] = memory;
		// Each request in flight holds its file at both ends.
		expect(late - early).toBeLessThan(12);
	});

	it('open few files, and leave none open, 20 at a time', async () => {
		// What n8n opens for its first requests does not count.
		await send(1, 1);
		await sleep(100);
		const before = openDescriptors();
		let most = 0;
		server.respond = () => {
			most = Math.max(most, openDescriptors());
			return {};
		};
		await send(60, 20);
		// A request in flight has its file, and a socket at both ends.
		expect(most - before).toBeLessThan(100);
		await expectNoneLeftOpen(before);
	});
});

describe('what is done for each item is done 20 at a time:', () => {
	/** Counts the calls of a function, and how many of them are in flight at most. */
	const counted = <Result,>(result: Result) => {
		const count = { calls: 0, most: 0 };
		let inFlight = 0;
		const call = async () => {
			count.calls++;
			count.most = Math.max(count.most, ++inFlight);
			await sleep(1);
			inFlight--;
			return result;
		};
		return { count, call };
	};

	it('stored files are looked up', async () => {
		const { count, call } = counted({ fileSize: 1 });
		const service = Container.get(BinaryDataService);
		const lookUp = jest.spyOn(service, 'getMetadata').mockImplementation(call);
		const file = { id: 'filesystem-v2:gone', mimeType: 'text/plain', fileName: 'a.txt', data: '' };
		const { error } = await update(server, {
			items: numbered(300).map((item) => ({ ...item, binary: { data: file } })),
			// The last item is refused, so that nothing is sent.
			caseId: '={{ $json.n === 299 ? "" : "case" + $json.n }}',
			updateFields: { attachments: 'data' },
		});
		lookUp.mockRestore();
		expect(error!.message).toMatch(/\[item 299\]$/);
		expect(server.requests).toHaveLength(0);
		expect(count).toEqual({ calls: 299, most: 20 });
	});

	it('the credentials of refused items are read in the next try', async () => {
		server.respond = () => REFUSED;
		const { count, call } = counted(credentialFor(server.url));
		await update(server, {
			items: numbered(50),
			node: { ...TWO_TRIES, ...CONTINUE },
			credential: call,
		});
		expect(server.requests).toHaveLength(100);
		// n8n itself reads one for the request that it sends.
		expect(count.most).toBeLessThanOrEqual(21);
	});
});
