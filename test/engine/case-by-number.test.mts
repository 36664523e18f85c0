import type { IDataObject } from 'n8n-workflow';

import {
	CLOSE_CASE,
	GET_CASE,
	locator,
	UPDATE_CASE as USUAL_UPDATE,
	type Operation,
} from '../support/operations.mts';
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
import { useStandIn } from '../support/standIn.mts';
import { forbidUnhandledRejections } from '../support/unhandled.mts';
import {
	CONTINUE,
	credentialFor,
	execute,
	expectRefusal,
	failingExpression,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	TOOL,
} from '../support/wolkvox.mts';

// Some runs have a hundred items, and a look-up that is repeated waits for a second.
jest.setTimeout(30_000);

const server = useServer();
forbidUnhandledRejections();

/** The number of the item is its priority. */
const UPDATE_CASE: Operation = {
	...USUAL_UPDATE,
	parameters: {
		...USUAL_UPDATE.parameters,
		updateFields: { priority: '={{ String($json.n) }}' },
	},
};

const CHANGES = [UPDATE_CASE, CLOSE_CASE];

const NUMBER = 'CASO-1002';

/** The items name the cases CASO-0, CASO-1 … by their numbers. */
const EACH_BY_NUMBER = { caseId: locator('number', '={{ "CASO-" + $json.n }}') };

/** All items name one case, by its number. */
const SAME_BY_NUMBER = { caseId: locator('number', NUMBER) };

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

/** Responds to a look-up with these records, and to a change with success, unless a test says otherwise. */
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

describe.each(CHANGES)('$name by number', (operation) => {
	it('looks the case up, and changes it by its ID', async () => {
		respond();
		const { outputs } = await execute(server, operation, { parameters: SAME_BY_NUMBER });
		expect(server.requests).toHaveLength(2);
		const [lookUp, change] = server.requests;
		expect(lookUp.url).toBe('/server/API/v2/cases/queryCases.php');
		expect(lookUp.json).toEqual({ operation: 'demo', field: 'idPrefijo', value: NUMBER });
		expect(change.url).toBe('/server/API/v2/cases/update.php');
		expect(caseIdOf(change)).toBe(idOf(NUMBER));
		expect(outputs[0]).toEqual([
			{
				json: {
					code: 200,
					msg: 'Succesfully update record',
					data: { wolkvox_id: idOf(NUMBER) },
				},
				pairedItem: { item: 0 },
			},
		]);
	});
});

it('Case: Get by number is one request, and outputs the case as it came', async () => {
	respond();
	const { outputs } = await execute(server, GET_CASE, { parameters: SAME_BY_NUMBER });
	expect(lookUps()).toEqual([NUMBER]);
	expect(server.requests).toHaveLength(1);
	expect(outputs[0]).toEqual([{ json: caseOf(NUMBER), pairedItem: { item: 0 } }]);
});

describe.each([...CHANGES, GET_CASE])('$name goes to the case', (operation) => {
	const resultOf = async (records: IDataObject[], number: unknown = NUMBER) => {
		respond({ find: () => records });
		const { outputs, error } = await execute(server, operation, {
			parameters: { caseId: locator('number', number as string) },
		});
		if (error) throw error;
		return operation.effect === 'reads' ? outputs[0][0].json.wolkvox_id : caseIdOf(changes()[0]);
	};

	it('that is exactly this number, beside longer and shorter ones', async () => {
		const records = ['CASO-10021', NUMBER, 'CASO-100'].map(caseOf);
		expect(await resultOf(records)).toBe(idOf(NUMBER));
	});

	it('whose number has other capitals or white space around it, also in the node', async () => {
		expect(
			await resultOf([{ ...caseOf(NUMBER), idPrefijo: ' Caso-1002\n' }], '\t cASO-1002 '),
		).toBe(idOf(NUMBER));
		expect(lookUps()).toEqual(['cASO-1002']);
	});

	it('that holds the number as a number, or under another name', async () => {
		const record = { wolkvox_id: idOf('1024'), Prefix: 1024 };
		expect(await resultOf([record], '={{ 1024 }}')).toBe(idOf('1024'));
		expect(lookUps()).toEqual(['1024']);
	});
});

