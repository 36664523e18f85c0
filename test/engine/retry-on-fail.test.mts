import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { CHANGES, CREATE_CASE, OPERATIONS, READS } from '../support/operations.mts';
import { itemOf, REFUSED, successFor, useServer } from '../support/server.mts';
import { EXPRESSION_ENDS_NODE } from '../support/version.mts';
import {
	CONTINUE,
	credentialFor,
	execute,
	failingExpression,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	update,
} from '../support/wolkvox.mts';

const server = useServer();

// What is never sent again: never-sent-twice.test.mts.
describe.each(CHANGES)('$name with Retry On Fail', (operation) => {
	it('continues where a stopped try ended, and outputs every item', async () => {
		server.fail(1, REFUSED, 1);
		const { outputs, error } = await execute(server, operation, {
			items: numbered(4),
			node: RETRY_ON_FAIL,
		});
		expect(error).toBeUndefined();
		expect(server.sentItems).toEqual([0, 1, 1, 2, 3]);
		expect(outputs[0]).toEqual(
			[0, 1, 2, 3].map((item) => ({
				json: expect.objectContaining({ data: { wolkvox_id: `item${item}` } }),
				pairedItem: { item },
			})),
		);
	});

	it('gives up after the last try, and counts what all tries changed', async () => {
		server.fail(1);
		const { error } = await execute(server, operation, { items: numbered(4), node: RETRY_ON_FAIL });
		expect(server.sentItems).toEqual([0, 1, 1, 1]);
		expect(error!.description).toMatch(
			/ Before this, 1 \w+ was (created|updated|deleted): item 0\.$/,
		);
	});

	it('sends a refused item again if the run continues, and the others once', async () => {
		server.fail(0);
		const { outputs } = await execute(server, operation, {
			items: numbered(3),
			node: { ...RETRY_ON_FAIL, ...CONTINUE },
		});
		expect(server.sentItems).toEqual([0, 1, 2, 0, 0]);
		expect(pairedItems(outputs[0])).toEqual([1, 2]);
		expect(outputs[1]).toEqual([{ json: { n: 0, error: 'No' }, pairedItem: { item: 0 } }]);
	});
});

it.each(READS)('$name asks for every item again, as reads change nothing', async (operation) => {
	server.respond = (_, index) => (index === 1 ? REFUSED : {});
	const { outputs } = await execute(server, operation, {
		items: numbered(3),
		node: RETRY_ON_FAIL,
	});
	expect(server.requests).toHaveLength(5);
	expect(pairedItems(outputs[0])).toEqual([0, 1, 2]);
});

it('an item whose Case has changed when it is tried again is sent, as it is another case', async () => {
	const items = numbered(2);
	server.respond = (request) => {
		if (itemOf(request) !== 1) return {};
		items.forEach(({ json }) => (json.offset = 10));
		return REFUSED;
	};
	const { outputs } = await update(server, {
		items,
		caseId: '={{ "item" + ($json.n + ($json.offset ?? 0)) }}',
		node: RETRY_ON_FAIL,
	});
	expect(server.sentItems).toEqual([0, 1, 10, 11]);
	expect(outputs[0].map(({ json }) => json.data)).toEqual([
		{ wolkvox_id: 'item10' },
		{ wolkvox_id: 'item11' },
	]);
});

describe('an item that was created in an earlier try', () => {
	/** Refuses item 0; the credential of item 1 cannot be read once, after all were sent. */
	const create = async (maxTries: number) => {
		let fails = true;
		server.fail(0);
		return await execute(server, CREATE_CASE, {
			items: numbered(3),
			node: { ...RETRY_ON_FAIL, ...CONTINUE, maxTries },
			credential: async (item) => {
				if (item === 1 && server.requests.length >= 3 && fails) {
					fails = false;
					throw new Error('The vault does not respond');
				}
				return credentialFor(server.url);
			},
		});
	};

	it('is named with its ID if its credential cannot be read in the next one', async () => {
		const { outputs } = await create(2);
		expect(server.sentItems).toEqual([0, 1, 2, 0]);
		expect(pairedItems(outputs[0])).toEqual([2]);
		expect(outputs[1].map(({ json }) => json.error)).toEqual([
			'No',
			expect.stringMatching(/^The vault does not respond.* \(already created: item1\)$/),
		]);
	});

	it('is in the output if its credential can be read again in the try after that', async () => {
		const { outputs } = await create(3);
		expect(server.sentItems).toEqual([0, 1, 2, 0, 0]);
		expect(pairedItems(outputs[0])).toEqual([1, 2]);
	});
});

