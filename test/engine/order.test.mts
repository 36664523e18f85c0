import type { ServerResponse } from 'node:http';

import type { IDataObject } from 'n8n-workflow';

import {
	CREATES,
	GET_CASE,
	OPERATIONS,
	SEARCHES,
	UPDATE_CASE,
	UPDATE_RECORD,
} from '../support/operations.mts';
import { found, itemOf, successFor, useServer, type ReceivedRequest } from '../support/server.mts';
import { CONTINUE, execute, numbered, pairedItems, textFile, update } from '../support/wolkvox.mts';

const server = useServer();

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

/** Lets responses come in another order than the requests. */
const OUT_OF_ORDER = (_: unknown, index: number) => ({ delayMs: (5 - (index % 5)) * 10 });

/** Holds responses until so many requests are in flight, and further ones had time to come; sends them in reverse order. */
const holding = (count: number) => {
	const held: Array<() => void> = [];
	const sendAll = () =>
		held
			.splice(0)
			.reverse()
			.forEach((send) => send());
	return (request: ReceivedRequest) => (response: ServerResponse) => {
		held.push(() => response.end(JSON.stringify(successFor(request))));
		if (held.length === count) setTimeout(sendAll, 20);
	};
};

describe.each(OPERATIONS)('$name', (operation) => {
	it('sends its items one after another, and outputs them paired and in order', async () => {
		const { outputs } = await execute(server, operation, { items: numbered(5) });
		expect(server.mostConcurrent).toBe(1);
		expect(server.requests).toHaveLength(5);
		expect(server.sentItems.filter((item) => !Number.isNaN(item))).toEqual(
			operation.parameters.resource === 'token' ? [] : upTo(5),
		);
		expect(pairedItems(outputs[0])).toEqual(upTo(5));
	});

	it('keeps the order of the input if several requests are in flight', async () => {
		server.respond = holding(5);
		const { outputs } = await execute(server, operation, {
			items: numbered(15),
			options: { maxConcurrent: 5 },
		});
		expect(server.mostConcurrent).toBe(5);
		expect(pairedItems(outputs[0])).toEqual(upTo(15));
	});

	it('is sent for the first item alone with Execute Once', async () => {
		const node = { executeOnce: true };
		const { outputs } = await execute(server, operation, { items: numbered(5), node });
		expect(server.requests).toHaveLength(1);
		expect(pairedItems(outputs[0])).toEqual([0]);
	});
});

it('100 items are updated one after another, in order, and paired', async () => {
	const { outputs } = await update(server, { items: numbered(100) });
	expect(server.sentItems).toEqual(upTo(100));
	expect(outputs[0].map(({ json }) => json.data)).toEqual(
		upTo(100).map((n) => ({ wolkvox_id: `item${n}` })),
	);
	expect(pairedItems(outputs[0])).toEqual(upTo(100));
	expect(server.mostConcurrent).toBe(1);
});

it.each(SEARCHES)('$name outputs several records per item, each paired with it', async (search) => {
	const recordsOf = (item: number) =>
		upTo(item % 4).map((index) => ({ wolkvox_id: `${item}-${index}`, item }));
	server.respond = (request, index) => ({
		...OUT_OF_ORDER(request, index),
		body: found(...recordsOf(itemOf(request))),
	});
	const { outputs } = await execute(server, search, {
		items: numbered(12),
		options: { maxConcurrent: 5 },
	});
	const expected = upTo(12).flatMap(recordsOf);
	expect(outputs[0].map(({ json }) => json)).toEqual(expected);
	expect(pairedItems(outputs[0])).toEqual(expected.map(({ item }) => item));
});

it.each(CREATES)('$name creates equal records for equal items', async (operation) => {
	const { outputs } = await execute(server, operation, {
		items: [{ json: { n: 7 } }, { json: { n: 7 } }],
	});
	expect(server.sentItems).toEqual([7, 7]);
	expect(pairedItems(outputs[0])).toEqual([0, 1]);
});

describe('several items of one record', () => {
	const SAME_OR_OTHER = '={{ $json.n % 3 === 0 ? "item" + $json.n : "same" }}';
	const NUMBER = '={{ "item" + $json.n }}';

	it.each<{ name: string; parameters: IDataObject }>([
		{
			...UPDATE_CASE,
			parameters: { caseId: SAME_OR_OTHER, updateFields: { status: NUMBER } },
		},
		{
			...UPDATE_RECORD,
			parameters: {
				recordId: SAME_OR_OTHER,
				fields: { field: [{ name: 'n', value: NUMBER }] },
			},
		},
	])('are updated one after another, others beside them: $name', async ({ name, parameters }) => {
		const order: number[] = [];
		let inFlight = 0;
		server.respond = (request) => (response) => {
			const item = itemOf(request);
			if (item % 3 !== 0) {
				order.push(item);
				expect(++inFlight).toBe(1);
			}
			setTimeout(
				() => {
					if (item % 3 !== 0) inFlight--;
					response.end(JSON.stringify(successFor(request)));
				},
				20 - (item % 7),
			);
		};
		const operation = [UPDATE_CASE, UPDATE_RECORD].find((each) => each.name === name)!;
		const { outputs } = await execute(server, operation, {
			items: numbered(12),
			options: { maxConcurrent: 5 },
			parameters,
		});
		expect(order).toEqual([1, 2, 4, 5, 7, 8, 10, 11]);
		expect(pairedItems(outputs[0])).toEqual(upTo(12));
		expect(server.mostConcurrent).toBeGreaterThan(1);
	});

	it('keep their order while the file of the first is still looked up', async () => {
		await update(server, {
			items: [...numbered(1, { data: textFile('a.txt') }), { json: { n: 1 } }],
			caseId: 'same',
			updateFields: { status: NUMBER, attachments: '={{ $json.n === 0 ? "data" : "" }}' },
			options: { maxConcurrent: 2 },
			node: CONTINUE,
		});
		expect(server.sentItems).toEqual([0, 1]);
	});

	it('are read at the same time', async () => {
		server.respond = holding(4);
		const { outputs } = await execute(server, GET_CASE, {
			items: numbered(4),
			parameters: { caseId: 'same' },
			options: { maxConcurrent: 4 },
		});
		expect(server.mostConcurrent).toBe(4);
		expect(pairedItems(outputs[0])).toEqual(upTo(4));
	});
});

describe('two runs at the same time', () => {
	const slow = useServer();

	it('do not wait for each other', async () => {
		const held: Array<() => void> = [];
		slow.respond = (request) => (response) => {
			held.push(() => response.end(JSON.stringify(successFor(request))));
		};
		const slowRun = update(slow);
		const { outputs } = await update(server, { items: numbered(3) });
		expect(outputs[0]).toHaveLength(3);
		expect(held).toHaveLength(1);

		held[0]();
		expect((await slowRun).outputs[0]).toHaveLength(1);
	});
});
