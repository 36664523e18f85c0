import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import {
	FIND_CASES,
	FIND_RECORDS,
	found,
	GET_CASE,
	GET_QUOTA,
	itemOf,
	SEARCHES,
} from '../support/operations.mts';
import { NEW_CASE, OLD_CASE, QUERY_RESPONSES } from '../support/queryResponses.mts';
import { useServer } from '../support/server.mts';
import { forbidUnhandledRejections } from '../support/unhandled.mts';
import { CASE_ID, CONTINUE, execute, numbered, pairedItems, TOKEN } from '../support/wolkvox.mts';

const server = useServer();
forbidUnhandledRejections();

/** The JSON of output items, by the input item that they are paired with. */
function byItem(output: INodeExecutionData[]): IDataObject[][] {
	const all = QUERY_RESPONSES.map((): IDataObject[] => []);
	for (const [index, item] of pairedItems(output).entries()) all[item].push(output[index].json);
	return all;
}

// test/unit/response.test.mts reads the same responses without n8n.
it.each([FIND_CASES, FIND_RECORDS])(
	'$name outputs the records of each response, paired with the item, or its error',
	async ({ parameters }) => {
		server.respond = (request) => QUERY_RESPONSES[itemOf(request)];
		const { outputs } = await execute(server, parameters, {
			items: numbered(QUERY_RESPONSES.length),
			options: { maxConcurrent: 20, maxRetries: 0 },
			node: CONTINUE,
		});
		const [records, errors] = outputs;
		const [recordsOf, errorsOf] = [byItem(records), byItem(errors)];
		const results = QUERY_RESPONSES.map(({ name }, item) => ({
			name,
			records: recordsOf[item],
			errors: errorsOf[item].map(({ error }) => error),
		}));
		expect(results).toEqual(
			QUERY_RESPONSES.map(({ name, expected }) => ({
				name,
				records: 'records' in expected ? expected.records : [],
				errors: 'message' in expected ? [expected.message.replace('HOST', server.host)] : [],
			})),
		);
		expect(pairedItems(records)).toEqual([...pairedItems(records)].sort((a, b) => a - b));
	},
);

it('a search without a match outputs nothing and is no error', async () => {
	server.respond = () => ({ body: found() });
	const { outputs, run } = await execute(server, FIND_CASES.parameters);
	expect(run.status).toBe('success');
	expect(outputs[0]).toEqual([]);
});

it.each([
	{ ...GET_CASE, message: 'Wolkvox found no case with the ID "item0" [item 0]' },
	{ ...GET_QUOTA, message: 'Wolkvox returned no quota for this token [item 0]' },
])('$name without a match is an error', async ({ parameters, message }) => {
	server.respond = () => ({ body: found() });
	const { error } = await execute(server, parameters);
	expect(error).toMatchObject({ message, description: expect.stringMatching(/^Check /) });
	const { outputs } = await execute(server, parameters, { node: CONTINUE });
	expect(outputs).toEqual([[], [{ json: { n: 0, error: message }, pairedItem: { item: 0 } }]]);
});

describe('Case: Get', () => {
	/** Gets a case and returns its output, or the error of the error output. */
	const get = async (data: unknown, id = CASE_ID) => {
		server.respond = () => ({ body: { ...found(), data } });
		const { outputs } = await execute(server, GET_CASE.parameters, {
			parameters: { caseId: id },
			node: CONTINUE,
		});
		expect(outputs.flat()).toHaveLength(1);
		return outputs.flat()[0].json;
	};

	it.each<[string, IDataObject]>([
		['wolkvox_id', { wolkvox_id: CASE_ID }],
		['wolkvox-id', { 'wolkvox-id': CASE_ID }],
		['_id', { _id: CASE_ID }],
		['_id as an object', { _id: { $oid: CASE_ID } }],
		['wolkvox_id in capitals', { wolkvox_id: CASE_ID.toUpperCase() }],
		['wolkvox_id, beside another _id', { wolkvox_id: CASE_ID, _id: { $oid: 'x' } }],
		['_id, beside an empty wolkvox_id', { wolkvox_id: '', _id: CASE_ID }],
		['none', { idPrefijo: 12 }],
	])('outputs the case, as it came, if its ID is in %s', async (_, ids) => {
		const record = { ...NEW_CASE, wolkvox_id: undefined, ...ids };
		const json = JSON.parse(JSON.stringify(record));
		expect(await get([record])).toEqual(json);
		expect(await get(record)).toEqual(json);
	});

	it.each([OLD_CASE, NEW_CASE])('outputs each key of $wolkvox_id', async (record) => {
		expect(await get([record], record.wolkvox_id)).toEqual(record);
	});

	it('accepts an ID in capitals', async () => {
		expect(await get([{ wolkvox_id: CASE_ID }], CASE_ID.toUpperCase())).toHaveProperty(
			'wolkvox_id',
		);
	});

	it('accepts an ID that is a number', async () => {
		expect(await get([{ wolkvox_id: 17 }], '17')).toEqual({ wolkvox_id: 17 });
	});

	const OTHER = '64cbaaaaaaaaaaaaaaaaaaaa';

	it.each<[string, unknown]>([
		['wolkvox_id', { wolkvox_id: OTHER }],
		['wolkvox-id', { 'wolkvox-id': OTHER }],
		['_id', { _id: OTHER }],
		['_id as an object', { _id: { $oid: OTHER } }],
		['wolkvox_id, beside the right _id', { wolkvox_id: OTHER, _id: CASE_ID }],
		['wolkvox_id that only begins like it', { wolkvox_id: `${CASE_ID}0` }],
		['wolkvox_id that is a part of it', { wolkvox_id: CASE_ID.slice(0, 23) }],
	])('never outputs a case with another ID in %s', async (_, record) => {
		const error = `Wolkvox returned a case other than "${CASE_ID}" [item 0]`;
		expect(await get([record])).toEqual({ n: 0, error });
		expect(await get(record)).toEqual({ n: 0, error });
	});

	it('outputs none of several cases', async () => {
		const error = `Wolkvox found 2 cases for the ID "${CASE_ID}" [item 0]`;
		expect(await get([{ wolkvox_id: CASE_ID }, { wolkvox_id: OTHER }])).toEqual({ n: 0, error });
		expect(await get([{ wolkvox_id: CASE_ID }, { wolkvox_id: CASE_ID }])).toEqual({ n: 0, error });
	});
});

