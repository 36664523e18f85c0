import type { IDataObject } from 'n8n-workflow';

import { CLOSE_CASE, GET_CASE, locator, UPDATE_CASE } from '../support/operations.mts';
import {
	busyFor,
	caseIdOf,
	companyOf,
	fieldOf,
	found,
	LOST,
	REFUSED,
	useServer,
	waitForLateRequests,
	type ReceivedRequest,
	type ScriptedResponse,
} from '../support/server.mts';
import {
	CONTINUE,
	credentialFor,
	execute,
	failingExpression,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	textFile,
	TOOL,
} from '../support/wolkvox.mts';

// Which case has a number: test/unit/case-numbers.test.mts.

const server = useServer();

const NUMBER = 'CASO-1002';

const idOf = (number: string) =>
	Buffer.from(number.toLowerCase()).toString('hex').padStart(24, '0');

/** A case as a search returns it. */
const caseOf = (number: string): IDataObject => ({
	wolkvox_id: idOf(number),
	idPrefijo: number,
	status: { name: 'open' },
});

const isLookUp = ({ url }: ReceivedRequest) => url === '/server/API/v2/cases/queryCases.php';
const numberOf = ({ json }: ReceivedRequest) => (json as { value: string }).value;
const itemOf = (request: ReceivedRequest) => Number(fieldOf(request, 'priority'));

const lookUps = () => server.requests.filter(isLookUp).map(numberOf);
const changes = () => server.requests.filter((request) => !isLookUp(request));
const changedItems = () => changes().map(itemOf);

/** Responds to a look-up with the case, and to a change with success, unless a test says otherwise. */
function respond({
	find = (number) => [caseOf(number)],
	lookUp = (number) => ({ body: found(...find(number)) }),
	change = () => ({}),
}: {
	find?: (number: string) => unknown[];
	lookUp?: (number: string) => ScriptedResponse;
	change?: (request: ReceivedRequest) => ScriptedResponse;
} = {}) {
	server.respond = (request) => (isLookUp(request) ? lookUp(numberOf(request)) : change(request));
}

/** Each of so many items names the case with this number, and has its own number as the priority. */
async function updateEach(
	count: number,
	number = "={{ 'CASO-' + $json.n }}",
	{ parameters, ...settings }: Parameters<typeof execute>[2] = {},
) {
	return await execute(server, UPDATE_CASE, {
		items: numbered(count),
		...settings,
		parameters: {
			caseId: locator('number', number),
			updateFields: { priority: '={{ String($json.n) }}' },
			...parameters,
		},
	});
}

/** Items that name a case by its number, or by its ID if a condition holds. */
const byNumberOrId = (isById: string, number: string) => ({
	caseId: `={{ ((number) => ({
		__rl: true,
		mode: ${isById} ? 'id' : 'number',
		value: ${isById} ? Array.from(number.toLowerCase(), (each) => each.charCodeAt(0).toString(16)).join('').padStart(24, '0') : number,
	}))(${number}) }}`,
});

it.each([UPDATE_CASE, CLOSE_CASE])(
	'$name looks a case up by its number, and changes it by its ID',
	async (operation) => {
		respond();
		const parameters = { caseId: locator('number', NUMBER) };
		const { outputs } = await execute(server, operation, { parameters });
		const [lookUp, change, ...others] = server.requests;
		expect(lookUp.url).toBe('/server/API/v2/cases/queryCases.php');
		expect(lookUp.json).toEqual({ operation: 'demo', field: 'idPrefijo', value: NUMBER });
		expect(change.url).toBe('/server/API/v2/cases/update.php');
		expect(caseIdOf(change)).toBe(idOf(NUMBER));
		expect(others).toEqual([]);
		expect(outputs[0]).toMatchObject([
			{ json: { code: 200, data: { wolkvox_id: idOf(NUMBER) } }, pairedItem: { item: 0 } },
		]);
	},
);

it('Case: Get by number is one request, and outputs the case as it came', async () => {
	respond();
	const parameters = { caseId: locator('number', NUMBER) };
	const { outputs } = await execute(server, GET_CASE, { parameters });
	expect(server.requests.map(numberOf)).toEqual([NUMBER]);
	expect(outputs[0]).toEqual([{ json: caseOf(NUMBER), pairedItem: { item: 0 } }]);
});

