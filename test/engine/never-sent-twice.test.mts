import {
	CHANGES,
	CREATE_CASE,
	CREATES,
	DELETES,
	nounOf,
	UPDATE_CASE,
	UPDATES,
} from '../support/operations.mts';
import {
	busyFor,
	itemOf,
	LOST,
	REFUSED,
	successFor,
	useServer,
	waitForLateRequests,
	type ScriptedResponse,
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
	TOOL,
} from '../support/wolkvox.mts';

const server = useServer();

/** Lets the requests for these items fail. */
const failing = (items: number[], response: ScriptedResponse) => () => {
	server.respond = (request) => (items.includes(itemOf(request)) ? response : {});
};

const ALL = [0, 1, 2, 3, 4];

/** What fails, and the items whose requests arrive then, by how the node is set. */
const ROWS: Array<
	[
		name: string,
		fail: () => void,
		stopped: string,
		stoppedThrice: string,
		continued: string,
		continuedThrice: string,
	]
> = [
	// n8n tries a node that continues again only if its first item failed.
	['the first is refused', failing([0], REFUSED), '0', '0 0 0', '01234', '01234 0 0'],
	['the middle one is refused', failing([2], REFUSED), '012', '012 2 2', '01234', '01234'],
	['the last is refused', failing([4], REFUSED), '01234', '01234 4 4', '01234', '01234'],
	['all are refused', failing(ALL, REFUSED), '0', '0 0 0', '01234', '01234 01234 01234'],
	['the response to the first is lost', failing([0], LOST), '0', '0', '01234', '01234'],
	['the response to the middle one is lost', failing([2], LOST), '012', '012', '01234', '01234'],
	['the expression of item 3 fails', () => {}, '', '', '0124', '0124'],
];

describe.each([UPDATE_CASE, CREATE_CASE])('never sent twice: $name of five items', (operation) => {
	describe.each(ROWS)('if %s', (name, fail, stopped, stoppedThrice, continued, continuedThrice) => {
		const failsInExpression = name.startsWith('the expression');

		it.each([
			['stopWorkflow', false, stopped],
			['stopWorkflow', true, stoppedThrice],
			['continueRegularOutput', false, continued],
			['continueRegularOutput', true, continuedThrice],
			['continueErrorOutput', false, continued],
			['continueErrorOutput', true, continuedThrice],
		] as const)('with On Error: %s, and Retry On Fail: %s', async (onError, retryOnFail, sent) => {
			// In some versions of n8n, no node continues after an expression that fails.
			if (failsInExpression && EXPRESSION_ENDS_NODE && onError !== 'stopWorkflow') return;
			fail();
			const status = failsInExpression ? failingExpression(3) : 'open';
			await execute(server, operation, {
				items: numbered(5),
				parameters: { status, updateFields: { status } },
				node: { ...RETRY_ON_FAIL, retryOnFail, onError },
			});
			await waitForLateRequests();
			expect(server.sentItems.join('')).toBe(sent.replaceAll(' ', ''));
		});
	});
});

describe.each(CHANGES)('never sent twice: $name', (operation) => {
	const noun = nounOf(operation);
	const advice = {
		creates: `Wolkvox may have created the ${noun} anyway`,
		updates: 'Wolkvox may have applied the update anyway',
		deletes: `Wolkvox may have deleted the ${noun} anyway`,
	}[operation.effect as string];

	it('after a lost response, and the user is told to check', async () => {
		server.respond = () => LOST;
		const stopped = await execute(server, operation, { node: RETRY_ON_FAIL });
		expect(stopped.error!.description).toContain(advice);
		const continued = await execute(server, operation, { node: { ...RETRY_ON_FAIL, ...CONTINUE } });
		expect(continued.outputs[1][0].json.error).toMatch(/ \[outcome unknown\]$/);
		expect(server.requests).toHaveLength(2);
	});

	it('when an AI agent calls the node, which reads the advice in the message', async () => {
		server.respond = () => LOST;
		const { error } = await execute(server, operation, { node: { ...TOOL, ...RETRY_ON_FAIL } });
		expect(error!.message).toContain(`broke before Wolkvox responded. ${advice}`);
		expect(server.requests).toHaveLength(1);
	});

	it('when the execution is canceled during the request', async () => {
		let cancel = () => {};
		server.respond = () => {
			setTimeout(() => cancel(), 20);
			return { delayMs: 100 };
		};
		const { run } = await execute(server, operation, {
			items: numbered(3),
			node: RETRY_ON_FAIL,
			onStart: (stop) => void (cancel = stop),
		});
		await waitForLateRequests();
		expect(run.status).toBe('canceled');
		expect(server.sentItems).toEqual([0]);
	});

	it('after a lost response, while other items are tried again', async () => {
		let refusals = 1;
		server.respond = (request) => {
			if (itemOf(request) === 1) return LOST;
			return refusals-- > 0 ? REFUSED : {};
		};
		const { outputs } = await execute(server, operation, {
			items: numbered(3),
			node: { ...RETRY_ON_FAIL, ...CONTINUE },
		});
		expect(server.sentItems).toEqual([0, 1, 2, 0]);
		expect(outputs.map(pairedItems)).toEqual([[0, 2], [1]]);
	});

	it.each([
		['429', { status: 429 }],
		['503 with Retry-After', { ...busyFor(0), status: 503 }],
	])('after HTTP %s with the body of a success', async (_, refusal) => {
		server.respond = (request) => ({ ...refusal, body: successFor(request) });
		const { error } = await execute(server, operation);
		expect(error!.context!.outcome).toBe('unknown');
		expect(server.requests).toHaveLength(1);
	});
});

