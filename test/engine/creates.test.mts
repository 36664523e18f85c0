import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../sandbox/n8n.mts';
import { connectionsTo, forgetConnections } from '../support/connections.mts';
import { CREATE_CASE, CREATES, itemOf, successFor } from '../support/operations.mts';
import { RESPONSES } from '../support/responses.mts';
import {
	fieldOf,
	useServer,
	type ReceivedRequest,
	type ScriptedResponse,
} from '../support/server.mts';
import { forbidUnhandledRejections } from '../support/unhandled.mts';
import {
	CONTINUE,
	credentialFor,
	execute,
	failingExpression,
	locator,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	textFile,
	TOOL,
} from '../support/wolkvox.mts';

// Hundreds of runs on a busy machine.
jest.setTimeout(60_000);

const server = useServer();
forbidUnhandledRejections();

const TWO_TRIES = { ...RETRY_ON_FAIL, maxTries: 2 };

const sentItems = () => server.requests.map(itemOf);
const nameOf = ({ name }: { name: string }) => name.split(': ')[0].toLowerCase();

/** The CRM operation that a request names. */
const companyOf = (request: ReceivedRequest) =>
	fieldOf(request, 'operation') ?? (request.json as { operation: string }).operation;

/** Refuses the first requests for an item; the others are applied. */
function refuse(item: number, times = Infinity) {
	server.respond = (request) =>
		itemOf(request) === item && times-- > 0
			? { status: 400, body: { code: 400, msg: 'No' } }
			: { body: successFor(request) };
}

describe.each(CREATES)('$name: what may have been created is sent once,', (operation) => {
	const { parameters } = operation;
	const advice = `Wolkvox may have created the ${nameOf(operation)} anyway`;

	it.each(RESPONSES)('after $name', async (response) => {
		server.respond = () => response;
		const { error, outputs } = await execute(server, parameters, {
			options: { maxRetries: 0 },
			node: TWO_TRIES,
		});
		const { expected } = response;
		if ('output' in expected) {
			expect(outputs[0]).toHaveLength(1);
			return expect(server.requests).toHaveLength(1);
		}
		const { outcome, message, httpCode } = expected;
		expect(server.requests).toHaveLength(outcome === 'refused' ? 2 : 1);
		expect(error).toMatchObject({
			message: message.replace('HOST', server.host),
			httpCode,
			context: { itemIndex: 0, outcome },
		});
		return expect(error!.description!.includes(advice)).toBe(outcome === 'unknown');
	});

	/** What happens to a create, and how it ends if that is not unknown. */
	interface Fault {
		name: string;
		respond?: ScriptedResponse;
		onData?: (socket: Socket) => void;
		url?: () => string | Promise<string>;
		outcome?: 'notSent';
	}

	it.each<Fault>([
		{ name: 'no response before the timeout', respond: () => {} },
		{
			name: 'half a response',
			respond: (response) => void response.writeHead(200, { 'content-length': '99' }).write('{'),
		},
		{ name: 'a reset', respond: (response) => void response.socket!.resetAndDestroy() },
		{ name: 'a closed connection', respond: (response) => void response.destroy() },
		{ name: 'a reset during the request', onData: (socket) => void socket.resetAndDestroy() },
		{
			name: 'a response that is not HTTP',
			onData: (socket) => void socket.write('SSH-2.0-OpenSSH_9.6\r\n'),
		},
		{
			name: 'a refused connection',
			url: async () => `http://127.0.0.1:${await freePort()}`,
			outcome: 'notSent',
		},
		{ name: 'an unknown host', url: () => 'https://nowhere.invalid', outcome: 'notSent' },
		{
			name: 'plain HTTP where HTTPS is expected',
			url: () => `https://${server.host}`,
			onData: (socket) => void socket.write('HTTP/1.1 400 Bad\r\n\r\n'),
			outcome: 'notSent',
		},
	])('after $name', async ({ respond, onData, url = () => server.url, outcome = 'unknown' }) => {
		if (respond) server.respond = () => respond;
		if (onData) server.onConnection = (socket) => socket.once('data', () => onData(socket));
		const address = await url();
		const run = async (node: object) => {
			forgetConnections();
			const result = await execute({ url: address }, parameters, {
				options: { maxRetries: 0 },
				requestOptions: { timeout: 300 },
				node: { ...TWO_TRIES, ...node },
			});
			expect(connectionsTo(new URL(address))).toBe(outcome === 'unknown' ? 1 : 2);
			return result;
		};
		const { error } = await run({});
		expect(error!.context!.outcome).toBe(outcome);
		expect(error!.description!.includes(advice)).toBe(outcome === 'unknown');

		const { outputs } = await run(CONTINUE);
		expect(outputs[0]).toEqual([]);
		expect(outputs[1]).toEqual([
			{ json: { n: 0, error: expect.any(String) }, pairedItem: { item: 0 } },
		]);
		expect(String(outputs[1][0].json.error).endsWith('[outcome unknown]')).toBe(
			outcome === 'unknown',
		);
	});

	it('when the execution is canceled during the request', async () => {
		let cancel = () => {};
		server.respond = () => {
			setTimeout(() => cancel(), 20);
			return { delayMs: 200 };
		};
		const { run } = await execute(server, parameters, {
			items: numbered(3),
			node: RETRY_ON_FAIL,
			onStart: (stop) => void (cancel = stop),
		});
		await sleep(250);
		expect(run.status).toBe('canceled');
		expect(sentItems()).toEqual([0]);
	});

	it('also when an AI agent calls the node, which reads the advice in the message', async () => {
		server.respond = () => (response) => response.destroy();
		const { error } = await execute(server, parameters, { node: { ...TOOL, ...RETRY_ON_FAIL } });
		expect(server.requests).toHaveLength(1);
		expect(error!.message).toContain(`broke before Wolkvox responded. ${advice}`);
	});
});

