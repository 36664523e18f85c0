import type { INodeExecutionData } from 'n8n-workflow';

import type { Received, ScriptedServer } from '../support/server.mts';
import { fieldOf, startServer, SUCCESS } from '../support/server.mts';
import { EXPRESSION_ENDS_NODE } from '../support/version.mts';
import { numbered, update } from '../support/wolkvox.mts';

const idOf = (request: Received) => fieldOf(request, 'wolkvox-id');
const idsOf = ({ requests }: ScriptedServer) => requests.map(idOf);
const jsonOf = (items: INodeExecutionData[]) => items.map(({ json }) => json);
const pairingOf = (items: INodeExecutionData[]) => items.map(({ pairedItem }) => pairedItem);

const REFUSED = { status: 400, body: { code: 400, error: 'BAD REQUEST', msg: 'No' } };

/** A server that refuses the cases with these numbers, each time or the first few times. */
async function refusing(numbers: number[], times = Infinity): Promise<ScriptedServer> {
	const seen = new Map<string, number>();
	return await startServer((request) => {
		const id = idOf(request)!;
		seen.set(id, (seen.get(id) ?? 0) + 1);
		return numbers.some((n) => id === `case${n}`) && seen.get(id)! <= times ? REFUSED : {};
	});
}

let server: ScriptedServer;
afterEach(async () => await server.close());

describe('a run that succeeds', () => {
	it('updates 500 items in order, paired, one after another', async () => {
		server = await startServer();
		const { outputs } = await update(server.url, { items: numbered(500) });

		const expected = Array.from({ length: 500 }, (_, n) => `case${n}`);
		expect(idsOf(server)).toEqual(expected);
		expect(outputs[0].map(({ json }) => (json.data as { wolkvox_id: string }).wolkvox_id)).toEqual(
			expected,
		);
		expect(pairingOf(outputs[0])).toEqual(expected.map((_, item) => ({ item })));
		expect(server.mostAtOnce()).toBe(1);
	});

	it('keeps the order of the input when several go at once', async () => {
		server = await startServer((_, number) => ({ delayMs: (5 - (number % 5)) * 10 }));
		const { outputs } = await update(server.url, {
			items: numbered(25),
			options: { maxConcurrent: 5 },
		});
		expect(pairingOf(outputs[0])).toEqual(numbered(25).map((_, item) => ({ item })));
		expect(server.mostAtOnce()).toBe(5);
	});

	it.each([
		[
			{ ...SUCCESS, data: { wolkvox_id: '64cb' } },
			{ code: 200, msg: SUCCESS.msg, data: { wolkvox_id: '64cb' } },
		],
		[
			{ ...SUCCESS, code: '200' },
			{ code: 200, msg: SUCCESS.msg, data: { wolkvox_id: 'case0' } },
		],
		[
			{ code: 201, data: [], extra: 1 },
			{ code: 201, data: { wolkvox_id: 'case0' }, extra: 1 },
		],
		[{ code: 200 }, { code: 200, data: { wolkvox_id: 'case0' } }],
		[{ data: { a: 1 } }, { code: 200, data: { a: 1, wolkvox_id: 'case0' } }],
		[
			`\ufeff${JSON.stringify(SUCCESS)}`,
			{ code: 200, msg: SUCCESS.msg, data: { wolkvox_id: 'case0' } },
		],
	])('gives %j as %j', async (body, expected) => {
		server = await startServer(() => ({ body, headers: { 'content-type': 'text/html' } }));
		const { outputs } = await update(server.url);
		expect(jsonOf(outputs[0])).toEqual([expected]);
	});
});

