import type { IDataObject } from 'n8n-workflow';

import { FIND_CASES, FIND_RECORDS, GET_CASE, locator } from '../support/operations.mts';
import { found, itemOf, useServer } from '../support/server.mts';
import { CASE_ID, CONTINUE, execute, numbered, pairedItems } from '../support/wolkvox.mts';

// A run has an item for each response, on a busy machine.
jest.setTimeout(60_000);

const server = useServer();

const OTHER = '64cbaaaaaaaaaaaaaaaaaaaa';
const TWO = [{ wolkvox_id: CASE_ID }, { wolkvox_id: OTHER }];

interface Response {
	status?: number;
	body: unknown;
}

/** Responses to a search that hold no record, and do not prove that there is none either. */
const NO_PROOF: Response[] = [
	...[
		{ ok: false, reason: 'timeout', data: '' },
		{ ok: false, reason: 'timeout', data: [] },
		{ code: 200, msg: 'OK', status: 'error', data: null },
		{ code: 200, error_code: 17, error_msg: 'Too many rows', data: '' },
		{ code: 200, error_code: 17, error_msg: 'Too many rows', data: [] },
		{ code: 200, msg: 'Successfully connected, but the query timed out', data: [] },
		{ code: 200, msg: 'Success: 0 of 3 shards responded', data: [] },
		{ code: 200, msg: '0 records were are found, as the quota is used up', data: [] },
		{ code: 200, msg: '0 registros encontrados. Error de conexión', data: [] },
		{ code: 200, msg: 'OK', success: false, data: [] },
		{ code: 200, msg: 'OK', message: 'Internal error', data: [] },
		{ code: 200, msg: 'OK', errors: [], data: [] },
		{ code: 200, msg: 'OK', data: false },
		{ code: 200, msg: 'OK', data: '' },
		{ code: 200, msg: 'OK', data: 0 },
		{ code: 200, msg: 'OK', data: { error: 'timeout' } },
		{ code: 200, msg: 'OK', data: [], total: 3 },
		{ code: 200, msg: 'OK', data: [], cantidad: '3' },
		{ code: 200, msg: 'OK', data: [], count: 'many' },
		{ code: 200, msg: 'OK', data: [], 'Total records': 5 },
		{ data: [] },
		{ data: [], msg: 'OK' },
		[],
		{ code: '200', msg: 'OK', wolkvox_id: 'abc', Status: 'open' },
		{ code: '200', msg: 'OK', records: TWO },
		{ code: '200', msg: 'OK', data: [], result: TWO },
		{ code: '200', msg: 'OK', data: {}, response: { data: TWO } },
	].map((body) => ({ body })),
	{ status: 416, body: '' },
	{ status: 416, body: {} },
	{ status: 416, body: { code: 416, msg: 'The field does not exist' } },
	{ body: { code: 416, msg: 'No page', data: [] } },
	{ status: 404, body: { code: 404, msg: '0 records were are found', data: [] } },
];

const textOf = ({ status = 200, body }: Response) => `HTTP ${status} ${JSON.stringify(body)}`;

/** The responses of which an operation made anything but an error, one response an item. */
async function taken(responses: Response[], operation: IDataObject) {
	server.respond = (request) => responses[itemOf(request)];
	const { outputs } = await execute(server, operation, {
		items: numbered(responses.length),
		options: { maxConcurrent: 20, maxRetries: 0 },
		node: CONTINUE,
	});
	const failed = pairedItems(outputs[1]);
	return responses.filter((_, item) => !failed.includes(item)).map(textOf);
}

describe('a response that does not prove that nothing was found', () => {
	it.each([FIND_CASES, FIND_RECORDS])('lets $name fail', async ({ parameters }) => {
		expect(await taken(NO_PROOF, parameters)).toEqual([]);
	});

	it('lets Contact: Create or Update fail, and no second contact is created', async () => {
		const email = '={{ "item" + $json.n + "@example.com" }}';
		const upsert = { resource: 'contact', operation: 'upsert', contactFields: { email } };
		expect(await taken(NO_PROOF, upsert)).toEqual([]);
		expect(server.requests.filter(({ url }) => !url.includes('query'))).toEqual([]);
		expect(new Set(server.requests.map(itemOf)).size).toBe(NO_PROOF.length);
	});

	it('lets Case: Update by a number fail, and no case is updated', async () => {
		const caseId = locator('number', '={{ "item" + $json.n }}');
		expect(await taken(NO_PROOF, { caseId, updateFields: { status: 'open' } })).toEqual([]);
		expect(server.requests.filter(({ url }) => !url.includes('query'))).toEqual([]);
	});
});

it('a search says that the response does not tell what was found', async () => {
	server.respond = () => ({ body: { code: 200, msg: 'OK', status: 'error', data: null } });
	const { error } = await execute(server, FIND_CASES.parameters, { options: { maxRetries: 0 } });
	expect(error!.message).toBe('The response does not say what was found: OK');
});

describe('what is not the one case that was asked for', () => {
	it.each<[string, unknown]>([
		['a list in another object', { records: TWO }],
		['a list with one case in another object', { records: [{ wolkvox_id: CASE_ID }] }],
		['another ID', { id: 'OTHER' }],
		['the right ID under a name that is not known', { id: CASE_ID }],
		['a message', { msg: 'The case does not exist' }],
		['a warning', { warning: 'timeout' }],
		['a case without an ID', { idPrefijo: 12, Status: 'open' }],
		['a case with an empty ID', { wolkvox_id: '', Status: 'open' }],
	])('is not the output of Case: Get: %s', async (_, json) => {
		const forms = [json, [json], { ...found(), data: json }, { ...found(), data: [json] }];
		const get = { ...GET_CASE.parameters, caseId: locator('id', CASE_ID) };
		for (const body of forms) {
			server.respond = () => ({ body });
			const { outputs } = await execute(server, get, {
				options: { maxRetries: 0 },
				node: CONTINUE,
			});
			expect(outputs[0]).toEqual([]);
			expect(outputs[1]).toHaveLength(1);
		}
	});
});