describe.each(CREATES)('$name with Retry On Fail', (operation) => {
	const { parameters } = operation;
	const noun = nameOf(operation);

	it('sends a created item once and a refused one again', async () => {
		refuse(0);
		const { outputs } = await execute(server, parameters, {
			items: numbered(3),
			node: { ...RETRY_ON_FAIL, ...CONTINUE },
		});
		expect(sentItems()).toEqual([0, 1, 2, 0, 0]);
		expect(pairedItems(outputs[0])).toEqual([1, 2]);
		expect(outputs[1]).toEqual([{ json: { n: 0, error: 'No' }, pairedItem: { item: 0 } }]);
	});

	it('continues where a stopped try ended, and outputs each created item', async () => {
		refuse(1, 1);
		const { outputs, error } = await execute(server, parameters, {
			items: numbered(4),
			node: RETRY_ON_FAIL,
		});
		expect(error).toBeUndefined();
		expect(sentItems()).toEqual([0, 1, 1, 2, 3]);
		expect(outputs[0]).toEqual(
			[0, 1, 2, 3].map((item) => ({
				json: { code: 200, msg: 'Succesfully', data: { wolkvox_id: `item${item}` } },
				pairedItem: { item },
			})),
		);
	});

	it('does not send an item that may have been created, whatever else fails', async () => {
		server.respond = (request, index) => {
			if (itemOf(request) === 1) return (response) => response.destroy();
			return index === 0 ? { status: 400, body: { code: 400, msg: 'No' } } : {};
		};
		const { outputs } = await execute(server, parameters, {
			items: numbered(3),
			node: { ...RETRY_ON_FAIL, ...CONTINUE },
		});
		expect(sentItems()).toEqual([0, 1, 2, 0]);
		expect(pairedItems(outputs[0])).toEqual([0, 2]);
		expect(pairedItems(outputs[1])).toEqual([1]);
	});

	it('sends nothing after the failure that stops it, and says what was created', async () => {
		refuse(2);
		const { error, outputs } = await execute(server, parameters, {
			items: numbered(10),
			node: TWO_TRIES,
		});
		expect(sentItems()).toEqual([0, 1, 2, 2]);
		expect(error).toMatchObject({ message: 'No', httpCode: '400', context: { itemIndex: 2 } });
		expect(error!.description).toMatch(
			new RegExp(` Before this, 2 ${noun}s were created: items 0-1\\.$`),
		);
		expect(outputs).toEqual([[], []]);
	});

	it('says that nothing was created, and what may have been', async () => {
		server.respond = (request) =>
			itemOf(request) === 0
				? { status: 400, body: { code: 400, msg: 'No' }, delayMs: 50 }
				: (response) => setTimeout(() => response.destroy(), 100);
		const { error } = await execute(server, parameters, {
			items: numbered(2),
			options: { maxConcurrent: 2 },
		});
		expect(error!.message).toBe('No');
		expect(error!.description).toMatch(
			new RegExp(
				`No ${noun} was created before this\\. It is unknown whether item 1 was created: check before retrying\\.$`,
			),
		);
	});

	it('repeats by itself what was refused for the time being', async () => {
		server.respond = (request, index) =>
			index === 0
				? { status: 429, headers: { 'retry-after': '0' }, body: { code: 429, msg: 'Busy' } }
				: { body: successFor(request) };
		const { outputs } = await execute(server, parameters);
		expect(sentItems()).toEqual([0, 0]);
		expect(outputs[0]).toHaveLength(1);
	});
});