describe('a run that goes on after failures', () => {
	it('puts failed items on the error output with their JSON, paired, and nothing else', async () => {
		server = await refusing([1, 3]);
		const { outputs, error } = await update(server.url, {
			items: numbered(5),
			node: { onError: 'continueErrorOutput' },
		});
		expect(error).toBeUndefined();
		expect(pairingOf(outputs[0])).toEqual([{ item: 0 }, { item: 2 }, { item: 4 }]);
		expect(outputs[1]).toEqual([
			{ json: { n: 1, error: 'No' }, pairedItem: { item: 1 } },
			{ json: { n: 3, error: 'No' }, pairedItem: { item: 3 } },
		]);
	});

	it('does the same for input that will not do and for failures of the network', async () => {
		server = await startServer((request) =>
			idOf(request) === 'case2' ? (response) => response.destroy() : {},
		);
		const { outputs } = await update(server.url, {
			items: numbered(4),
			node: { onError: 'continueErrorOutput' },
			updateFields: { status: '={{ $json.n === 1 ? "" : "open" }}' },
		});
		expect(pairingOf(outputs[0])).toEqual([{ item: 0 }, { item: 3 }]);
		expect(outputs[1]).toEqual([
			{
				json: { n: 1, error: 'Update Fields has nothing to update [item 1]' },
				pairedItem: { item: 1 },
			},
			{
				json: { n: 2, error: expect.stringContaining('broke before Wolkvox answered') },
				pairedItem: { item: 2 },
			},
		]);
	});

	it('keeps failed items among the others with Continue', async () => {
		server = await refusing([1]);
		const { outputs } = await update(server.url, {
			items: numbered(3),
			node: { onError: 'continueRegularOutput' },
		});
		expect(outputs[0][1]).toEqual({ json: { error: 'No' }, pairedItem: { item: 1 } });
		expect(pairingOf(outputs[0])).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
	});

	const unlessNodeEnds = EXPRESSION_ENDS_NODE ? it.skip : it;

	unlessNodeEnds('goes on after an expression that fails', async () => {
		server = await startServer();
		const { outputs } = await update(server.url, {
			items: numbered(3),
			node: { onError: 'continueErrorOutput' },
			updateFields: { status: '={{ $json.n === 1 ? $("nowhere").item : "open" }}' },
		});
		expect(idsOf(server)).toEqual(['case0', 'case2']);
		expect(pairingOf(outputs[0])).toEqual([{ item: 0 }, { item: 2 }]);
	});
});

describe('a run that stops at the first failure', () => {
	it('sends nothing after it, and says what was updated', async () => {
		server = await refusing([2]);
		const { error, outputs } = await update(server.url, { items: numbered(10) });
		expect(idsOf(server)).toEqual(['case0', 'case1', 'case2']);
		expect(error).toMatchObject({ message: 'No', httpCode: '400', context: { itemIndex: 2 } });
		expect(error!.description).toContain('Before this, 2 cases were updated: items 0-1.');
		expect(outputs).toEqual([[], []]);
	});

	it('lets requests under way end, and counts them', async () => {
		server = await startServer((request) =>
			idOf(request) === 'case1' ? REFUSED : { delayMs: 100 },
		);
		const { error } = await update(server.url, {
			items: numbered(20),
			options: { maxConcurrent: 3 },
		});
		expect(idsOf(server).sort()).toEqual(['case0', 'case1', 'case2']);
		expect(error!.description).toContain('2 cases were updated: items 0, 2.');
	});

	it.each([[1], [20]])(
		'sends nothing at all after an expression fails in a later item (%i at once)',
		async (maxConcurrent) => {
			server = await refusing([0]);
			const { error } = await update(server.url, {
				items: numbered(8),
				options: { maxConcurrent },
				updateFields: { status: '={{ $json.n === 6 ? $("nowhere").item : "open" }}' },
			});
			expect(error).toBeDefined();
			await new Promise((resolve) => setTimeout(resolve, 100));
			expect(server.requests).toHaveLength(0);
		},
	);

	it('sends nothing at all when a later item will not do', async () => {
		server = await startServer();
		const { error } = await update(server.url, {
			items: numbered(3),
			updateFields: { customFieldsJson: '={{ $json.n === 2 ? "{" : "{}" }}' },
		});
		expect(error!.message).toBe('Custom Fields (JSON) is not valid JSON [item 2]');
		expect(error!.description).toContain('No case was updated before this.');
		expect(server.requests).toHaveLength(0);
	});
});