describe('A number is looked up once in a run', () => {
	it.each([1, 20])('for 100 updates of 10 cases, %d at a time', async (maxConcurrent) => {
		respond();
		const number = "={{ 'CASO-' + $json.n % 10 }}";
		const { outputs } = await updateEach(100, number, { options: { maxConcurrent } });
		expect(lookUps().sort()).toEqual(numbered(10).map(({ json }) => `CASO-${json.n}`));
		expect(changes()).toHaveLength(100);
		expect(changes().map(caseIdOf)).toEqual(
			changedItems().map((item) => idOf(`CASO-${item % 10}`)),
		);
		expect(pairedItems(outputs[0])).toEqual(numbered(100).map(({ json }) => json.n));
	});

	it('whatever its capitals', async () => {
		respond();
		const number = "={{ ['CASO-1', 'caso-1 '][$json.n % 2] }}";
		await updateEach(4, number, { options: { maxConcurrent: 4 } });
		expect(lookUps()).toEqual(['CASO-1']);
		expect(changedItems()).toEqual([0, 1, 2, 3]);
	});

	it('also if nothing is found: each item fails by itself', async () => {
		respond({ find: () => [] });
		const { outputs } = await updateEach(3, NUMBER, { node: CONTINUE });
		expect(lookUps()).toEqual([NUMBER]);
		expect(outputs[0]).toEqual([]);
		expect(outputs[1]).toEqual(
			[0, 1, 2].map((n) => ({
				json: { n, error: `Wolkvox found no case with the number "${NUMBER}" [item ${n}]` },
				pairedItem: { item: n },
			})),
		);
	});

	it('and company, and the case of each is changed', async () => {
		const idAt = (company: string) => idOf(`${company}-1002`);
		server.respond = (request) =>
			isLookUp(request)
				? { body: found({ ...caseOf(NUMBER), wolkvox_id: idAt(companyOf(request)) }) }
				: {};
		await updateEach(6, NUMBER, {
			options: { maxConcurrent: 20 },
			credential: async (item) => ({
				...credentialFor(server.url),
				operation: item % 2 === 0 ? 'demo' : 'other',
			}),
		});
		expect(lookUps()).toHaveLength(2);
		expect(changedItems().sort()).toEqual([0, 1, 2, 3, 4, 5]);
		for (const change of changes()) {
			const company = itemOf(change) % 2 === 0 ? 'demo' : 'other';
			expect([companyOf(change), caseIdOf(change)]).toEqual([company, idAt(company)]);
		}
	});
});

describe('Items of one case are sent in their order, 20 at a time', () => {
	it.each([
		['if they name it by number', 'false'],
		['if they name it by number and by ID in turn', '$json.n % 4 > 1'],
	])('%s', async (_, isById) => {
		const inFlight = new Set<string>();
		const overlaps: number[] = [];
		respond({
			lookUp: (number) => ({
				body: found({ ...caseOf(number), wolkvox_id: idOf(number).toUpperCase() }),
				delayMs: 5 + 10 * (Number(/\d+$/.exec(number)) % 3),
			}),
			change: (request) => (response) => {
				const id = caseIdOf(request).toLowerCase();
				if (inFlight.has(id)) overlaps.push(itemOf(request));
				inFlight.add(id);
				const answer = () => {
					inFlight.delete(id);
					response.end('{"code":200,"data":{"wolkvox_id":""}}');
				};
				setTimeout(answer, 5 + 5 * (itemOf(request) % 3));
			},
		});
		const { outputs } = await updateEach(40, undefined, {
			parameters: byNumberOrId(isById, "'CASO-' + $json.n % 2"),
			options: { maxConcurrent: 20 },
		});
		expect(overlaps).toEqual([]);
		expect(lookUps()).toEqual(['CASO-0', 'CASO-1']);
		for (const rest of [0, 1]) {
			const sent = changedItems().filter((item) => item % 2 === rest);
			expect(sent).toEqual(numbered(20).map((_item, index) => index * 2 + rest));
		}
		expect(pairedItems(outputs[0])).toEqual(numbered(40).map(({ json }) => json.n));
	});

	it('and pass a look-up that takes long only if they come before its item', async () => {
		const events: string[] = [];
		let answerSlow = () => {};
		const note = (event: string) => {
			events.push(event);
			// Until then, whatever may pass it has passed it.
			if (events.length === 5) setTimeout(() => answerSlow(), 50);
		};
		respond({
			lookUp: (number) => (response) => {
				const answer = () => {
					note(`found ${number}`);
					response.end(JSON.stringify(found(caseOf(number))));
				};
				if (number === 'CASO-2') answerSlow = answer;
				else answer();
			},
			change: (request) => {
				note(`changed CASO-${itemOf(request)}`);
				return {};
			},
		});
		await updateEach(4, undefined, { options: { maxConcurrent: 20 } });
		const others = ['found CASO-0', 'found CASO-1', 'found CASO-3'];
		const before = ['changed CASO-0', 'changed CASO-1', ...others];
		expect(events.slice(0, 5).sort()).toEqual(before);
		expect(events.slice(5).sort()).toEqual(['changed CASO-2', 'changed CASO-3', 'found CASO-2']);
	});
});

