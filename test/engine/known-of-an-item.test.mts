import { getEventListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type { IDataObject } from 'n8n-workflow';

import { CREATE_CASE, FIND_CASES, locator, UPDATE_RECORD } from '../support/operations.mts';
import {
	fieldOf,
	itemOf,
	successFor,
	useServer,
	type ReceivedRequest,
} from '../support/server.mts';
import { EXPRESSION_ENDS_NODE } from '../support/version.mts';
import {
	CONTINUE,
	credentialFor,
	execute,
	failingExpression,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	TWO_TRIES,
	update,
} from '../support/wolkvox.mts';

// After the support, which sets what n8n reads while it loads.
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';

// Thousands of items, and pauses, on a busy machine.
jest.setTimeout(300_000);

const server = useServer();

const refusal = (msg: string) => ({ status: 400, body: { code: 400, msg } });
const applied = (request: ReceivedRequest) => ({ body: successFor(request) });
const lost = () => (response: ServerResponse) => void response.destroy();
const sentItems = () => server.requests.map(itemOf);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('an item that was being sent when an expression ended the node between two batches', () => {
	/** Fails for item 2 unless the execution is retried. */
	const FAILS_AT_FIRST = `={{ $json.n === 2 && $execution.mode === 'test' ? $('nowhere').item : 'x' }}`;

	it('is not created twice by Retry in the list of executions, which first says that it is unknown', async () => {
		const run = async (retryOf?: Awaited<ReturnType<typeof execute>>) =>
			await execute(server, CREATE_CASE.parameters, {
				items: numbered(4),
				parameters: { priority: FAILS_AT_FIRST },
				requestOptions: { batching: { batch: { batchSize: 1, batchInterval: 50 } } },
				retryOf,
			});
		const held: ServerResponse[] = [];
		server.respond = () => (response) => void held.push(response);
		const failed = await run();
		expect(failed.run.status).toBe('error');
		expect(sentItems()).toEqual([0]);

		server.respond = applied;
		const first = await run(failed);
		expect(first.error).toMatchObject({
			message: 'The earlier execution ended before the response to this item was read',
			description: expect.stringMatching(/^Wolkvox may have created the case anyway/),
			context: { itemIndex: 0, outcome: 'unknown' },
		});
		expect(sentItems()).toEqual([0]);

		held[0].end(JSON.stringify(successFor(server.requests[0])));
		const second = await run(first);
		expect(sentItems()).toEqual([0, 0, 1, 2, 3]);
		expect(pairedItems(second.outputs[0])).toEqual([0, 1, 2, 3]);
	});
});

describe('after an update whose outcome is unknown,', () => {
	const sentStatuses = () => server.requests.map((request) => fieldOf(request, 'status'));

	it('a later item of the same case does not overtake it, and says so', async () => {
		server.respond = (_, index) => ({ delayMs: index === 0 ? 900 : 0 });
		const { outputs } = await update(server, {
			items: numbered(2),
			caseId: locator('id', 'same'),
			updateFields: { status: '={{ $json.n }}' },
			requestOptions: { timeout: 300 },
			node: CONTINUE,
		});
		await sleep(700);
		expect(sentStatuses()).toEqual(['0']);
		expect(outputs[0]).toEqual([]);
		expect(outputs[1].map(({ json }) => json.error)).toEqual([
			'Wolkvox did not respond within 0.3 seconds [outcome unknown]',
			'It is unknown whether item 0 has updated the same case [item 1]',
		]);
	});

	it.each<[string, string[], number[]]>([
		['the same ID in other capitals', ['abc', 'ABC', 'other'], [0, 2]],
		['the second of three items', ['other', 'abc', 'abc'], [0, 1]],
	])('only items of that case stay back: %s', async (_, ids, sent) => {
		const unknown = ids.findIndex((id) => id === 'abc');
		server.respond = (request) => (fieldOf(request, 'status') === String(unknown) ? lost() : {});
		const { outputs } = await update(server, {
			items: numbered(3),
			caseId: locator('id', `={{ ${JSON.stringify(ids)}[$json.n] }}`),
			updateFields: { status: '={{ $json.n }}' },
			node: { ...TWO_TRIES, ...CONTINUE },
		});
		expect(sentStatuses()).toEqual(sent.map(String));
		expect(pairedItems(outputs[0])).toEqual([sent.find((item) => item !== unknown)]);
	});

	it('a later item of the same record does not overtake it', async () => {
		server.respond = () => lost();
		const { outputs } = await execute(server, UPDATE_RECORD.parameters, {
			items: numbered(2),
			parameters: { recordId: locator('id', 'item0') },
			node: CONTINUE,
		});
		expect(server.requests).toHaveLength(1);
		expect(outputs[1][1].json.error).toBe(
			'It is unknown whether item 0 has updated the same record [item 1]',
		);
	});

	it('a later item of the same case at another company is sent', async () => {
		server.respond = () => lost();
		await update(server, {
			items: numbered(2),
			caseId: locator('id', 'same'),
			credential: async (item) => ({ ...credentialFor(server.url), operation: `company${item}` }),
			node: CONTINUE,
		});
		expect(server.requests).toHaveLength(2);
	});
});

describe('an item that was created in an earlier try', () => {
	/** Refuses item 0; the credential of item 1 cannot be read once, after all were sent. */
	const create = async (node: object) => {
		let fails = true;
		server.respond = (request) => (itemOf(request) === 0 ? refusal('No') : applied(request));
		return await execute(server, CREATE_CASE.parameters, {
			items: numbered(3),
			node: { ...TWO_TRIES, ...node },
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
		const { outputs } = await create(CONTINUE);
		expect(sentItems()).toEqual([0, 1, 2, 0]);
		expect(pairedItems(outputs[0])).toEqual([2]);
		expect(outputs[1].map(({ json }) => json.error)).toEqual([
			'No',
			expect.stringMatching(/^The vault does not respond.* \(already created: item1\)$/),
		]);
	});

	it('is in the output if its credential can be read again in the try after that', async () => {
		const { outputs } = await create({ ...CONTINUE, maxTries: 3 });
		expect(sentItems()).toEqual([0, 1, 2, 0, 0]);
		expect(pairedItems(outputs[0])).toEqual([1, 2]);
	});
});

it('a refused item that was overtaken keeps its own reason', async () => {
	server.respond = (_, index) => (index === 0 ? refusal('The status does not exist') : {});
	const { outputs } = await update(server, {
		items: numbered(2),
		caseId: locator('id', 'same'),
		updateFields: { status: '={{ $json.n }}' },
		node: { ...TWO_TRIES, ...CONTINUE },
	});
	expect(server.requests).toHaveLength(2);
	expect(outputs[1].map(({ json }) => json.error)).toEqual([
		'A later item may have updated the same case, after this one failed: The status does not exist [item 0]',
	]);
});

describe('a run that is canceled', () => {
	const BUSY = { status: 429, headers: { 'retry-after': '6' }, body: { code: 429, msg: 'Busy' } };
	const IN_BATCHES = { batching: { batch: { batchSize: 1, batchInterval: 300 } } };

	/** Creates five cases and cancels the run after the request of an item. */
	const cancelAfter = async (item: number, response: typeof applied, settings: object) => {
		let cancel = () => {};
		server.respond = (request) => {
			if (itemOf(request) === item) setTimeout(() => cancel(), 50);
			return itemOf(request) === item ? response(request) : applied(request);
		};
		return await execute(server, CREATE_CASE.parameters, {
			items: numbered(5),
			onStart: (stop) => void (cancel = stop),
			...settings,
		});
	};
	const LEFT = 'The execution was canceled before this item was sent';

	it.each<[string, number, typeof applied, object]>([
		['in a pause that Wolkvox asked for', 2, () => BUSY, {}],
		['between two batches', 1, applied, { requestOptions: IN_BATCHES }],
	])('%s fails with what was created, and is no success with fewer items', async (...row) => {
		const [, item, response, settings] = row;
		const { run, outputs, error } = await cancelAfter(item, response, settings);
		expect(run.status).toBe('canceled');
		expect(outputs).toEqual([[], []]);
		expect(error).toMatchObject({
			message: LEFT,
			description: 'Before this, 2 cases were created: items 0-1.',
		});
	});

	it('in a pause has each item in its output if it goes on after failures', async () => {
		const settings = { node: CONTINUE };
		const { outputs } = await cancelAfter(2, () => BUSY, settings);
		expect(pairedItems(outputs[0])).toEqual([0, 1]);
		expect(pairedItems(outputs[1])).toEqual([2, 3, 4]);
		expect(outputs[1].at(-1)!.json.error).toContain(LEFT);
	});
});

describe('what is done for each item is bounded:', () => {
	/** Calls a function and knows how many calls of it were in flight at most. */
	const counted = <Result,>(call: () => Promise<Result>) => {
		let inFlight = 0;
		const count = { calls: 0, most: 0, call: async () => await run() };
		const run = async () => {
			count.calls++;
			count.most = Math.max(count.most, ++inFlight);
			return await call().finally(() => inFlight--);
		};
		return count;
	};

	const STORED = { id: 'filesystem-v2:gone', mimeType: 'text/plain', fileName: 'a.txt', data: '' };

	/** Lets n8n look up stored files in another way. */
	const lookUpBy = (call: () => Promise<{ fileSize: number }>) =>
		jest.spyOn(Container.get(BinaryDataService), 'getMetadata').mockImplementation(call);

	afterEach(() => jest.restoreAllMocks());

	it('3,000 stored files are looked up 20 at a time', async () => {
		const lookUps = counted(async () => await sleep(1, { fileSize: 1 }));
		lookUpBy(lookUps.call);
		const { error } = await update(server, {
			items: numbered(3000).map((item) => ({ ...item, binary: { data: STORED } })),
			// The last item is refused, so that nothing is sent.
			caseId: locator('id', '={{ $json.n === 2999 ? "" : "case" + $json.n }}'),
			updateFields: { attachments: 'data' },
		});
		expect(error!.message).toMatch(/\[item 2999\]$/);
		expect(server.requests).toHaveLength(0);
		expect(lookUps.calls).toBe(2999);
		expect(lookUps.most).toBeLessThanOrEqual(20);
	});

	it('the credentials of 50 refused items are read 20 at a time in the next try', async () => {
		server.respond = () => refusal('No');
		const readings = counted(async () => {
			await sleep(1);
			return credentialFor(server.url);
		});
		await update(server, {
			items: numbered(50),
			node: { ...TWO_TRIES, ...CONTINUE },
			credential: readings.call,
		});
		expect(server.requests).toHaveLength(100);
		// n8n itself reads one for the request that it sends.
		expect(readings.most).toBeLessThanOrEqual(21);
	});

	const fault = (code: string, message: string) => Object.assign(new Error(message), { code });

	it.each<[string, Error, RegExp]>([
		[
			'the system has no more file handles',
			fault('EMFILE', 'EMFILE: too many open files'),
			/EMFILE/,
		],
		['access is denied', fault('EACCES', 'EACCES: permission denied'), /EACCES/],
		['the store does not respond', fault('ETIMEDOUT', 'connect ETIMEDOUT'), /ETIMEDOUT/],
	])('a file is not called gone if %s', async (_, reason, words) => {
		lookUpBy(async () => await Promise.reject(reason));
		const { error } = await update(server, {
			items: [{ json: { n: 0 }, binary: { data: STORED } }],
			updateFields: { attachments: 'data' },
		});
		expect(error!.message).toMatch(/^'Attachments': n8n could not open "a\.txt": /);
		expect(error!.message).toMatch(words);
		expect(error!.message).not.toContain('no longer has');
		expect(server.requests).toHaveLength(0);
	});
});

it('it is not said that nothing was updated if that is unknown', async () => {
	const held: Array<[item: number, response: ServerResponse]> = [];
	server.respond = (request) => (response) => {
		held.push([Number(fieldOf(request, 'status')), response]);
		if (held.length < 3) return;
		for (const [item, each] of held) {
			if (item === 2) each.writeHead(400).end('{"code":400,"msg":"No"}');
			else setTimeout(() => each.destroy(), 50);
		}
	};
	const { error } = await update(server, {
		items: numbered(3),
		updateFields: { status: '={{ $json.n }}' },
		options: { maxConcurrent: 3 },
	});
	expect(error!.description).toContain(
		'It is unknown whether items 0-1 were updated: check before retrying.',
	);
	expect(error!.description).not.toContain('No case was updated before this');
});

describe('a tool that another node than an AI agent calls', () => {
	const call = async (calls: IDataObject[], operation = CREATE_CASE.parameters) => {
		const { outputs } = await execute(server, operation, {
			items: calls.map((json) => ({ json })),
			parameters: { description: "={{ $fromAI('text', '', 'string') }}" },
			isCalled: true,
			node: RETRY_ON_FAIL,
		});
		return outputs[0].map(({ json }) => json);
	};
	const sentTexts = () => server.requests.map((request) => fieldOf(request, 'description'));

	it('creates one case a call if the response is lost, and says that it is unknown', async () => {
		server.respond = (request, index) => (index === 0 ? lost() : applied(request));
		const answers = await call([{ text: 'a' }]);
		expect(sentTexts()).toEqual(['a']);
		expect(answers[0].failed).toContain('Wolkvox may have created the case anyway');
	});

	it('keeps each call apart, also one with the same arguments', async () => {
		server.respond = () => lost();
		const answers = await call([{ text: 'a' }, { text: 'a' }, { text: 'b' }]);
		expect(sentTexts()).toEqual(['a', 'a', 'b']);
		expect(answers.every(({ failed }) => /may have created/.test(String(failed)))).toBe(true);
	});
});

describe('an unknown outcome of a try after which n8n itself fails the next', () => {
	it('is told by the first Retry in the list of executions, and not sent', async () => {
		let isAway = false;
		const credential = async () => {
			if (isAway) throw new Error('The secret store is away');
			return credentialFor(server.url);
		};
		const run = async (retryOf?: Awaited<ReturnType<typeof execute>>) =>
			await execute(server, CREATE_CASE, {
				items: numbered(1),
				node: RETRY_ON_FAIL,
				credential,
				retryOf,
			});
		server.respond = () => (response) => {
			isAway = true;
			response.destroy();
		};
		const failed = await run();
		expect(failed.error!.message).toContain('The secret store is away');

		isAway = false;
		server.respond = applied;
		const told = await run(failed);
		expect(told.error!.message).toBe(
			'The earlier execution ended before the response to this item was read',
		);
		expect(sentItems()).toEqual([0]);

		await run(told);
		expect(sentItems()).toEqual([0, 0]);
	});
});

describe('a run that has ended leaves nothing behind:', () => {
	it('no listener waits for the execution to be canceled', async () => {
		const added = jest.spyOn(EventTarget.prototype, 'addEventListener');
		server.respond = applied;
		await execute(server, FIND_CASES, {
			items: upTo(50).map((n) => ({ json: { text: `item${n}` } })),
			parameters: { value: "={{ $fromAI('text', '', 'string') }}" },
			isCalled: true,
		});
		const signals = new Set(
			added.mock.contexts.filter((_, index) => added.mock.calls[index][0] === 'abort'),
		);
		added.mockRestore();
		expect(server.requests).toHaveLength(50);
		expect(signals.size).toBeGreaterThan(0);
		for (const signal of signals) {
			expect(getEventListeners(signal as AbortSignal, 'abort').length).toBeLessThan(5);
		}
	});

	const BATCHES = [undefined, [1, 10], [2, 10], [3, 1], [9, 10]];

	(EXPRESSION_ENDS_NODE ? it.skip : it).each(BATCHES)(
		'no saved progress, although expressions failed in a run that goes on (batching: %j)',
		async (...numbers) => {
			const [batchSize, batchInterval] = numbers.flat();
			const batching = { batch: { batchSize, batchInterval } };
			for (const failing of upTo(5)) {
				server.requests = [];
				const { run, outputs } = await update(server, {
					items: numbered(5),
					updateFields: { status: failingExpression(failing) },
					requestOptions: batchSize ? { batching } : {},
					node: CONTINUE,
				});
				expect(pairedItems(outputs[0])).toEqual(upTo(5).filter((item) => item !== failing));
				expect(run.data.executionData!.contextData).toEqual({ 'node:Wolkvox CRM': {} });
			}
		},
	);
});