describe('Retry in the list of executions', () => {
	it.each(CHANGES)('continues where the failed run stopped: $name', async (operation) => {
		const items = numbered(4);
		server.fail(2);
		const failed = await execute(server, operation, { items });
		expect(server.sentItems).toEqual([0, 1, 2]);

		server.requests = [];
		server.respond = () => ({});
		const { outputs } = await execute(server, operation, { items, retryOf: failed });
		expect(server.sentItems).toEqual([2, 3]);
		expect(pairedItems(outputs[0])).toEqual([0, 1, 2, 3]);
	});

	it.each(CHANGES)('sends an item again whose outcome was unknown: $name', async (operation) => {
		server.fail(0, (response) => response.destroy());
		const failed = await execute(server, operation);
		await execute(server, operation, { retryOf: failed });
		expect(server.sentItems).toEqual([0, 0]);
	});

	it('sends nothing again that was done before a run was canceled between two tries', async () => {
		server.fail(0);
		let cancel = () => {};
		const running = execute(server, CREATE_CASE, {
			items: numbered(2),
			node: { ...CONTINUE, ...RETRY_ON_FAIL, waitBetweenTries: 1000 },
			onStart: (stop) => void (cancel = stop),
		});
		while (server.sentItems.length < 2) await sleep(10);
		await sleep(200);
		cancel();
		const canceled = await running;
		expect(canceled.run.status).toBe('canceled');

		await execute(server, CREATE_CASE, { items: numbered(2), node: CONTINUE, retryOf: canceled });
		expect(server.sentItems).toEqual([0, 1, 0]);
	});

	it('starts afresh if the items, the parameters or the kind of execution are others', async () => {
		server.fail(2);
		const failed = await update(server, { items: numbered(3) });
		const updateFields = { status: 'closed' };
		for (const other of [
			{ items: numbered(4), retryOf: failed },
			{ items: numbered(3), retryOf: failed, updateFields },
			{ items: numbered(3), retryOf: failed, mode: 'manual' as const },
		]) {
			server.requests = [];
			await update(server, other);
			expect(server.sentItems).toEqual([0, 1, 2]);
		}
	});

	it.each(OPERATIONS)(
		'keeps nothing of a run that succeeded, or that only read: $name',
		async (operation) => {
			const settings = { items: numbered(3) };
			const runs = [await execute(server, operation, settings)];
			if (operation.effect === 'reads') {
				server.respond = (_, index) => (index % 2 === 1 ? REFUSED : {});
				runs.push(await execute(server, operation, settings));
			}
			for (const { run } of runs) {
				expect(Object.values(run.data.executionData!.contextData).flatMap(Object.keys)).toEqual([]);
			}
		},
	);

	it('sends no case again that was being sent when an expression ended the run, but says so first', async () => {
		const items = numbered(4);
		items[2].json.isBroken = true;
		const run = async (retryOf?: Awaited<ReturnType<typeof execute>>) =>
			await execute(server, CREATE_CASE, {
				items,
				parameters: { priority: "={{ $json.isBroken ? $('nowhere').item : 'low' }}" },
				requestOptions: { batching: { batch: { batchSize: 1, batchInterval: 50 } } },
				retryOf,
			});
		const held: ServerResponse[] = [];
		server.respond = () => (response) => void held.push(response);
		const failed = await run();
		expect(failed.run.status).toBe('error');
		expect(server.sentItems).toEqual([0]);

		items[2].json.isBroken = false;
		server.respond = () => ({});
		const first = await run(failed);
		expect(first.error).toMatchObject({
			message: 'The earlier execution ended before the response to this item was read',
			description: expect.stringMatching(/^Wolkvox may have created the case anyway/),
			context: { itemIndex: 0, outcome: 'unknown' },
		});
		expect(server.sentItems).toEqual([0]);

		held[0].end(JSON.stringify(successFor(server.requests[0])));
		const second = await run(first);
		expect(server.sentItems).toEqual([0, 0, 1, 2, 3]);
		expect(pairedItems(second.outputs[0])).toEqual([0, 1, 2, 3]);
	});

	it('first says what became of an item if n8n itself failed the try after it', async () => {
		let isAway = false;
		const run = async (retryOf?: Awaited<ReturnType<typeof execute>>) =>
			await execute(server, CREATE_CASE, {
				node: RETRY_ON_FAIL,
				credential: async () => {
					if (isAway) throw new Error('The secret store is away');
					return credentialFor(server.url);
				},
				retryOf,
			});
		server.respond = () => (response) => {
			isAway = true;
			response.destroy();
		};
		const failed = await run();
		expect(failed.error!.message).toContain('The secret store is away');

		isAway = false;
		server.respond = () => ({});
		const told = await run(failed);
		expect(told.error!.message).toBe(
			'The earlier execution ended before the response to this item was read',
		);
		expect(server.sentItems).toEqual([0]);

		await run(told);
		expect(server.sentItems).toEqual([0, 0]);
	});

	(EXPRESSION_ENDS_NODE ? it.skip : it).each([undefined, [1, 10], [2, 10], [3, 1], [9, 10]])(
		'keeps nothing of a run that goes on although expressions failed (batching: %j)',
		async (...numbers) => {
			const [batchSize, batchInterval] = numbers.flat();
			for (const failing of [0, 2, 4]) {
				const { run, outputs } = await update(server, {
					items: numbered(5),
					updateFields: { status: failingExpression(failing) },
					requestOptions: batchSize ? { batching: { batch: { batchSize, batchInterval } } } : {},
					node: CONTINUE,
				});
				expect(pairedItems(outputs[0])).toEqual([0, 1, 2, 3, 4].filter((n) => n !== failing));
				expect(run.data.executionData!.contextData).toEqual({ 'node:Wolkvox CRM': {} });
			}
		},
	);
});