describe('with batching', () => {
	const batching = { batching: { batch: { batchSize: 2, batchInterval: 150 } } };

	it('sends items as n8n brings them', async () => {
		const times: number[] = [];
		server = await startServer(() => {
			times.push(Date.now());
			return {};
		});
		await update(server.url, { items: numbered(4), requestOptions: batching });
		expect(idsOf(server)).toEqual(['case0', 'case1', 'case2', 'case3']);
		expect(times[2] - times[0]).toBeGreaterThanOrEqual(140);
	});

	it('sends nothing more after an expression fails, however slow the server', async () => {
		server = await startServer(() => ({ delayMs: 100 }));
		const { error } = await update(server.url, {
			items: numbered(6),
			requestOptions: batching,
			updateFields: { status: '={{ $json.n === 2 ? $("nowhere").item : "open" }}' },
		});
		expect(error).toBeDefined();
		await new Promise((resolve) => setTimeout(resolve, 400));
		expect(idsOf(server)).toEqual(['case0', 'case1']);
	});

	it('holds a failure back until n8n listens', async () => {
		server = await refusing([0]);
		const { error } = await update(server.url, { items: numbered(6), requestOptions: batching });
		expect(error).toMatchObject({ message: 'No', context: { itemIndex: 0 } });
		expect(idsOf(server)).toEqual(['case0']);
	});
});

describe('Retry On Fail', () => {
	const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

	it('sends an updated case once and a failed one again', async () => {
		server = await refusing([0]);
		const { outputs } = await update(server.url, {
			items: numbered(3),
			node: { ...retry, onError: 'continueErrorOutput' },
		});
		expect(idsOf(server)).toEqual(['case0', 'case1', 'case2', 'case0', 'case0']);
		expect(pairingOf(outputs[0])).toEqual([{ item: 1 }, { item: 2 }]);
		expect(outputs[1]).toEqual([{ json: { n: 0, error: 'No' }, pairedItem: { item: 0 } }]);
	});

	it('goes on where a stopped try ended', async () => {
		server = await refusing([1], 1);
		const { outputs, error } = await update(server.url, { items: numbered(4), node: retry });
		expect(error).toBeUndefined();
		expect(idsOf(server)).toEqual(['case0', 'case1', 'case1', 'case2', 'case3']);
		expect(pairingOf(outputs[0])).toEqual(numbered(4).map((_, item) => ({ item })));
	});

	it('gives up after the last try, and counts what all tries updated', async () => {
		server = await refusing([1]);
		const { error } = await update(server.url, { items: numbered(4), node: retry });
		expect(idsOf(server)).toEqual(['case0', 'case1', 'case1', 'case1']);
		expect(error!.description).toContain('1 case was updated: item 0.');
	});

	it('does not send again what Wolkvox may have taken', async () => {
		server = await startServer(() => (response) => response.destroy());
		const { error } = await update(server.url, { node: retry });
		expect(server.requests).toHaveLength(1);
		expect(error!.message).toContain('broke before Wolkvox answered');
		expect(error!.description).toContain('so it is not sent again');
	});

	it('does not attach again what Wolkvox has', async () => {
		const contents = Buffer.from('x');
		const files = { a: { name: 'a.txt', contents }, b: { name: 'b.txt', contents } };
		server = await startServer((_, number) => (number === 1 ? REFUSED : {}));
		const { outputs } = await update(server.url, {
			node: retry,
			items: [{ json: { n: 0 }, files }],
			updateFields: { attachments: 'a,b' },
		});
		expect(server.requests.map(({ files: [file] }) => file.name)).toEqual([
			'a.txt',
			'b.txt',
			'b.txt',
		]);
		expect(outputs[0]).toHaveLength(1);
	});
});

describe('several files', () => {
	it('that fail half-way name the files already attached', async () => {
		const contents = Buffer.from('x');
		const files = { a: { name: 'a.txt', contents }, b: { name: 'b.txt', contents } };
		server = await startServer((_, number) => (number === 1 ? REFUSED : {}));
		const { error } = await update(server.url, {
			items: [{ json: { n: 0 }, files }],
			updateFields: { attachments: 'a,b' },
		});
		expect(error!.message).toBe('No (already attached: a.txt)');
		expect(error!.description).toContain('item 0 in part (attached: a.txt)');
	});
});