describe('5,000 records in one response', () => {
	const records = Array.from({ length: 5000 }, (_, n) => ({
		...OLD_CASE,
		idPrefijo: n,
		notes: 'ñ'.repeat(100),
	}));

	const searchAll = async (body: unknown, parameters: IDataObject) => {
		server.respond = () => ({ body });
		const { outputs, run } = await execute(server, FIND_CASES.parameters, { parameters });
		return { run, output: outputs[0] };
	};

	it('all arrive, in their order, paired with the item', async () => {
		const { output } = await searchAll(found(...records), { returnAll: true });
		expect(output.map(({ json }) => json)).toEqual(records);
		expect(new Set(pairedItems(output))).toEqual(new Set([0]));
	});

	it.each([[1], [50], [4999], [6000], ['={{ 7 }}', 7], ['8', 8]])(
		'are cut at a limit of %s',
		async (limit, count = limit as number) => {
			const { output } = await searchAll(found(...records), { returnAll: false, limit });
			expect(output.map(({ json }) => json)).toEqual(records.slice(0, count));
		},
	);

	it('are cut at 50 unless the limit is changed', async () => {
		expect((await searchAll(found(...records), {})).output).toHaveLength(50);
	});

	it.each([
		['={{ true }}', 5000],
		['={{ false }}', 50],
	])('are all returned if Return All says so: %s', async (returnAll, count) => {
		expect((await searchAll(found(...records), { returnAll })).output).toHaveLength(count);
	});

	const escaped = [...TOKEN].map((each) => `\\u00${each.charCodeAt(0).toString(16)}`).join('');

	it.each([
		['as it is', TOKEN],
		['in capitals', TOKEN.toUpperCase()],
		['in JSON escapes', escaped],
		['with one escape', `\\u00${TOKEN.charCodeAt(0).toString(16)}${TOKEN.slice(1)}`],
		['in a longer text', `Wolkvox-Token: ${TOKEN}, x`],
	])('hold no token if one of them repeats it %s', async (_, token) => {
		const echo = { ...OLD_CASE, place: 'value', place2: 'key' };
		const all = [...records.slice(0, 4321), echo, ...records.slice(4322)];
		const body = JSON.stringify(found(...all))
			.replace('"place":"value"', `"place":"${token}"`)
			.replace('"place2"', `"${token}"`);
		expect(JSON.parse(body).data[4321].place.toLowerCase()).toContain(TOKEN);

		const { output, run } = await searchAll(body, { returnAll: true });
		expect(output).toHaveLength(5000);
		expect(output[4321].json.place).toMatch(/\[token\]/);
		expect(JSON.stringify(run).toLowerCase()).not.toContain(TOKEN);
		const others = output.filter((item) => item !== output[4321]).map(({ json }) => json);
		expect(others).toEqual(records.filter((_record, index) => index !== 4321));
	});
});

describe('the token', () => {
	it.each([...SEARCHES, GET_QUOTA])('is masked in the output of $name', async ({ parameters }) => {
		server.respond = () => ({ body: found({ token: TOKEN, description: 'token' }) });
		const { outputs, run } = await execute(server, parameters);
		expect(outputs[0].map(({ json }) => json)).toEqual([
			{ token: '[token]', description: 'token' },
		]);
		expect(JSON.stringify(run)).not.toContain(TOKEN);
	});

	it.each([
		['in a refusal', { code: 403, msg: `Token ${TOKEN} is not valid` }],
		['in a message without records', { code: 200, msg: `Token ${TOKEN}`, data: [] }],
		['in a web page', `<p>${TOKEN}`],
	])('is masked %s', async (_, body) => {
		server.respond = () => ({ body });
		const { run, error } = await execute(server, FIND_CASES.parameters);
		expect(`${error!.message} ${error!.description}`).toContain('[token]');
		expect(JSON.stringify(run)).not.toContain(TOKEN);
	});
});
