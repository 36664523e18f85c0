import { setTimeout as sleep } from 'node:timers/promises';

import type { INode } from 'n8n-workflow';

import { caseIdOf, useServer } from '../support/server.mts';
import { forbidUnhandledRejections } from '../support/unhandled.mts';
import { EXPRESSION_ENDS_NODE } from '../support/version.mts';
import {
	CONTINUE,
	failingExpression,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	textFile,
	update,
} from '../support/wolkvox.mts';

const server = useServer();
forbidUnhandledRejections();

const REFUSAL = { status: 400, body: { code: 400, error: 'BAD REQUEST', msg: 'No' } };

const sentIds = () => server.requests.map(caseIdOf);
const sentFiles = () => server.requests.map(({ files: [file] }) => file.name);
const ids = (...numbers: number[]) => numbers.map((n) => `case${n}`);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

/** Lets the server refuse the first requests for a case. */
function refuse(number: number, times = Infinity) {
	server.respond = (request) =>
		caseIdOf(request) === `case${number}` && times-- > 0 ? REFUSAL : {};
}

describe('a run that succeeds', () => {
	it('updates 500 items one after another, in order, and pairs them', async () => {
		const { outputs } = await update(server, { items: numbered(500) });
		expect(sentIds()).toEqual(ids(...upTo(500)));
		expect(outputs[0].map(({ json }) => json.data)).toEqual(
			ids(...upTo(500)).map((wolkvox_id) => ({ wolkvox_id })),
		);
		expect(pairedItems(outputs[0])).toEqual(upTo(500));
		expect(server.mostConcurrent).toBe(1);
	});

	it('keeps the order of the input if several requests are in flight', async () => {
		server.respond = (_, index) => ({ delayMs: (5 - (index % 5)) * 10 });
		const { outputs } = await update(server, {
			items: numbered(25),
			options: { maxConcurrent: 5 },
		});
		expect(pairedItems(outputs[0])).toEqual(upTo(25));
		expect(server.mostConcurrent).toBe(5);
	});

	it('updates only the first case with Execute Once', async () => {
		const { outputs } = await update(server, { items: numbered(5), node: { executeOnce: true } });
		expect(sentIds()).toEqual(ids(0));
		expect(pairedItems(outputs[0])).toEqual([0]);
	});
});

describe('a run that continues after failures', () => {
	it('puts failed items on the error output, each with its input', async () => {
		server.respond = (request) => {
			if (caseIdOf(request) === 'case1') return REFUSAL;
			return caseIdOf(request) === 'case3' ? (response) => response.destroy() : {};
		};
		const { outputs, error } = await update(server, {
			items: numbered(5),
			node: CONTINUE,
			updateFields: { status: '={{ $json.n === 2 ? "" : "open" }}' },
		});
		expect(error).toBeUndefined();
		expect(pairedItems(outputs[0])).toEqual([0, 4]);
		expect(outputs[1]).toEqual([
			{ json: { n: 1, error: 'No' }, pairedItem: { item: 1 } },
			{ json: { n: 2, error: expect.stringMatching(/\[item 2\]$/) }, pairedItem: { item: 2 } },
			{ json: { n: 3, error: expect.stringMatching(/broke/) }, pairedItem: { item: 3 } },
		]);
	});

	it('keeps failed items among the others with Continue', async () => {
		refuse(1);
		const { outputs } = await update(server, {
			items: numbered(3),
			node: { onError: 'continueRegularOutput' },
		});
		expect(outputs[0][1]).toEqual({ json: { error: 'No' }, pairedItem: { item: 1 } });
		expect(pairedItems(outputs[0])).toEqual([0, 1, 2]);
	});

	(EXPRESSION_ENDS_NODE ? it.skip : it)('continues after an expression that fails', async () => {
		const { outputs } = await update(server, {
			items: numbered(3),
			node: CONTINUE,
			updateFields: { status: failingExpression(1) },
		});
		expect(sentIds()).toEqual(ids(0, 2));
		expect(pairedItems(outputs[0])).toEqual([0, 2]);
	});
});