describe('Execute Once', () => {
	it('updates the first case alone', async () => {
		server = await startServer();
		const { outputs } = await update(server.url, {
			items: numbered(5),
			node: { executeOnce: true },
		});
		expect(idsOf(server)).toEqual(['case0']);
		expect(pairingOf(outputs[0])).toEqual([{ item: 0 }]);
	});
});

describe('a cancelled execution', () => {
	it.each([undefined, 'continueErrorOutput'] as const)(
		'starts nothing more (onError %s)',
		async (onError) => {
			let cancel = () => {};
			server = await startServer((_, number) => {
				if (number === 2) cancel();
				return { delayMs: 20 };
			});
			const { run } = await update(server.url, {
				items: numbered(20),
				node: onError ? { onError } : {},
				onStart: (stop) => (cancel = stop),
			});
			await new Promise((resolve) => setTimeout(resolve, 100));
			expect(run.status).toBe('canceled');
			expect(server.requests).toHaveLength(3);
		},
	);

	it('does not wait out a pause that Wolkvox asked for', async () => {
		let cancel = () => {};
		server = await startServer(() => {
			setTimeout(() => cancel(), 50);
			return { status: 429, headers: { 'retry-after': '20' } };
		});
		const started = Date.now();
		await update(server.url, { onStart: (stop) => (cancel = stop) });
		expect(Date.now() - started).toBeLessThan(5000);
		expect(server.requests).toHaveLength(1);
	});
});

describe('repetition by the node itself', () => {
	it.each([
		[429, {}],
		[503, { 'retry-after': '0' }],
		[503, { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }],
	])('after %i %j', async (status, headers) => {
		server = await startServer((_, number) =>
			number === 0 ? { status, headers: headers as Record<string, string>, body: '' } : {},
		);
		const { outputs } = await update(server.url);
		expect(server.requests).toHaveLength(2);
		expect(outputs[0]).toHaveLength(1);
	});

	it('waits as long as it is asked to', async () => {
		const times: number[] = [];
		server = await startServer((_, number) => {
			times.push(Date.now());
			return number === 0 ? { status: 429, headers: { 'retry-after': '1' } } : {};
		});
		await update(server.url);
		expect(times[1] - times[0]).toBeGreaterThanOrEqual(990);
	});

	it('stops after Max Retries', async () => {
		server = await startServer(() => ({ status: 429, headers: { 'retry-after': '0' } }));
		const { error } = await update(server.url, { options: { maxRetries: 3 } });
		expect(server.requests).toHaveLength(4);
		expect(error!.httpCode).toBe('429');
	});

	it('does not wait longer than 30 seconds', async () => {
		server = await startServer(() => ({
			status: 503,
			headers: { 'retry-after': '3600' },
			body: { code: 503, msg: 'Busy' },
		}));
		const { error } = await update(server.url);
		expect(server.requests).toHaveLength(1);
		expect(error!.message).toBe('Busy. Wolkvox asks to wait 3600 seconds');
	});

	it.each([400, 401, 403, 404, 405, 408, 412, 413, 416, 417, 500, 502, 503, 504])(
		'never after %i',
		async (status) => {
			server = await startServer(() => ({ status, body: { code: status, msg: 'Refused' } }));
			const { error } = await update(server.url);
			expect(server.requests).toHaveLength(1);
			expect(error).toMatchObject({ message: 'Refused', httpCode: String(status) });
		},
	);

	it('sends the whole file again', async () => {
		const contents = Buffer.alloc(200_000, 'abc');
		server = await startServer((_, number) =>
			number === 0 ? { status: 429, headers: { 'retry-after': '0' } } : {},
		);
		await update(server.url, {
			items: [{ json: { n: 0 }, files: { data: { name: 'x.bin', contents } } }],
			updateFields: { attachments: 'data' },
		});
		expect(server.requests[1].files).toEqual(server.requests[0].files);
		expect(server.requests[1].files[0].size).toBe(200_000);
	});
});