describe.each(CHANGES)('$name finds the ID of the case', (operation) => {
	it.each<IDataObject>([
		{ 'wolkvox-id': idOf(NUMBER) },
		{ _id: idOf(NUMBER) },
		{ _id: { $oid: idOf(NUMBER) } },
	])('in %j', async (id) => {
		respond({ find: () => [{ idPrefijo: NUMBER, ...id }] });
		await execute(server, operation, { parameters: SAME_BY_NUMBER });
		expect(changes().map(caseIdOf)).toEqual([idOf(NUMBER)]);
	});
});

describe.each([...CHANGES, GET_CASE])('$name changes nothing and fails if Wolkvox', (operation) => {
	const NONE = `Wolkvox found other cases, but none with the number "${NUMBER}"`;

	it.each<{ name: string; records: unknown[]; message: string }>([
		{
			name: 'finds nothing',
			records: [],
			message: `Wolkvox found no case with the number "${NUMBER}"`,
		},
		{
			name: 'finds two cases with this number',
			records: [caseOf(NUMBER), { ...caseOf('caso-1002 '), wolkvox_id: idOf('other') }],
			message: `Wolkvox found 2 cases with the number "${NUMBER}"`,
		},
		{
			name: 'finds only a longer number',
			records: [caseOf('CASO-10021')],
			message: NONE,
		},
		{
			name: 'finds another case, which holds the number under another name',
			records: [{ ...caseOf('CASO-10021'), 'Caso relacionado': NUMBER }],
			message: NONE,
		},
		{ name: 'finds only a part of the number', records: [caseOf('1002')], message: NONE },
		{
			name: 'finds the number only inside another value',
			records: [{ ...caseOf('CASO-7'), form: { number: NUMBER }, list: [NUMBER] }],
			message: NONE,
		},
		{
			name: 'returns the case without an ID',
			records: [{ idPrefijo: NUMBER }],
			message: `Wolkvox returned the case "${NUMBER}" without its ID`,
		},
		{
			name: 'returns the case with an ID that is none',
			records: [{ idPrefijo: NUMBER, wolkvox_id: '1002' }],
			message: `Wolkvox returned the case "${NUMBER}" without its ID`,
		},
	])('$name', async ({ records, message }) => {
		respond({ find: () => records });
		const { error } = await execute(server, operation, { parameters: SAME_BY_NUMBER });
		expect(error).toMatchObject({
			message: `${message} [item 0]`,
			description: expect.stringMatching(/Get Many.*'Search By'/),
			context: { itemIndex: 0 },
		});
		expect(changes()).toEqual([]);
	});

	it('announces more cases than it returns', async () => {
		respond({
			lookUp: (number) => ({ body: { ...found(caseOf(number)), 'Total records': 2 } }),
		});
		const { error } = await execute(server, operation, { parameters: SAME_BY_NUMBER });
		expect(error!.message).toBe('Wolkvox found 2 records, but sent only 1 of them [item 0]');
		expect(error!.description).toContain('Get Many');
		expect(changes()).toEqual([]);
	});
});

it('A case is found on a later page of the look-up, and a second one with its number, too', async () => {
	const others = Array.from({ length: 10 }, (_, index) => caseOf(`${NUMBER}${index}`));
	const twin = { ...caseOf(NUMBER), wolkvox_id: idOf('twin') };
	for (const { records, changed } of [
		{ records: [...others, caseOf(NUMBER)], changed: [idOf(NUMBER)] },
		{ records: [caseOf(NUMBER), ...others, twin], changed: [] },
	]) {
		server.requests.length = 0;
		server.respond = (request) => {
			if (!isLookUp(request)) return {};
			const { page = 1 } = request.json as { page?: number };
			const body = found(...records.slice((page - 1) * 10, page * 10));
			return { body: { ...body, 'Total records': records.length } };
		};
		await execute(server, UPDATE_CASE, { parameters: SAME_BY_NUMBER });
		expect(lookUps()).toEqual([NUMBER, NUMBER]);
		expect(changes().map(caseIdOf)).toEqual(changed);
	}
});