describe('a run that stops at the first failure', () => {
	it('sends nothing after it, and says what was updated', async () => {
		refuse(2);
		const { error, outputs } = await update(server, { items: numbered(10) });
		expect(sentIds()).toEqual(ids(0, 1, 2));
		expect(error).toMatchObject({ message: 'No', httpCode: '400', context: { itemIndex: 2 } });
		expect(error!.description).toContain('Before this, 2 cases were updated: items 0-1.');
		expect(outputs).toEqual([[], []]);
	});

	it('lets requests in flight finish, and counts them', async () => {
		server.respond = (request) => (caseIdOf(request) === 'case1' ? REFUSAL : { delayMs: 100 });
		const { error } = await update(server, {
			items: numbered(20),
			options: { maxConcurrent: 3 },
		});
		expect(sentIds().sort()).toEqual(ids(0, 1, 2));
		expect(error!.description).toContain('2 cases were updated: items 0, 2.');
	});

	it.each([1, 20])(
		'sends nothing at all if the expression of a later item fails (%i concurrent)',
		async (maxConcurrent) => {
			refuse(0);
			const { error } = await update(server, {
				items: numbered(8),
				options: { maxConcurrent },
				updateFields: { status: failingExpression(6) },
			});
			expect(error).toBeDefined();
			await sleep(100);
			expect(server.requests).toHaveLength(0);
		},
	);

	it('sends nothing at all if a later item is invalid', async () => {
		const { error } = await update(server, {
			items: numbered(3),
			updateFields: { customFieldsJson: '={{ $json.n === 2 ? "{" : "{}" }}' },
		});
		expect(error!.message).toMatch(/\[item 2\]$/);
		expect(error!.description).toContain('No case was updated before this.');
		expect(server.requests).toHaveLength(0);
	});
});

describe('Batching', () => {
	const requestOptions = { batching: { batch: { batchSize: 2, batchInterval: 150 } } };

	it('sends items as n8n evaluates them', async () => {
		const times: number[] = [];
		server.respond = () => {
			times.push(Date.now());
			return {};
		};
		await update(server, { items: numbered(4), requestOptions });
		expect(sentIds()).toEqual(ids(0, 1, 2, 3));
		expect(times[2] - times[0]).toBeGreaterThanOrEqual(140);
	});

	it('sends nothing after an expression that fails, however slow the server', async () => {
		server.respond = () => ({ delayMs: 100 });
		const { error } = await update(server, {
			items: numbered(6),
			requestOptions,
			updateFields: { status: failingExpression(2) },
		});
		expect(error).toBeDefined();
		await sleep(400);
		expect(sentIds()).toEqual(ids(0, 1));
	});

	it('holds a failure back until n8n handles failures', async () => {
		refuse(0);
		const { error } = await update(server, { items: numbered(6), requestOptions });
		expect(error).toMatchObject({ message: 'No', context: { itemIndex: 0 } });
		expect(sentIds()).toEqual(ids(0));
	});
});

describe('Retry On Fail', () => {
	it('sends an updated case once and a failed one again', async () => {
		refuse(0);
		const { outputs } = await update(server, {
			items: numbered(3),
			node: { ...RETRY_ON_FAIL, ...CONTINUE },
		});
		expect(sentIds()).toEqual(ids(0, 1, 2, 0, 0));
		expect(pairedItems(outputs[0])).toEqual([1, 2]);
		expect(outputs[1]).toEqual([{ json: { n: 0, error: 'No' }, pairedItem: { item: 0 } }]);
	});

	it('continues where a stopped try ended', async () => {
		refuse(1, 1);
		const { outputs, error } = await update(server, { items: numbered(4), node: RETRY_ON_FAIL });
		expect(error).toBeUndefined();
		expect(sentIds()).toEqual(ids(0, 1, 1, 2, 3));
		expect(pairedItems(outputs[0])).toEqual([0, 1, 2, 3]);
	});

	it('gives up after the last try, and counts what all tries updated', async () => {
		refuse(1);
		const { error } = await update(server, { items: numbered(4), node: RETRY_ON_FAIL });
		expect(sentIds()).toEqual(ids(0, 1, 1, 1));
		expect(error!.description).toContain('1 case was updated: item 0.');
	});
});

describe('an item with several files', () => {
	const files = { a: textFile('a.txt'), b: textFile('b.txt'), c: textFile('c.txt') };

	/** Updates two cases with three files each; the second request has another response. */
	const attach = async (response: ReturnType<typeof server.respond>, node: Partial<INode> = {}) => {
		server.respond = (_, index) => (index === 1 ? response : {});
		return await update(server, {
			items: numbered(2, files),
			updateFields: { attachments: 'a,b,c' },
			requestOptions: { timeout: 300 },
			node,
		});
	};

	it('names the files that are attached already when it fails', async () => {
		const { error } = await attach(REFUSAL);
		expect(error!.message).toBe('No (already attached: a.txt)');
		expect(error!.description).toContain('item 0 in part (attached: a.txt)');
		expect(sentFiles()).toEqual(['a.txt', 'b.txt']);
	});

	it('sends only the other files when it is tried again', async () => {
		const { outputs } = await attach(REFUSAL, RETRY_ON_FAIL);
		expect(sentFiles().slice(0, 4)).toEqual(['a.txt', 'b.txt', 'b.txt', 'c.txt']);
		expect(pairedItems(outputs[0])).toEqual([0, 1]);
	});

	it.each([{}, RETRY_ON_FAIL])('is not sent again after a timeout: %j', async (node) => {
		const { error } = await attach(() => {}, node);
		expect(sentFiles()).toEqual(['a.txt', 'b.txt']);
		expect(error!.message).toMatch(/ within 0\.3 seconds \(already attached: a\.txt\)$/);
		expect(error!.description).toContain('item 0 in part (attached: a.txt)');
	});
});