describe('After a look-up that failed', () => {
	it.each<[name: string, ScriptedResponse]>([
		['a lost connection', LOST],
		['a response that does not say what was found', { body: { code: 200, msg: 'Hm' } }],
		['a refusal', REFUSED],
	])('by %s, nothing was sent', async (_, response) => {
		respond({ lookUp: () => response });
		const options = { maxRetries: 0 };
		const { error } = await updateEach(1, NUMBER, { options });
		expect(error!.context).toMatchObject({ itemIndex: 0, outcome: 'notSent' });
		expect(error!.description).toMatch(/Nothing was changed\. No case was updated before this\.$/);
		expect(error!.description).not.toContain('may have applied');

		const { outputs } = await updateEach(1, NUMBER, { options, node: CONTINUE });
		expect(outputs[1]).toEqual([
			{ json: { n: 0, error: error!.message }, pairedItem: { item: 0 } },
		]);
		expect(changes()).toEqual([]);
	});

	it.each<[name: string, ScriptedResponse]>([
		['a lost connection', LOST],
		['too many requests', busyFor(0)],
	])('by %s, it is repeated like a read', async (_, response) => {
		let failures = 1;
		respond({ lookUp: (number) => (failures-- > 0 ? response : { body: found(caseOf(number)) }) });
		await updateEach(1, NUMBER);
		expect(lookUps()).toEqual([NUMBER, NUMBER]);
		expect(changedItems()).toEqual([0]);
	});

	it('by a refusal, the advice is about the case, and not about fields that were not sent', async () => {
		respond({ lookUp: () => REFUSED });
		for (const operation of [UPDATE_CASE, CLOSE_CASE]) {
			const parameters = { caseId: locator('number', NUMBER) };
			const { error } = await execute(server, operation, { parameters });
			expect(error!.description).toMatch(/^Check 'Case'/);
			expect(error!.description).not.toMatch(/'Status'|'Solution'|'Case Type'|'Priority'/);
		}
	});

	it.each([
		['a refusal', REFUSED],
		['nothing found', { body: found() }],
	])('by %s, Retry On Fail makes it again, and sends the change then', async (_, response) => {
		let failures = 1;
		respond({
			lookUp: (number) =>
				number === 'CASO-0' && failures-- > 0 ? response : { body: found(caseOf(number)) },
		});
		const node = { ...RETRY_ON_FAIL, ...CONTINUE };
		const { outputs } = await updateEach(2, undefined, { node });
		expect(lookUps()).toEqual(['CASO-0', 'CASO-1', 'CASO-0']);
		expect(changedItems()).toEqual([1, 0]);
		expect(pairedItems(outputs[0])).toEqual([0, 1]);
	});
});