describe('Calls', () => {
	const HUNDRED = {
		items: numbered(100),
		parameters: { caseId: locator('number', '={{ "CASO-" + $json.n % 10 }}') },
	};

	it.each([1, 20])(
		'are 110 for 100 updates by number of 10 cases, %d at a time',
		async (maxConcurrent) => {
			respond();
			const { outputs } = await execute(server, UPDATE_CASE, {
				...HUNDRED,
				options: { maxConcurrent },
			});
			expect(server.requests).toHaveLength(110);
			expect(lookUps().sort()).toEqual(numbered(10).map(({ json }) => `CASO-${json.n}`));
			expect(changes().map(caseIdOf)).toEqual(
				changedItems().map((item) => idOf(`CASO-${item % 10}`)),
			);
			expect(pairedItems(outputs[0])).toEqual(numbered(100).map(({ json }) => json.n));
		},
	);

	it('are not more if items spell a number in other capitals', async () => {
		respond();
		await execute(server, UPDATE_CASE, {
			items: numbered(4),
			parameters: { caseId: locator('number', '={{ ["CASO-1", "caso-1 "][$json.n % 2] }}') },
			options: { maxConcurrent: 4 },
		});
		expect(lookUps()).toEqual(['CASO-1']);
		expect(changedItems()).toEqual([0, 1, 2, 3]);
	});

	it('are not more if nothing is found: each item fails by itself', async () => {
		respond({ find: () => [] });
		const { outputs } = await execute(server, UPDATE_CASE, {
			items: numbered(3),
			parameters: SAME_BY_NUMBER,
			node: CONTINUE,
		});
		expect(lookUps()).toEqual([NUMBER]);
		expect(outputs[0]).toEqual([]);
		expect(outputs[1]).toEqual(
			[0, 1, 2].map((n) => ({
				json: { n, error: `Wolkvox found no case with the number "${NUMBER}" [item ${n}]` },
				pairedItem: { item: n },
			})),
		);
	});

	it('look a number up once per company, and change the case of each', async () => {
		const idAt = (company: string) => idOf(`${company}-1002`);
		server.respond = (request) =>
			isLookUp(request)
				? { body: found({ ...caseOf(NUMBER), wolkvox_id: idAt(companyOf(request)) }) }
				: {};
		await execute(server, UPDATE_CASE, {
			items: numbered(6),
			parameters: SAME_BY_NUMBER,
			options: { maxConcurrent: 20 },
			credential: async (item) => ({
				...credentialFor(server.url),
				operation: item % 2 === 0 ? 'demo' : 'other',
			}),
		});
		expect(lookUps()).toHaveLength(2);
		const changed = changes().map((change) => [
			itemOf(change) % 2,
			companyOf(change),
			caseIdOf(change),
		]);
		expect(changed).toHaveLength(6);
		expect(changed.filter(([odd]) => odd === 0)).toEqual(Array(3).fill([0, 'demo', idAt('demo')]));
		expect(changed.filter(([odd]) => odd === 1)).toEqual(
			Array(3).fill([1, 'other', idAt('other')]),
		);
	});
});

describe('Order', () => {
	/** Responds after a while, with IDs in capitals, and notes which changes of one case overlap. */
	function watch() {
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
				setTimeout(
					() => {
						inFlight.delete(id);
						response.end('{"code":200,"data":{"wolkvox_id":""}}');
					},
					5 + 5 * (itemOf(request) % 3),
				);
			},
		});
		return overlaps;
	}

	const itemsOf = (number: string) =>
		changes()
			.filter((change) => caseIdOf(change).toLowerCase() === idOf(number))
			.map(itemOf);

	it('of items that name one case by number is kept, 20 at a time', async () => {
		const overlaps = watch();
		await execute(server, UPDATE_CASE, {
			items: numbered(30),
			parameters: { caseId: locator('number', '={{ "CASO-" + $json.n % 3 }}') },
			options: { maxConcurrent: 20 },
		});
		expect(overlaps).toEqual([]);
		for (const rest of [0, 1, 2]) {
			expect(itemsOf(`CASO-${rest}`)).toEqual(numbered(10).map((_, index) => index * 3 + rest));
		}
		expect(server.mostConcurrent).toBeGreaterThan(1);
	});

	it('of items that name one case by ID and by number in turn is kept, 20 at a time', async () => {
		const overlaps = watch();
		const { outputs } = await execute(server, UPDATE_CASE, {
			items: numbered(40),
			parameters: {
				caseId: `={{ ({ __rl: true, ...($json.n % 4 < 2 ? { mode: 'number', value: 'CASO-' + $json.n % 2 } : { mode: 'id', value: $json.n % 2 ? '${idOf('CASO-1')}' : '${idOf('CASO-0')}' }) }) }}`,
			},
			options: { maxConcurrent: 20 },
		});
		expect(overlaps).toEqual([]);
		expect(lookUps()).toEqual(['CASO-0', 'CASO-1']);
		expect(itemsOf('CASO-0')).toEqual(numbered(20).map((_, index) => index * 2));
		expect(itemsOf('CASO-1')).toEqual(numbered(20).map((_, index) => index * 2 + 1));
		expect(pairedItems(outputs[0])).toEqual(numbered(40).map(({ json }) => json.n));
	});

	it('lets an item pass a look-up that takes long only if it comes before that item', async () => {
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
		await execute(server, UPDATE_CASE, {
			items: numbered(4),
			parameters: EACH_BY_NUMBER,
			options: { maxConcurrent: 20 },
		});
		const [before, after] = [events.slice(0, 5), events.slice(5)];
		expect(before.sort()).toEqual([
			'changed CASO-0',
			'changed CASO-1',
			'found CASO-0',
			'found CASO-1',
			'found CASO-3',
		]);
		expect(after.sort()).toEqual(['changed CASO-2', 'changed CASO-3', 'found CASO-2']);
	});
});