describe('a cancelled execution', () => {
	let cancel = () => {};
	const onStart = (stop: () => void) => void (cancel = stop);

	it.each([{}, CONTINUE])('starts nothing more: %j', async (node) => {
		server.respond = (_, index) => {
			if (index === 2) cancel();
			return { delayMs: 20 };
		};
		const { run } = await update(server, { items: numbered(20), node, onStart });
		await sleep(100);
		expect(run.status).toBe('canceled');
		expect(server.requests).toHaveLength(3);
	});

	it('does not wait for the end of a pause that Wolkvox asked for', async () => {
		server.respond = () => {
			setTimeout(() => cancel(), 50);
			return { status: 429, headers: { 'retry-after': '6' } };
		};
		const started = Date.now();
		await update(server, { onStart });
		expect(Date.now() - started).toBeLessThan(3000);
		expect(server.requests).toHaveLength(1);
	});
});

describe('Max Retries', () => {
	const busy = (retryAfter: string, msg = 'Busy') => ({
		status: 429,
		headers: { 'retry-after': retryAfter },
		body: { code: 429, msg },
	});

	it('sends an update again until it succeeds', async () => {
		server.respond = (_, index) => (index < 2 ? busy('0') : {});
		const { outputs } = await update(server);
		expect(server.requests).toHaveLength(3);
		expect(outputs[0]).toHaveLength(1);
	});

	it('waits as long as it is asked to', async () => {
		const times: number[] = [];
		server.respond = (_, index) => {
			times.push(Date.now());
			return index === 0 ? busy('1') : {};
		};
		await update(server);
		expect(times[1] - times[0]).toBeGreaterThanOrEqual(990);
	});

	it('limits how often an update is sent again', async () => {
		server.respond = () => busy('0');
		const { error } = await update(server, { options: { maxRetries: 3 } });
		expect(server.requests).toHaveLength(4);
		expect(error!.httpCode).toBe('429');
	});

	it.each([
		['Busy', 'Busy. Wolkvox asks to wait 3600 seconds'],
		['Slow down.', 'Slow down. Wolkvox asks to wait 3600 seconds'],
	])('does not wait longer than 30 seconds (%s)', async (msg, message) => {
		server.respond = () => busy('3600', msg);
		const { error } = await update(server);
		expect(server.requests).toHaveLength(1);
		expect(error!.message).toBe(message);
	});

	it('sends the whole file again', async () => {
		server.respond = (_, index) => (index === 0 ? busy('0') : {});
		await update(server, {
			items: numbered(1, { data: textFile('x.bin', 'abc'.repeat(70_000)) }),
			updateFields: { attachments: 'data' },
		});
		const [first, second] = server.requests.map(({ files }) => files);
		expect(second).toEqual(first);
		expect(second[0].size).toBe(210_000);
	});

	it('is 0, and Max Concurrent Requests is 1, if the values are not numbers', async () => {
		server.respond = () => ({ ...busy('0'), delayMs: 20 });
		await update(server, {
			items: numbered(3),
			options: { maxConcurrent: 'five', maxRetries: 'many' },
			node: CONTINUE,
		});
		expect(sentIds()).toEqual(ids(0, 1, 2));
		expect(server.mostConcurrent).toBe(1);
	});
});

describe('two runs at the same time', () => {
	const slow = useServer();

	it('do not wait for each other', async () => {
		slow.respond = () => ({ delayMs: 100 });
		const started = Date.now();
		const timeOf = async (url: string) => {
			await update({ url }, { items: numbered(10) });
			return Date.now() - started;
		};
		const [slowTime, fastTime] = await Promise.all([timeOf(slow.url), timeOf(server.url)]);
		expect(slowTime).toBeGreaterThan(950);
		expect(fastTime).toBeLessThan(900);
	});
});
