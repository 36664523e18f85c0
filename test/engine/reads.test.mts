import { setTimeout as sleep } from 'node:timers/promises';

import {
	FIND_CASES,
	found,
	GET_CASE,
	itemOf,
	READS,
	SEARCHES,
	successFor,
} from '../support/operations.mts';
import { useServer, type ScriptedResponse } from '../support/server.mts';
import { forbidUnhandledRejections } from '../support/unhandled.mts';
import { BROKEN_COMPRESSION_HANGS } from '../support/version.mts';
import {
	CONTINUE,
	execute,
	failingExpression,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	TOOL,
} from '../support/wolkvox.mts';

const server = useServer();
forbidUnhandledRejections();

const TWO_TRIES = { ...RETRY_ON_FAIL, maxTries: 2 };

const sentItems = () => server.requests.map(itemOf);

/** What is said of a change whose outcome is unknown, or of what was done before a stop. */
const SAID_OF_CHANGES = /may have|outcome unknown|in the list of executions|before this/i;

const REFUSAL = { status: 400, body: { code: 400, msg: 'No' } };
const lost: ScriptedResponse = (response) => response.destroy();

/** What goes wrong with a read, and whether the node itself repeats it. */
const FAULTS: Array<{ name: string; response: ScriptedResponse; isRepeated: boolean }> = [
	{ name: 'a lost connection', response: lost, isRepeated: true },
	{
		name: 'a reset',
		response: (response) => void response.socket!.resetAndDestroy(),
		isRepeated: true,
	},
	{ name: 'no response before the timeout', response: () => {}, isRepeated: true },
	{
		name: 'half a response',
		response: (response) => {
			response.writeHead(200, { 'content-length': '99' }).write('{');
			setTimeout(() => response.destroy(), 20);
		},
		isRepeated: true,
	},
	{ name: 'a server error', response: { status: 500, body: '<h1>Error' }, isRepeated: true },
	{ name: 'a gateway', response: { status: 502, body: '<h1>Bad gateway' }, isRepeated: true },
	{ name: 'code 500', response: { body: { code: 500, msg: 'No' } }, isRepeated: true },
	{ name: 'code 429', response: { body: { code: 429, msg: 'Busy' } }, isRepeated: true },
	{ name: 'a refusal', response: REFUSAL, isRepeated: false },
	{ name: 'code 403', response: { body: { code: 403, msg: 'No' } }, isRepeated: false },
	{ name: 'a web page', response: { body: '<p>Login' }, isRepeated: false },
	{ name: 'a redirect', response: { status: 302, body: '' }, isRepeated: false },
];

if (!BROKEN_COMPRESSION_HANGS) {
	const headers = { 'content-encoding': 'gzip' };
	const response = { body: 'not compressed', headers };
	FAULTS.push({ name: 'broken compression', response, isRepeated: true });
}

describe('each read', () => {
	const trials = READS.flatMap((operation) => FAULTS.map((fault) => ({ operation, fault })));
	// The waits between repetitions are long, so the runs go side by side, each with a server of its own.
	const servers = trials.map(() => useServer());
	const ofEach = async <Result,>(
		run: (trial: (typeof trials)[number], server: (typeof servers)[number]) => Promise<Result>,
	) => await Promise.all(trials.map(async (trial, index) => await run(trial, servers[index])));

	const nameOf = ({ operation, fault }: (typeof trials)[number]) =>
		`${operation.name} after ${fault.name}`;

	it('is repeated by Max Retries after some faults', async () => {
		const results = await ofEach(async (trial, each) => {
			const { response } = trial.fault;
			each.respond = (request, index) => (index === 0 ? response : { body: successFor(request) });
			const { outputs } = await execute(each, trial.operation.parameters, {
				requestOptions: { timeout: 2000 },
				node: CONTINUE,
			});
			const [found, failed] = outputs.map(({ length }) => length);
			return { name: nameOf(trial), sent: each.requests.length, found, failed };
		});
		expect(results).toEqual(
			trials.map((trial) => {
				const { isRepeated } = trial.fault;
				const sent = isRepeated ? 2 : 1;
				return { name: nameOf(trial), sent, found: sent - 1, failed: 2 - sent };
			}),
		);
	});

	it('is repeated by each try of Retry On Fail, after any fault', async () => {
		const results = await ofEach(async (trial, each) => {
			each.respond = () => trial.fault.response;
			const { parameters } = trial.operation;
			const settings = { options: { maxRetries: 0 }, requestOptions: { timeout: 2000 } };
			const { error } = await execute(each, parameters, { ...settings, node: TWO_TRIES });
			const { outputs } = await execute(each, parameters, {
				...settings,
				node: { ...TWO_TRIES, ...CONTINUE },
			});
			const said = `${error!.message} ${error!.description} ${outputs[1][0].json.error}`;
			return {
				name: nameOf(trial),
				sent: each.requests.length,
				outcome: error!.context!.outcome,
				said: SAID_OF_CHANGES.exec(said),
			};
		});
		expect(results).toEqual(
			trials.map((trial) => ({ name: nameOf(trial), sent: 4, outcome: undefined, said: null })),
		);
	}, 30_000);
});