describe('A look-up that fails', () => {
	it.each<{ name: string; response: ScriptedResponse }>([
		{ name: 'a lost connection', response: LOST },
		{ name: 'a gateway', response: { status: 502, body: '<h1>Bad gateway' } },
		{ name: 'no answer that says what was found', response: { body: { code: 200, msg: 'Hm' } } },
		{ name: 'a refusal', response: REFUSED },
	])('because of $name means that the change was not sent', async ({ response }) => {
		respond({ lookUp: () => response });
		const settings = { parameters: SAME_BY_NUMBER, options: { maxRetries: 0 } };
		const { error } = await execute(server, UPDATE_CASE, settings);
		expect(error!.context).toMatchObject({ itemIndex: 0, outcome: 'notSent' });
		expect(error!.description).toMatch(/Nothing was changed\. No case was updated before this\.$/);
		expect(error!.description).not.toContain('may have applied');

		const { outputs } = await execute(server, UPDATE_CASE, {
			...settings,
			node: CONTINUE,
		});
		expect(outputs[1]).toEqual([
			{ json: { n: 0, error: error!.message }, pairedItem: { item: 0 } },
		]);
		expect(changes()).toEqual([]);
	});

	it.each<{ name: string; response: ScriptedResponse }>([
		{ name: 'a lost connection', response: LOST },
		{ name: 'a gateway', response: { status: 502, body: '<h1>Bad gateway' } },
		{ name: 'too many requests', response: busyFor(0) },
	])('because of $name is repeated like a read', async ({ response }) => {
		let failures = 1;
		respond({
			lookUp: (number) => (failures-- > 0 ? response : { body: found(caseOf(number)) }),
		});
		const { outputs } = await execute(server, UPDATE_CASE, {
			parameters: SAME_BY_NUMBER,
		});
		expect(lookUps()).toEqual([NUMBER, NUMBER]);
		expect(changedItems()).toEqual([0]);
		expect(outputs[0]).toHaveLength(1);
	});

	it('because Wolkvox rejects it speaks of the case, and not of fields that were not sent', async () => {
		respond({ lookUp: () => REFUSED });
		for (const operation of CHANGES) {
			const { error } = await execute(server, operation, { parameters: SAME_BY_NUMBER });
			expect(error!.message).toBe('No');
			expect(error!.description).toMatch(/^Check 'Case'/);
			expect(error!.description).not.toMatch(/'Status'|'Solution'|'Case Type'|'Priority'/);
		}
	});

	it('is made again by Retry On Fail, and the change is sent then', async () => {
		let failures = 1;
		respond({
			lookUp: (number) =>
				number === 'CASO-1' && failures-- > 0 ? REFUSED : { body: found(caseOf(number)) },
		});
		const { outputs, error } = await execute(server, UPDATE_CASE, {
			items: numbered(3),
			parameters: EACH_BY_NUMBER,
			node: RETRY_ON_FAIL,
		});
		expect(error).toBeUndefined();
		expect(lookUps()).toEqual(['CASO-0', 'CASO-1', 'CASO-1', 'CASO-2']);
		expect(changedItems()).toEqual([0, 1, 2]);
		expect(pairedItems(outputs[0])).toEqual([0, 1, 2]);
	});

	it('is made again by Retry On Fail after nothing was found', async () => {
		let isThere = false;
		respond({
			find: (number) => {
				const records = isThere ? [caseOf(number)] : [];
				isThere = true;
				return records;
			},
		});
		const { outputs } = await execute(server, UPDATE_CASE, {
			parameters: SAME_BY_NUMBER,
			node: { ...RETRY_ON_FAIL, ...CONTINUE },
		});
		expect(lookUps()).toEqual([NUMBER, NUMBER]);
		expect(pairedItems(outputs[0])).toEqual([0]);
	});
});

