import {
	FIND_CASES,
	FIND_RECORDS,
	FIND_RECORDS_BY_DATE,
	GET_CASE,
	GET_QUOTA,
	locator,
	SEARCHES,
} from '../support/operations.mts';
import { NEW_CASE, OLD_CASE } from '../support/queryResponses.mts';
import { found, itemOf, useServer } from '../support/server.mts';
import { CONTINUE, execute, numbered, pairedItems } from '../support/wolkvox.mts';

const server = useServer();

const sentJson = () => server.requests.map(({ json }) => json);

// What each of 150 responses means: test/unit/responses.test.mts. Limits, dates and values: test/unit/searches.test.mts.
describe.each(SEARCHES)('$name', (search) => {
	it('outputs every record as it came', async () => {
		server.respond = () => ({ body: found(OLD_CASE, NEW_CASE) });
		const { outputs } = await execute(server, search);
		expect(outputs[0].map(({ json }) => json)).toEqual([OLD_CASE, NEW_CASE]);
	});

	it('outputs nothing for an item without a match, which is no error', async () => {
		server.respond = (request) => ({ body: itemOf(request) === 1 ? found() : found({ a: 1 }) });
		const { outputs, run } = await execute(server, search, { items: numbered(3) });
		expect(run.status).toBe('success');
		expect(pairedItems(outputs[0])).toEqual([0, 2]);
	});

	it('outputs a record with a field named error, which is no failure', async () => {
		const records = [{ wolkvox_id: '1', error: 'E17' }, { a: 1 }];
		server.respond = () => ({ body: found(...records) });
		const { outputs } = await execute(server, search, { node: CONTINUE });
		expect(outputs[0].map(({ json }) => json)).toEqual(records);
	});

	it('applies Limit to each item, or Return All', async () => {
		server.respond = () => ({ body: found(...numbered(60)) });
		const pairsWith = async (parameters: object) => {
			const settings = { items: numbered(3), parameters: parameters as never };
			return pairedItems((await execute(server, search, settings)).outputs[0]);
		};
		expect(await pairsWith({ limit: '={{ $json.n + 1 }}' })).toEqual([0, 1, 1, 2, 2, 2]);
		expect(await pairsWith({})).toHaveLength(3 * 50);
		expect(await pairsWith({ returnAll: true })).toHaveLength(3 * 60);
	});

	it('sends Additional Body Fields, with their types', async () => {
		await execute(server, search, { options: { bodyFields: '{ "page": 2, "a": [true] }' } });
		expect(sentJson()).toMatchObject([{ page: 2, a: [true] }]);
	});
});

it('5,000 records in one response all arrive, in their order, paired with the item', async () => {
	const records = numbered(5000).map(({ json }) => ({
		...OLD_CASE,
		...json,
		notes: 'ñ'.repeat(100),
	}));
	server.respond = () => ({ body: found(...records) });
	const { outputs } = await execute(server, FIND_CASES, { parameters: { returnAll: true } });
	expect(outputs[0].map(({ json }) => json)).toEqual(records);
	expect(new Set(pairedItems(outputs[0]))).toEqual(new Set([0]));
});

it('a search sends the names of fields and modules exactly as typed, and values and dates as they are', async () => {
	await execute(server, FIND_CASES, {
		parameters: { searchBy: locator('name', ' Número de caso '), value: ' 0012 ' },
	});
	await execute(server, FIND_RECORDS, {
		parameters: { module: locator('name', 'Ventas '), fieldName: 'Etapa ', value: '={{ 1024 }}' },
	});
	await execute(server, FIND_RECORDS_BY_DATE, { parameters: { from: '2026-11-01' } });
	expect(sentJson()).toMatchObject([
		{ field: ' Número de caso ', value: ' 0012 ' },
		{ module: 'Ventas ', field: 'Etapa ', value: '1024' },
		{ date: true, from: '2026-11-01' },
	]);
});

// Which case is the one with the ID: test/unit/record-ids.test.mts.
it('Case: Get outputs the case, or an error if the response has another', async () => {
	server.respond = (_, index) => ({ body: found({ ...NEW_CASE, wolkvox_id: `item${index % 2}` }) });
	const settings = { items: numbered(3), node: CONTINUE };
	const { outputs } = await execute(server, GET_CASE, settings);
	expect(outputs[0].map(({ json }) => json.wolkvox_id)).toEqual(['item0', 'item1']);
	expect(outputs[1].map(({ json }) => json.error)).toEqual([
		'Wolkvox returned a case other than "item2" [item 2]',
	]);
});

it.each([
	{ operation: GET_CASE, message: 'Wolkvox found no case with the ID "item0" [item 0]' },
	{ operation: GET_QUOTA, message: 'Wolkvox returned no quota for this token [item 0]' },
])('$operation.name without a match is an error', async ({ operation, message }) => {
	server.respond = () => ({ body: found() });
	const { error } = await execute(server, operation);
	expect(error).toMatchObject({ message, description: expect.stringMatching(/^Check /) });
	const { outputs } = await execute(server, operation, { node: CONTINUE });
	expect(outputs).toEqual([[], [{ json: { n: 0, error: message }, pairedItem: { item: 0 } }]]);
});