describe('Retry On Fail', () => {
	/** Refuses the first changes of an item. */
	const refuse = (item: number, times: number) =>
		respond({ change: (request) => (itemOf(request) === item && times-- > 0 ? REFUSED : {}) });

	it.each([
		['stops', 1, {}],
		['goes on', 0, CONTINUE],
	])('neither looks up nor sends again what is done, in a run that %s', async (_, item, node) => {
		refuse(item, 2);
		const { outputs } = await updateEach(3, undefined, { node: { ...RETRY_ON_FAIL, ...node } });
		expect(lookUps()).toEqual(['CASO-0', 'CASO-1', 'CASO-2']);
		expect(changedItems().sort()).toEqual([0, 1, 2, item, item].sort());
		expect(outputs[0].map(({ json }) => (json.data as IDataObject).wolkvox_id)).toEqual(
			['CASO-0', 'CASO-1', 'CASO-2'].map(idOf),
		);
		expect(pairedItems(outputs[0])).toEqual([0, 1, 2]);
	});

	const SECOND_BY_ID = byNumberOrId('$json.n === 1', `'${NUMBER}'`);

	it.each([1, 20])(
		'sends neither what may have been applied nor later items of the case, %d at a time',
		async (maxConcurrent) => {
			respond({ change: () => LOST });
			const { outputs } = await updateEach(3, undefined, {
				parameters: SECOND_BY_ID,
				options: { maxConcurrent },
				node: { ...RETRY_ON_FAIL, ...CONTINUE },
			});
			expect(lookUps()).toEqual([NUMBER]);
			expect(changedItems()).toEqual([0]);
			expect(outputs[0]).toEqual([]);
			expect(outputs[1].map(({ json }) => json.error)).toEqual([
				expect.stringMatching(/ \[outcome unknown\]$/),
				'It is unknown whether item 0 has updated the same case [item 1]',
				'It is unknown whether item 0 has updated the same case [item 2]',
			]);
		},
	);

	it('does not put older values of a failed item in place of newer ones', async () => {
		refuse(0, Infinity);
		const { outputs } = await updateEach(2, undefined, {
			parameters: SECOND_BY_ID,
			node: { ...RETRY_ON_FAIL, ...CONTINUE },
		});
		expect(changedItems()).toEqual([0, 1]);
		expect(pairedItems(outputs[0])).toEqual([1]);
		expect(outputs[1].map(({ json }) => json.error)).toEqual([
			'A later item may have updated the same case, after this one failed: No [item 0]',
		]);
	});
});

describe('A run with a number that no case has', () => {
	const message = 'Wolkvox found no case with the number "CASO-2" [item 2]';
	beforeEach(() => respond({ find: (number) => (number === 'CASO-2' ? [] : [caseOf(number)]) }));

	it('says what was updated before if it stops', async () => {
		const { error, outputs } = await updateEach(5);
		expect(changedItems()).toEqual([0, 1]);
		expect(error).toMatchObject({
			message,
			description: expect.stringMatching(/Before this, 2 cases were updated: items 0-1\.$/),
		});
		expect(outputs).toEqual([[], []]);
	});

	it.each([1, 20])('pairs both outputs if it continues, %d at a time', async (maxConcurrent) => {
		const settings = { options: { maxConcurrent }, node: CONTINUE };
		const { outputs } = await updateEach(5, undefined, settings);
		expect(pairedItems(outputs[0])).toEqual([0, 1, 3, 4]);
		expect(outputs[1]).toEqual([{ json: { n: 2, error: message }, pairedItem: { item: 2 } }]);
	});
});

it('Retry sends all files again if the number is that of another case now', async () => {
	let id = idOf(NUMBER);
	server.respond = (request) => {
		if (isLookUp(request)) return { body: found({ ...caseOf(NUMBER), wolkvox_id: id }) };
		return request.files[0].name === 'b' && id === idOf(NUMBER) ? REFUSED : {};
	};
	const settings = {
		items: numbered(1, { a: textFile('a', '1'), b: textFile('b', '2') }),
		parameters: { caseId: locator('number', NUMBER), updateFields: { attachments: 'a,b' } },
	};
	const failed = await execute(server, UPDATE_CASE, settings);
	id = idOf('other');
	await execute(server, UPDATE_CASE, { ...settings, retryOf: failed });
	expect(changes().map((change) => [caseIdOf(change), change.files[0].name])).toEqual([
		[idOf(NUMBER), 'a'],
		[idOf(NUMBER), 'b'],
		[idOf('other'), 'a'],
		[idOf('other'), 'b'],
	]);
});

it('an AI agent is told in one message what was not found and what to do', async () => {
	respond({ find: () => [] });
	const { error } = await updateEach(1, NUMBER, { node: TOOL });
	expect(error!.message).toMatch(
		/^Wolkvox found no case with the number "CASO-1002" \[item 0\]\. .*Get Many/,
	);
});

it('nothing is looked up if the expression of a later item fails', async () => {
	respond();
	const updateFields = { status: failingExpression(4) };
	const { error } = await updateEach(5, undefined, { parameters: { updateFields } });
	expect(error).toBeDefined();
	expect(server.requests).toHaveLength(0);
});

it('a run that is canceled during a look-up changes nothing any more', async () => {
	let cancel = () => {};
	respond({
		lookUp: (number) => {
			cancel();
			return { body: found(caseOf(number)), delayMs: 20 };
		},
	});
	const { run } = await updateEach(3, undefined, { onStart: (stop) => void (cancel = stop) });
	await waitForLateRequests();
	expect(run.status).toBe('canceled');
	expect(lookUps()).toEqual(['CASO-0']);
	expect(changes()).toEqual([]);
});