describe.each(CREATES)('$name', ({ parameters }) => {
	it.each([
		['429', { status: 429 }],
		['503 with Retry-After', { status: 503, headers: { 'retry-after': '0' } }],
	])('is not repeated after HTTP %s if the body is that of a success', async (_, refusal) => {
		server.respond = (request) => ({ ...refusal, body: successFor(request) });
		const { error } = await execute(server, parameters);
		expect(error?.context?.outcome).toBe('unknown');
		expect(server.requests).toHaveLength(1);
	});

	it.each(['', 'null', null])(
		'has its ID in data, also if Wolkvox sends %j there',
		async (data) => {
			server.respond = () => ({ body: { code: 200, msg: 'ok', wolkvox_id: 'new1', data } });
			const { outputs } = await execute(server, parameters);
			expect(outputs[0][0].json.data).toEqual({ wolkvox_id: 'new1' });
		},
	);

	/** Item 0 is refused in each of three attempts; another company follows after each response. */
	it.each([
		['item 1', 1],
		['any item', undefined],
	])('creates one per company if the credential changes after %s', async (_, changingItem) => {
		let operation = 'demo';
		server.respond = (request) => {
			const item = itemOf(request);
			if (changingItem === undefined || item === changingItem) {
				operation = operation === 'demo' ? 'other' : 'demo';
			}
			return item === 0
				? { status: 400, body: { code: 400, msg: 'No' } }
				: { body: successFor(request) };
		};
		await execute(server, parameters, {
			items: numbered(2),
			node: { ...RETRY_ON_FAIL, ...CONTINUE },
			credential: async () => ({ ...credentialFor(server.url), operation }),
		});
		const companies = server.requests.filter((request) => itemOf(request) === 1).map(companyOf);
		expect(companies.length).toBeGreaterThan(0);
		expect(companies).toEqual([...new Set(companies)]);
	});

	it('sends items in their order, also if several are in flight, and pairs them', async () => {
		server.respond = (request, index) => ({
			body: successFor(request),
			delayMs: (5 - (index % 5)) * 10,
		});
		const { outputs } = await execute(server, parameters, {
			items: numbered(20),
			options: { maxConcurrent: 5 },
		});
		expect(sentItems()).toHaveLength(20);
		expect(server.mostConcurrent).toBe(5);
		expect(outputs[0].map(({ json }) => json.data)).toEqual(
			numbered(20).map((_, item) => ({ wolkvox_id: `item${item}` })),
		);
		expect(pairedItems(outputs[0])).toEqual(numbered(20).map(({ json }) => json.n));
	});

	it('creates equal records for equal items', async () => {
		const items = [{ json: { n: 7 } }, { json: { n: 7 } }];
		const { outputs } = await execute(server, parameters, { items });
		expect(sentItems()).toEqual([7, 7]);
		expect(pairedItems(outputs[0])).toEqual([0, 1]);
	});

	it('creates one with Execute Once', async () => {
		const { outputs } = await execute(server, parameters, {
			items: numbered(5),
			node: { executeOnce: true },
		});
		expect(sentItems()).toEqual([0]);
		expect(pairedItems(outputs[0])).toEqual([0]);
	});

	it('sends nothing at all if a later item is invalid or its expression fails', async () => {
		const changed = 'module' in parameters ? 'module' : 'caseType';
		for (const value of ['={{ $json.n === 2 ? "" : "x" }}', failingExpression(2)]) {
			const { error } = await execute(server, parameters, {
				items: numbered(4),
				parameters: { [changed]: locator('name', value) },
			});
			expect(error).toBeDefined();
			await sleep(30);
			expect(server.requests).toHaveLength(0);
		}
	});

	it('keeps what it created with a failed execution, for Retry in the list of executions', async () => {
		refuse(1);
		const { run } = await execute(server, parameters, { items: numbered(3) });
		const context = JSON.stringify(run.data.executionData!.contextData);
		expect(context).toContain('"wolkvox_id":"item0"');
		expect(context).not.toContain('item2');
	});
});

describe('Case: Create with a file', () => {
	const parameters = { additionalFields: { attachments: 'a' } };

	it('is one request, and an item with a file that is gone stops it before anything is sent', async () => {
		await execute(server, CREATE_CASE.parameters, {
			parameters,
			items: numbered(1, { a: textFile('a.txt') }),
		});
		expect(server.requests.map(({ files }) => files.map(({ name }) => name))).toEqual([['a.txt']]);

		server.requests.length = 0;
		const { error } = await execute(server, CREATE_CASE.parameters, {
			parameters,
			items: [
				...numbered(1, { a: textFile('a.txt') }),
				{ json: { n: 1 }, binary: { a: { id: 'filesystem-v2:x', mimeType: 'text/plain' } } },
			],
		});
		expect(error!.message).toMatch(/^'Attachments': n8n no longer has the contents .*\[item 1\]$/);
		expect(server.requests).toHaveLength(0);
	});

	it('sends the whole file again after a refusal for the time being', async () => {
		server.respond = (_, index) =>
			index === 0 ? { status: 429, headers: { 'retry-after': '0' }, body: { code: 429 } } : {};
		await execute(server, CREATE_CASE.parameters, {
			parameters,
			items: numbered(1, { a: textFile('a.txt', 'abc'.repeat(70_000)) }),
		});
		const [first, second] = server.requests.map(({ files }) => files);
		expect(second).toEqual(first);
		expect(second[0].size).toBe(210_000);
	});
});
