import { setTimeout as sleep } from 'node:timers/promises';

import type { ServerResponse } from 'node:http';

import type { INode } from 'n8n-workflow';

import { caseIdOf, fieldOf, SUCCESS, useServer } from '../support/server.mts';
import { forbidUnhandledRejections } from '../support/unhandled.mts';
import { EXPRESSION_ENDS_NODE, isSince } from '../support/version.mts';
import {
	CONTINUE,
	credentialFor,
	failingExpression,
	locator,
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

/** A failed item on the error output, with the JSON of its input. */
const failed = (n: number, error: unknown) => ({
	json: { n, error },
	pairedItem: { item: n },
});

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
			failed(1, 'No'),
			failed(2, expect.stringMatching(/\[item 2\]$/)),
			failed(3, expect.stringMatching(/broke before Wolkvox responded \[outcome unknown\]$/)),
		]);
	});

	it('keeps failed items among the others with Continue', async () => {
		refuse(1);
		const { outputs } = await update(server, {
			items: numbered(3),
			node: { onError: 'continueRegularOutput' },
		});
		expect(outputs[0][1]).toEqual({
			json: { error: 'No' },
			pairedItem: { item: 1 },
		});
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

describe('many requests in flight when one fails', () => {
	it('names the failure that caused the stop, and the items whose outcome is unknown', async () => {
		const held: Array<[caseId: string, response: ServerResponse]> = [];
		server.respond = (request) => (response) => {
			held.push([caseIdOf(request), response]);
			if (held.length < 20) return;
			for (const [caseId, each] of held) {
				if (caseId === 'case0') each.writeHead(400).end('{"code":400,"msg":"No"}');
				else setTimeout(() => each.destroy(), 50);
			}
		};
		const { error } = await update(server, {
			items: numbered(20),
			options: { maxConcurrent: 20 },
		});
		expect(error).toMatchObject({ message: 'No', context: { itemIndex: 0 } });
		expect(error!.description).toContain('It is unknown whether items 1-19 were updated');
	});

	it('shows a refusal, not a lower item that waits for its turn to be repeated', async () => {
		server.respond = (request) =>
			caseIdOf(request) === 'case0'
				? { status: 429, headers: { 'retry-after': '20' }, body: { code: 429, msg: 'Busy' } }
				: { ...REFUSAL, delayMs: 100 };
		const started = Date.now();
		const { error } = await update(server, {
			items: numbered(2),
			options: { maxConcurrent: 2 },
		});
		expect(error).toMatchObject({ message: 'No', context: { itemIndex: 1 } });
		expect(Date.now() - started).toBeLessThan(5000);
	});
});

describe('several items of one case', () => {
	it('are sent one after another, in the order of the items, however many may be in flight', async () => {
		const order: string[] = [];
		let inFlight = 0;
		server.respond = (request) => (response) => {
			const status = fieldOf(request, 'status')!;
			order.push(status);
			if (caseIdOf(request) === 'same') expect(++inFlight).toBe(1);
			setTimeout(
				() => {
					if (caseIdOf(request) === 'same') inFlight--;
					response.end(JSON.stringify(SUCCESS));
				},
				20 - (Number(status) % 7),
			);
		};
		const { outputs } = await update(server, {
			items: numbered(12),
			caseId: locator('id', '={{ $json.n % 3 === 0 ? "case" + $json.n : "same" }}'),
			updateFields: { status: '={{ $json.n }}' },
			options: { maxConcurrent: 5 },
		});
		expect(pairedItems(outputs[0])).toEqual(upTo(12));
		expect(order.filter((n) => Number(n) % 3 !== 0)).toEqual(
			upTo(12)
				.filter((n) => n % 3 !== 0)
				.map(String),
		);
		expect(server.mostConcurrent).toBeGreaterThan(1);
	});

	it('keep their order while the file of the first is still looked up', async () => {
		await update(server, {
			items: [...numbered(1, { data: textFile('a.txt') }), { json: { n: 1 } }],
			caseId: locator('id', 'same'),
			updateFields: { status: '={{ $json.n }}', attachments: '={{ $json.n === 0 ? "data" : "" }}' },
			options: { maxConcurrent: 2 },
			node: CONTINUE,
		});
		expect(server.requests.map((request) => fieldOf(request, 'status'))).toEqual(['0', '1']);
	});
});

describe("the item's own credential", () => {
	const other = useServer();

	it('decides where each item goes', async () => {
		const { outputs } = await update(server, {
			items: numbered(4),
			credential: async (itemIndex) => ({
				...credentialFor(itemIndex % 2 === 0 ? server.url : other.url),
				operation: `company${itemIndex}`,
				token: `token-of-company-${itemIndex}`,
			}),
		});
		expect(outputs[0]).toHaveLength(4);
		for (const [{ requests }, numbers] of [
			[server, [0, 2]],
			[other, [1, 3]],
		] as const) {
			expect(requests.map(caseIdOf)).toEqual(ids(...numbers));
			expect(requests.map((request) => fieldOf(request, 'operation'))).toEqual(
				numbers.map((n) => `company${n}`),
			);
			expect(requests.map(({ headers }) => headers['wolkvox-token'])).toEqual(
				numbers.map((n) => `token-of-company-${n}`),
			);
		}
	});

	// In between, n8n itself keeps a node from a credential in this mode.
	const none = isSince('2.20') && !isSince('2.41') ? [] : ['none'];

	it.each(['all', 'domains', ...none])(
		'reaches its server, in mode %s of Allowed HTTP Request Domains',
		async (allowedHttpRequestDomains) => {
			const credential = { ...credentialFor(server.url), allowedHttpRequestDomains };
			const { outputs } = await update(server, { credential });
			expect(outputs[0]).toHaveLength(1);
		},
	);
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

	it('sends nothing after an expression that fails, however long reading the credential takes', async () => {
		const { error } = await update(server, {
			items: numbered(4),
			requestOptions,
			updateFields: { status: failingExpression(2) },
			credential: async () => {
				await sleep(80);
				return credentialFor(server.url);
			},
		});
		expect(error).toBeDefined();
		const sent = server.requests.length;
		await sleep(400);
		expect(server.requests).toHaveLength(sent);
	});

	it.each([
		['further files', {}],
		['a repetition', { status: 429, headers: { 'retry-after': '0' }, body: { code: 429 } }],
	])('sends nothing after an expression that fails: %s', async (_, response) => {
		server.respond = () => ({ ...response, delayMs: 100 });
		const { error } = await update(server, {
			items: numbered(4, { a: textFile('a.txt'), b: textFile('b.txt'), c: textFile('c.txt') }),
			requestOptions,
			options: { maxConcurrent: 2, maxRetries: 5 },
			updateFields: { status: failingExpression(2), attachments: 'a,b,c' },
		});
		expect(error).toBeDefined();
		const sent = server.requests.length;
		await sleep(400);
		expect(server.requests).toHaveLength(sent);
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
		expect(outputs[1]).toEqual([failed(0, 'No')]);
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

/** An expression that has another value in the second try of Retry On Fail. */
const changing = (first: string, second: string) =>
	`={{ $now.toMillis() < ${Date.now() + 600} ? "${first}" : "${second}" }}`;

const SLOW_RETRY = { ...RETRY_ON_FAIL, maxTries: 2, waitBetweenTries: 700 };

it('sends an item whose Case has changed when it is tried again, as it is another case', async () => {
	server.respond = (request) => (caseIdOf(request) === 'case1' ? REFUSAL : {});
	const { outputs } = await update(server, {
		items: numbered(2),
		caseId: locator('id', `${changing('case', 'other')}{{ $json.n }}`),
		node: SLOW_RETRY,
	});
	expect(sentIds()).toEqual(['case0', 'case1', 'other0', 'other1']);
	expect(outputs[0].map(({ json }) => json.data)).toEqual([
		{ wolkvox_id: 'other0' },
		{ wolkvox_id: 'other1' },
	]);
});

it('an unknown outcome stays unknown if the item cannot be read when it is tried again', async () => {
	server.respond = () => (response) => response.destroy();
	const { outputs } = await update(server, {
		updateFields: { status: 'open', attachments: changing('', 'missing') },
		node: { ...SLOW_RETRY, ...CONTINUE },
	});
	expect(server.requests).toHaveLength(1);
	expect(outputs[1][0].json.error).toMatch(/broke before Wolkvox responded \[outcome unknown\]$/);
});

describe('a refused item', () => {
	const twoItems = {
		items: numbered(2),
		caseId: locator('id', 'same'),
		updateFields: { status: '={{ $json.n }}' },
		node: { ...RETRY_ON_FAIL, ...CONTINUE },
	};
	const sentStatuses = () => server.requests.map((request) => fieldOf(request, 'status'));
	const OVERTAKEN = failed(0, 'A later item may have updated the same case [item 0]');

	it('is not sent again after a later item has updated the same case', async () => {
		server.respond = (_, index) => (index === 0 ? REFUSAL : {});
		const { outputs } = await update(server, twoItems);
		expect(sentStatuses()).toEqual(['0', '1']);
		expect(outputs[1]).toEqual([OVERTAKEN]);
		expect(pairedItems(outputs[0])).toEqual([1]);
	});

	it('is not sent again if the later item has the ID in other capitals', async () => {
		server.respond = (_, index) => (index === 0 ? REFUSAL : {});
		const caseId = locator('id', '={{ $json.n ? "ABC" : "abc" }}');
		const { outputs } = await update(server, { ...twoItems, caseId });
		expect(sentStatuses()).toEqual(['0', '1']);
		expect(outputs[1]).toEqual([OVERTAKEN]);
	});

	it('is not sent again if it is unknown whether the later item was applied', async () => {
		server.respond = (_, index) => (index === 0 ? REFUSAL : { status: 500, body: '<h1>' });
		const { outputs } = await update(server, twoItems);
		expect(sentStatuses()).toEqual(['0', '1']);
		expect(outputs[1][0]).toEqual(OVERTAKEN);
	});

	it('is sent again if the later item was for the same ID at another company', async () => {
		server.respond = (_, index) => (index === 0 ? REFUSAL : {});
		const { outputs } = await update(server, {
			...twoItems,
			credential: async (item) => ({ ...credentialFor(server.url), operation: `company${item}` }),
		});
		expect(sentStatuses()).toEqual(['0', '1', '0']);
		expect(outputs.map(({ length }) => length)).toEqual([2, 0]);
	});
});

it('an item is sent to another company if its credential has changed when it is tried again', async () => {
	server.respond = (request) =>
		caseIdOf(request) === 'case1' && fieldOf(request, 'operation') === 'first' ? REFUSAL : {};
	const end = Date.now() + 600;
	await update(server, {
		items: numbered(2),
		credential: async () => ({
			...credentialFor(server.url),
			operation: Date.now() < end ? 'first' : 'second',
		}),
		node: SLOW_RETRY,
	});
	expect(
		server.requests.map((request) => [fieldOf(request, 'operation'), caseIdOf(request)]),
	).toEqual([
		['first', 'case0'],
		['first', 'case1'],
		['second', 'case0'],
		['second', 'case1'],
	]);
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
		expect(error!.description).toContain('Item 0 was updated in part (attached: a.txt).');
		expect(sentFiles()).toEqual(['a.txt', 'b.txt']);
	});

	it('sends only the other files when it is tried again', async () => {
		const { outputs } = await attach(REFUSAL, RETRY_ON_FAIL);
		expect(sentFiles().slice(0, 4)).toEqual(['a.txt', 'b.txt', 'b.txt', 'c.txt']);
		expect(pairedItems(outputs[0])).toEqual([0, 1]);
	});

	it('sends each file once if they come in another order when it is tried again', async () => {
		server.respond = (_, index) => (index === 1 ? REFUSAL : {});
		const { outputs } = await update(server, {
			items: numbered(1, files),
			updateFields: { attachments: changing('a,b,c', 'c,b,a') },
			node: SLOW_RETRY,
		});
		expect(sentFiles()).toEqual(['a.txt', 'b.txt', 'c.txt', 'b.txt']);
		expect(pairedItems(outputs[0])).toEqual([0]);
	});

	it.each<'default' | 'filesystem'>(['default', 'filesystem'])(
		'tells files of the same contents apart by their names (binary data: %s)',
		async (binaryMode) => {
			server.respond = (_, index) => (index === 1 ? REFUSAL : {});
			await update(server, {
				binaryMode,
				items: numbered(1, { en: textFile('en.txt', 'same'), es: textFile('es.txt', 'same') }),
				updateFields: { attachments: changing('es,en', 'en,es') },
				node: SLOW_RETRY,
			});
			expect(sentFiles()).toEqual(['es.txt', 'en.txt', 'en.txt']);
		},
	);

	it('sends no accepted file again if Multiple Files changes when it is tried again', async () => {
		server.respond = (_, index) => (index === 1 ? REFUSAL : {});
		await update(server, {
			items: numbered(1, files),
			updateFields: { attachments: 'a,b,c' },
			options: { multipleFiles: changing('onePerRequest', 'together') },
			node: SLOW_RETRY,
		});
		expect(server.requests.map((request) => request.files.map(({ name }) => name))).toEqual([
			['a.txt'],
			['b.txt'],
			['b.txt', 'c.txt'],
		]);
	});

	it('is still named as attached in part if it cannot be read when it is tried again', async () => {
		server.respond = (_, index) => (index === 1 ? REFUSAL : {});
		const { outputs } = await update(server, {
			items: numbered(1, files),
			updateFields: { attachments: changing('a,b', 'missing') },
			node: { ...SLOW_RETRY, ...CONTINUE },
		});
		expect(outputs[1][0].json.error).toBe(
			`'Attachments': this item has no binary field "missing" [item 0] (already attached: a.txt)`,
		);
	});

	it.each([{}, RETRY_ON_FAIL])('is not sent again after a timeout: %j', async (node) => {
		const { error } = await attach(() => {}, node);
		expect(sentFiles()).toEqual(['a.txt', 'b.txt']);
		expect(error!.message).toMatch(/ within 0\.3 seconds \(already attached: a\.txt\)$/);
		expect(error!.description).toContain('Item 0 was updated in part (attached: a.txt).');
	});
});

describe('a canceled execution', () => {
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
		['3600', 'Busy', 'Busy. Wolkvox asks you to wait 3600 seconds'],
		['3600', 'Slow down.', 'Slow down. Wolkvox asks you to wait 3600 seconds'],
		['999999999', 'Busy', 'Busy. Wolkvox asks you to wait more than a day'],
		['9'.repeat(400), 'Busy', 'Busy. Wolkvox asks you to wait more than a day'],
	])('does not wait longer than 30 seconds (%s: %s)', async (retryAfter, msg, message) => {
		server.respond = () => busy(retryAfter, msg);
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

	it.each([
		['shorter', '1', 3],
		['longer', '60', 1],
	])('a wait that is %s holds the whole run', async (_, retryAfter, requests) => {
		server.respond = (_request, index) => (index === 0 ? busy(retryAfter) : {});
		const times: number[] = [];
		server.onConnection = ((serve) => (socket) => {
			times.push(Date.now());
			serve(socket);
		})(server.onConnection);
		const { outputs } = await update(server, {
			items: numbered(2),
			options: { maxConcurrent: 2, maxRetries: 1 },
			updateFields: { status: 'open' },
			node: CONTINUE,
			credential: async (itemIndex) => {
				if (itemIndex === 1) await sleep(100);
				return credentialFor(server.url);
			},
		});
		expect(server.requests).toHaveLength(requests);
		if (retryAfter === '1') return expect(times[1] - times[0]).toBeGreaterThanOrEqual(990);
		return expect(outputs[1]).toEqual([
			failed(0, 'Busy. Wolkvox asks you to wait 60 seconds'),
			failed(1, 'Wolkvox asks you to wait 60 seconds before the next request'),
		]);
	});
});

describe('Timeout', () => {
	it('has effect if it is shorter than a millisecond', async () => {
		server.respond = () => ({ delayMs: 5000 });
		const { error } = await update(server, { requestOptions: { timeout: 0.5 } });
		expect(error!.message).toBe('Wolkvox did not respond within 0.001 seconds');
	});

	it.each([-1, Infinity, 1e12, '', 'soon'])('waits for a response if it is %p', async (timeout) => {
		server.respond = () => ({ delayMs: 50 });
		const { outputs } = await update(server, { requestOptions: { timeout } });
		expect(outputs[0]).toHaveLength(1);
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