it('a read is repeated by Max Retries after 429 and 5xx, and after no other status', async () => {
	const STATUSES = Array.from({ length: 200 }, (_, index) => 400 + index);
	const isRepeated = (status: number) => status === 429 || status >= 500;
	const sends = async (body: (status: number) => unknown) => {
		server.requests.length = 0;
		server.respond = (request) => ({ status: itemOf(request), body: body(itemOf(request)) });
		const errors = await Promise.all(
			STATUSES.map(async (status) => {
				const items = [{ json: { n: status } }];
				const settings = { items, options: { maxRetries: 1 } };
				return (await execute(server, FIND_CASES.parameters, settings)).error;
			}),
		);
		for (const error of errors) {
			expect(`${error?.message} ${error?.description}`).not.toMatch(SAID_OF_CHANGES);
		}
		const sent = sentItems();
		return Object.fromEntries(
			STATUSES.map((status) => [status, sent.filter((each) => each === status).length]),
		);
	};
	const expected = Object.fromEntries(
		STATUSES.map((status) => [status, isRepeated(status) ? 2 : 1]),
	);
	expect(await sends((code) => ({ code, error: 'X', msg: 'No' }))).toEqual(expected);
	expect(await sends(() => '<h1>Sorry')).toEqual(expected);
}, 60_000);

it('Max Retries limits how often a read is sent again', async () => {
	server.respond = () => ({ status: 429, headers: { 'retry-after': '0' }, body: { code: 429 } });
	await execute(server, FIND_CASES.parameters, { options: { maxRetries: 4 } });
	expect(server.requests).toHaveLength(5);
});

it('a read for which Wolkvox asks for a long wait is not repeated', async () => {
	server.respond = () => ({
		status: 503,
		headers: { 'retry-after': '3600' },
		body: { code: 503, msg: 'Busy' },
	});
	const { error } = await execute(server, FIND_CASES.parameters);
	expect(server.requests).toHaveLength(1);
	expect(error!.message).toBe('Busy. Wolkvox asks you to wait 3600 seconds');
});

describe.each(READS)('$name', ({ parameters }) => {
	it('leaves nothing in the execution for Retry in the list of executions', async () => {
		server.respond = (request, index) => (index === 1 ? REFUSAL : { body: successFor(request) });
		for (const node of [{}, CONTINUE, RETRY_ON_FAIL]) {
			const { run } = await execute(server, parameters, { items: numbered(3), node });
			const [saved = {}] = Object.values(run.data.executionData!.contextData);
			expect(saved).toEqual({});
		}
	});

	it('stops at the first failure, and says nothing of the items before it', async () => {
		server.respond = (request, index) => (index === 2 ? REFUSAL : { body: successFor(request) });
		const { error, outputs } = await execute(server, parameters, { items: numbered(6) });
		expect(server.requests).toHaveLength(3);
		expect(error).toMatchObject({ message: 'No', httpCode: '400', context: { itemIndex: 2 } });
		expect(error!.description).not.toMatch(SAID_OF_CHANGES);
		expect(outputs).toEqual([[], []]);
	});

	it('puts a failed item on the error output, with its input', async () => {
		server.respond = (request, index) => (index === 1 ? REFUSAL : { body: successFor(request) });
		const { outputs } = await execute(server, parameters, { items: numbered(3), node: CONTINUE });
		expect(pairedItems(outputs[0])).toEqual([0, 2]);
		expect(outputs[1]).toEqual([{ json: { n: 1, error: 'No' }, pairedItem: { item: 1 } }]);
	});

	it('sends every item again when it is tried again, as nothing is remembered', async () => {
		server.respond = (request, index) => (index === 1 ? REFUSAL : { body: successFor(request) });
		const { outputs } = await execute(server, parameters, {
			items: numbered(3),
			node: RETRY_ON_FAIL,
		});
		expect(server.requests).toHaveLength(5);
		expect(pairedItems(outputs[0])).toEqual([0, 1, 2]);
	});

	it('reads once with Execute Once', async () => {
		server.respond = (request) => ({ body: successFor(request) });
		const { outputs } = await execute(server, parameters, {
			items: numbered(5),
			node: { executeOnce: true },
		});
		expect(server.requests).toHaveLength(1);
		expect(pairedItems(outputs[0])).toEqual([0]);
	});

	it('returns its records to an AI agent, or an error with the advice in its message', async () => {
		server.respond = (request) => ({ body: successFor(request) });
		const { outputs } = await execute(server, parameters, { node: TOOL });
		expect(outputs[0]).toHaveLength(1);

		server.respond = () => ({ body: { code: 403, msg: 'Token is not valid' } });
		const { error } = await execute(server, parameters, { node: TOOL });
		expect(error!.message).toMatch(/^Token is not valid\. Check 'Token' in the credential: /);

		const continued = await execute(server, parameters, {
			node: { ...TOOL, onError: 'continueRegularOutput' },
		});
		expect(continued.outputs[0][0].json.error).toBe(error!.message);
	});
});