it.each([...UPDATES, ...DELETES])(
	'never sent twice after a success that names another record: $name',
	async (operation) => {
		server.respond = () => ({ body: { code: 200, data: { wolkvox_id: 'other' } } });
		const { error } = await execute(server, operation, { node: RETRY_ON_FAIL });
		expect(error).toMatchObject({
			message: 'The response is about another record: "other"',
			context: { outcome: 'unknown' },
		});
		expect(server.requests).toHaveLength(1);
	},
);

it.each([...CREATES, ...UPDATES])(
	'never sent twice, although the item is invalid when it is tried again: $name',
	async (operation) => {
		const items = numbered(1);
		server.respond = () => {
			items[0].json.list = ['invalid'];
			return LOST;
		};
		const text = '={{ $json.list ?? "item0" }}';
		const { outputs } = await execute(server, operation, {
			items,
			parameters: {
				description: text,
				solution: text,
				updateFields: { status: text },
				contactFields: { name: text },
				fields: { field: [{ name: 'status', value: text }] },
			},
			node: { ...RETRY_ON_FAIL, ...CONTINUE },
		});
		expect(server.requests).toHaveLength(1);
		expect(outputs[1][0].json.error).toMatch(/broke before Wolkvox responded \[outcome unknown\]$/);
	},
);

describe.each([...UPDATES, ...DELETES])('of two items of one record, $name', (operation) => {
	const noun = nounOf(operation);

	/** Sends two items, of which the first gets this response once, with Retry On Fail. */
	const sendBoth = async (
		first: ScriptedResponse,
		{ id = 'item7', ...settings }: Parameters<typeof execute>[2] & { id?: string } = {},
		second: ScriptedResponse = {},
	) => {
		server.respond = (_, index) => [first, second][index] ?? {};
		return await execute(server, operation, {
			items: numbered(2),
			node: { ...RETRY_ON_FAIL, ...CONTINUE },
			...settings,
			parameters: { [`${noun}Id`]: id },
		});
	};
	const changed = operation.effect === 'deletes' ? 'deleted' : 'updated';
	const OVERTAKEN = {
		json: {
			n: 0,
			error: `A later item may have ${changed} the same ${noun}, after this one failed: No [item 0]`,
		},
		pairedItem: { item: 0 },
	};
	const CAPITALS = '={{ $json.n ? "ITEM7" : "item7" }}';

	it.each(['item7', CAPITALS])('sends no refused one again after the later one: %s', async (id) => {
		const { outputs } = await sendBoth(REFUSED, { id });
		expect(server.requests).toHaveLength(2);
		expect(pairedItems(outputs[0])).toEqual([1]);
		expect(outputs[1]).toEqual([OVERTAKEN]);
	});

	it('sends no refused one again if the outcome of the later one is unknown', async () => {
		const { outputs } = await sendBoth(REFUSED, {}, { status: 500, body: '<h1>' });
		expect(server.requests).toHaveLength(2);
		expect(outputs[1][0]).toEqual(OVERTAKEN);
	});

	it.each(['item7', CAPITALS])(
		'does not send the later one if the outcome of the first is unknown: %s',
		async (id) => {
			const { outputs } = await sendBoth(LOST, { id, options: { maxConcurrent: 20 } });
			expect(server.requests).toHaveLength(1);
			expect(outputs[1].map(({ json }) => json.error)).toEqual([
				expect.stringMatching(/ \[outcome unknown\]$/),
				`It is unknown whether item 0 has ${changed} the same ${noun} [item 1]`,
			]);
		},
	);

	it.each([
		['again after the later one', REFUSED, 3],
		['although the first may have been applied', LOST, 2],
	])('sends one of another company %s', async (_, first, requests) => {
		await sendBoth(first, {
			credential: async (item) => ({ ...credentialFor(server.url), operation: `company${item}` }),
		});
		expect(server.requests).toHaveLength(requests);
	});
});