describe('Retry On Fail', () => {
	/** Refuses the first changes of an item. */
	const refuse = (item: number, times: number) =>
		respond({
			change: (request) => (itemOf(request) === item && times-- > 0 ? REFUSED : {}),
		});

	it.each([
		['stops', 1, {}],
		['goes on', 0, CONTINUE],
	])('neither looks up nor sends again what is done, in a run that %s', async (_, item, node) => {
		refuse(item, 2);
		const { outputs } = await execute(server, UPDATE_CASE, {
			items: numbered(3),
			parameters: EACH_BY_NUMBER,
			node: { ...RETRY_ON_FAIL, ...node },
		});
		expect(lookUps()).toEqual(['CASO-0', 'CASO-1', 'CASO-2']);
		expect(changedItems().sort()).toEqual([0, 1, 2, item, item].sort());
		expect(outputs[0].map(({ json }) => (json.data as IDataObject).wolkvox_id)).toEqual(
			['CASO-0', 'CASO-1', 'CASO-2'].map(idOf),
		);
		expect(pairedItems(outputs[0])).toEqual([0, 1, 2]);
	});

	it.each([1, 20])(
		'does not send again what may have been applied, nor later items of the case, %d at a time',
		async (maxConcurrent) => {
			respond({ change: () => LOST });
			const id = idOf(NUMBER);
			const { outputs } = await execute(server, UPDATE_CASE, {
				items: numbered(3),
				parameters: {
					caseId: `={{ ({ __rl: true, mode: $json.n === 1 ? 'id' : 'number', value: $json.n === 1 ? '${id}' : '${NUMBER}' }) }}`,
				},
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

	it('does not put older values of a failed item in place of newer ones, whoever names the case how', async () => {
		refuse(0, Infinity);
		const { outputs } = await execute(server, UPDATE_CASE, {
			items: numbered(2),
			parameters: {
				caseId: `={{ ({ __rl: true, mode: $json.n === 1 ? 'id' : 'number', value: $json.n === 1 ? '${idOf(NUMBER)}' : '${NUMBER}' }) }}`,
			},
			node: { ...RETRY_ON_FAIL, ...CONTINUE },
		});
		expect(changedItems()).toEqual([0, 1]);
		expect(pairedItems(outputs[0])).toEqual([1]);
		expect(outputs[1].map(({ json }) => json.error)).toEqual([
			'A later item may have updated the same case, after this one failed: No [item 0]',
		]);
	});
});

describe('A run', () => {
	const MISSING = {
		find: (number: string) => (number === 'CASO-2' ? [] : [caseOf(number)]),
	};
	const message = 'Wolkvox found no case with the number "CASO-2" [item 2]';

	it('that stops at a number that nothing has says what was updated before', async () => {
		respond(MISSING);
		const { error, outputs } = await execute(server, UPDATE_CASE, {
			items: numbered(5),
			parameters: EACH_BY_NUMBER,
		});
		expect(changedItems()).toEqual([0, 1]);
		expect(error).toMatchObject({
			message,
			description: expect.stringMatching(/Before this, 2 cases were updated: items 0-1\.$/),
		});
		expect(outputs).toEqual([[], []]);
	});

	it.each([1, 20])(
		'that continues pairs both outputs, with the input of failed items, %d at a time',
		async (maxConcurrent) => {
			respond(MISSING);
			const { outputs } = await execute(server, UPDATE_CASE, {
				items: numbered(5),
				parameters: EACH_BY_NUMBER,
				options: { maxConcurrent },
				node: CONTINUE,
			});
			expect(pairedItems(outputs[0])).toEqual([0, 1, 3, 4]);
			expect(outputs[1]).toEqual([{ json: { n: 2, error: message }, pairedItem: { item: 2 } }]);
		},
	);

	it('sends nothing, not even a look-up, if the expression of a later item fails', async () => {
		respond();
		const { error } = await execute(server, UPDATE_CASE, {
			items: numbered(5),
			parameters: { ...EACH_BY_NUMBER, updateFields: { status: failingExpression(4) } },
		});
		expect(error).toBeDefined();
		expect(server.requests).toHaveLength(0);
	});

	it('that is canceled during a look-up changes nothing any more', async () => {
		let cancel = () => {};
		respond({
			lookUp: (number) => {
				cancel();
				return { body: found(caseOf(number)), delayMs: 20 };
			},
		});
		const { run } = await execute(server, UPDATE_CASE, {
			items: numbered(3),
			parameters: EACH_BY_NUMBER,
			onStart: (stop) => void (cancel = stop),
		});
		await waitForLateRequests();
		expect(run.status).toBe('canceled');
		expect(lookUps()).toEqual(['CASO-0']);
		expect(changes()).toEqual([]);
	});
});

describe('The field Case', () => {
	it.each(['CASO-1002', '1002', 'tk-0012', 'Atención-7', ' CASO-1002 '])(
		'By ID refuses "%s", and says to choose By Number',
		async (value) => {
			for (const operation of [...CHANGES, GET_CASE]) {
				for (const caseId of [locator('id', value), locator('url', value), value]) {
					const advice = expectRefusal(
						server,
						await execute(server, operation, { parameters: { caseId } }),
						`'Case' is "${value.trim()}", which looks like a case number and not like a Wolkvox ID`,
					);
					expect(advice).toContain('choose By Number');
				}
			}
		},
	);

	it.each(['  ', '={{ "" }}', '={{ undefined }}', '={{ null }}'])(
		'By Number refuses %j before anything is sent',
		async (value) => {
			for (const operation of [...CHANGES, GET_CASE]) {
				const result = await execute(server, operation, {
					parameters: { caseId: locator('number', value) },
				});
				expectRefusal(server, result, "'Case' is empty");
			}
		},
	);

	it('By Number tells an AI agent in one message what was not found and what to do', async () => {
		respond({ find: () => [] });
		const { error } = await execute(server, UPDATE_CASE, {
			parameters: SAME_BY_NUMBER,
			node: TOOL,
		});
		expect(error!.message).toMatch(
			/^Wolkvox found no case with the number "CASO-1002" \[item 0\]\. .*Get Many/,
		);
	});
});

describe('At the stand-in,', () => {
	const crm = useStandIn({ partialMatches: true });
	const callsTo = (path: string) => crm.log.filter((entry) => entry.path.endsWith(path)).length;

	it('100 updates by number of 10 cases are 110 calls, and each goes to its case', async () => {
		const [first] = crm.cases;
		crm.cases.length = 0;
		for (let n = 0; n < 20; n++) {
			const fields = { ...first.fields, priority: 'untouched' };
			crm.cases.push({ ...first, id: idOf(`case ${n}`), number: `CASO-${n}`, fields, history: [] });
		}
		const { outputs } = await execute(crm, UPDATE_CASE, {
			items: numbered(100),
			parameters: { caseId: locator('number', '={{ "caso-" + $json.n % 10 }}') },
			options: { maxConcurrent: 20 },
		});
		expect(outputs[0]).toHaveLength(100);
		// The stand-in finds CASO-1 in CASO-10 to CASO-19, which is 11 records and two pages.
		expect(callsTo('queryCases.php')).toBe(11);
		expect(callsTo('update.php')).toBe(100);
		expect(crm.cases.map(({ fields, history }) => [fields.priority, history.length])).toEqual(
			crm.cases.map((_, n) => (n < 10 ? [String(90 + n), 10] : ['untouched', 0])),
		);
	});

	it('a number that no case has changes nothing, though longer ones are found', async () => {
		const { error } = await execute(crm, CLOSE_CASE, {
			parameters: { caseId: locator('number', 'CASO-100') },
		});
		expect(error!.message).toBe(
			'Wolkvox found other cases, but none with the number "CASO-100" [item 0]',
		);
		expect(crm.cases.every(({ history }) => history.length === 0)).toBe(true);
	});
});