describe('a search', () => {
	const records = (item: number, count: number) =>
		Array.from({ length: count }, (_, index) => ({ wolkvox_id: `${item}-${index}`, item, index }));

	it.each(SEARCHES)(
		'outputs several records per item, each paired with it, in order: $name',
		async ({ parameters }) => {
			server.respond = (request, index) => ({
				body: found(...records(itemOf(request), itemOf(request) % 4)),
				delayMs: (5 - (index % 5)) * 10,
			});
			const { outputs } = await execute(server, parameters, {
				items: numbered(12),
				options: { maxConcurrent: 5 },
			});
			expect(server.mostConcurrent).toBe(5);
			const expected = numbered(12).flatMap((_, item) => records(item, item % 4));
			expect(outputs[0].map(({ json }) => json)).toEqual(expected);
			expect(pairedItems(outputs[0])).toEqual(expected.map(({ item }) => item));
		},
	);

	it('applies the limit to each item', async () => {
		server.respond = (request) => ({ body: found(...records(itemOf(request), 9)) });
		const { outputs } = await execute(server, FIND_CASES.parameters, {
			items: numbered(3),
			parameters: { limit: '={{ $json.n + 1 }}' },
		});
		expect(pairedItems(outputs[0])).toEqual([0, 1, 1, 2, 2, 2]);
	});

	it('outputs nothing for an item without a match, and goes on', async () => {
		server.respond = (request) => ({ body: itemOf(request) === 1 ? found() : found({ a: 1 }) });
		const { outputs } = await execute(server, FIND_CASES.parameters, { items: numbered(3) });
		expect(sentItems()).toEqual([0, 1, 2]);
		expect(pairedItems(outputs[0])).toEqual([0, 2]);
	});

	it('outputs a record with a field named error, which is no failure', async () => {
		server.respond = () => ({ body: found({ wolkvox_id: '1', error: 'E17' }, { a: 1 }) });
		const { outputs } = await execute(server, FIND_CASES.parameters, { node: CONTINUE });
		expect(outputs[0].map(({ json }) => json)).toEqual([
			{ wolkvox_id: '1', error: 'E17' },
			{ a: 1 },
		]);
	});

	it('is sent one after another by default', async () => {
		server.respond = (request) => ({ body: successFor(request), delayMs: 5 });
		await execute(server, FIND_CASES.parameters, { items: numbered(10) });
		expect(sentItems()).toEqual(numbered(10).map(({ json }) => json.n));
		expect(server.mostConcurrent).toBe(1);
	});
});

it('Case: Get asks for the same case as often as items name it, also at the same time', async () => {
	server.respond = () => ({ body: found({ wolkvox_id: 'same' }), delayMs: 20 });
	const { outputs } = await execute(server, GET_CASE.parameters, {
		items: numbered(4),
		parameters: { caseId: 'same' },
		options: { maxConcurrent: 4 },
	});
	expect(server.requests).toHaveLength(4);
	expect(server.mostConcurrent).toBe(4);
	expect(pairedItems(outputs[0])).toEqual([0, 1, 2, 3]);
});

it('nothing is sent at all if the expression of a later item fails', async () => {
	const { error } = await execute(server, FIND_CASES.parameters, {
		items: numbered(6),
		parameters: { value: failingExpression(4) },
	});
	expect(error).toBeDefined();
	await sleep(50);
	expect(server.requests).toHaveLength(0);
});

it('a canceled search starts nothing more', async () => {
	let cancel = () => {};
	server.respond = (request, index) => {
		if (index === 2) cancel();
		return { body: successFor(request), delayMs: 20 };
	};
	const { run } = await execute(server, FIND_CASES.parameters, {
		items: numbered(20),
		onStart: (stop) => void (cancel = stop),
	});
	await sleep(100);
	expect(run.status).toBe('canceled');
	expect(server.requests).toHaveLength(3);
});
