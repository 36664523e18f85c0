import { newCase } from '../../sandbox/standin/cases.mts';
import { startStandIn, type StandIn } from '../../sandbox/standin.mts';

// What of this is documented, and what is assumed: sandbox/standin/about.mts.

let standIn: StandIn;

beforeEach(async () => void (standIn = await startStandIn()));
afterEach(async () => await standIn.close());

/** `data` holds the records of a query, or the ID of a record. */
interface Reply {
	code: unknown;
	msg: string;
	'Total records'?: unknown;
	data: Array<Record<string, unknown>> & { wolkvox_id: string };
}

/** Sends JSON, or a form to the endpoints that take one. */
async function post(path: string, parameters: object): Promise<Reply> {
	const all = Object.entries({ operation: 'demo', ...parameters });
	const form = new FormData();
	for (const [name, value] of all) form.append(name, value);
	const isForm = ['cases/insert', 'cases/update'].includes(path);
	const response = await fetch(`${standIn.url}/server/API/v2/${path}.php`, {
		method: 'POST',
		headers: {
			'Wolkvox-Token': standIn.token,
			...(!isForm && { 'Content-Type': 'application/json' }),
		},
		body: isForm ? form : JSON.stringify(Object.fromEntries(all)),
	});
	return (await response.json()) as Reply;
}

const NEW_CASE = {
	'case-type': 'Claims',
	responsible: 'laura.gomez@demo',
	owner: 'ana.ruiz@demo',
	contact: 'diana.torres@example.com',
	description: 'Charged twice.',
	status: 'open',
	priority: 'low',
};
const IDS = [1, 2, 3, 4].map((last) => `63a1c0de5b7f4e0012ab340${last}`);
const [FIRST, SECOND, THIRD] = IDS;
const UNKNOWN = 'ffffffffffffffffffffffff';
const TASK = { module: 'wolkvox_activities', fields: { name: 'Call back' } };
const DELETION = { module: 'contacts', multiple: false, 'wolkvox-id': FIRST };
const OPEN = { field: 'status', value: 'open' };

it.each<[path: string, parameters: object, code: number, msg: string]>([
	...Object.keys(NEW_CASE).map((name): [string, object, number, string] => [
		'cases/insert',
		{ ...NEW_CASE, [name]: '' },
		400,
		`The parameter ${name} is required`,
	]),
	['cases/insert', { ...NEW_CASE, contact: 'nobody@example.com' }, 412, 'There is no contact'],
	['cases/insert', { ...NEW_CASE, status: 'closed' }, 412, 'A closed case needs a solution'],
	['cases/update', { 'wolkvox-id': UNKNOWN, status: 'open' }, 404, ''],
	['cases/queryCases', { field: 'number', value: '1' }, 400, ''],
	...[0, -1, 1.5, 'two', null].map((page): [string, object, number, string] => [
		'cases/queryCases',
		{ ...OPEN, page },
		400,
		'The parameter page must be a whole number from 1',
	]),
	['custom/insert', TASK, 400, 'The parameter type is required'],
	['custom/update', { module: 'leads', 'wolkvox-id': FIRST, fields: {} }, 404, ''],
	['custom/delete', { ...DELETION, 'wolkvox-id': UNKNOWN }, 404, UNKNOWN],
	['custom/delete', { ...DELETION, module: 'leads' }, 404, FIRST],
	['custom/delete', { ...DELETION, multiple: true, 'wolkvox-id': [FIRST, UNKNOWN] }, 404, UNKNOWN],
	['custom/delete', { ...DELETION, module: '' }, 400, 'The parameter module is required'],
	['custom/delete', { ...DELETION, 'wolkvox-id': [] }, 400, 'The parameter wolkvox-id is required'],
	['custom/delete', { ...DELETION, multiple: undefined }, 400, 'The parameter multiple is'],
	['custom/delete', { ...DELETION, 'wolkvox-id': [FIRST, SECOND] }, 400, 'Several ids'],
])('%s of %j is refused, and changes nothing', async (path, parameters, code, msg) => {
	const before = JSON.stringify([standIn.cases, standIn.records]);
	const refusal = { code, msg: expect.stringContaining(msg) };
	expect(await post(path, parameters)).toMatchObject(refusal);
	expect(JSON.stringify([standIn.cases, standIn.records])).toBe(before);
});

it('a new case has an ID and the next number, and is found by it', async () => {
	const form = '{"Canal":"Web"}';
	const files = new File(['hello'], 'receipt.txt');
	const { wolkvox_id } = (await post('cases/insert', { ...NEW_CASE, form, files })).data;
	expect(wolkvox_id).toMatch(/^[0-9a-f]{24}$/);
	expect(standIn.cases.at(-1)).toMatchObject({
		id: wolkvox_id,
		number: 'CASO-1004',
		attachments: [{ name: 'receipt.txt', size: 5 }],
	});
	const found = await post('cases/queryCases', { field: 'idPrefijo', value: 'CASO-1004' });
	expect(found.data).toMatchObject([
		{
			wolkvox_id,
			status: { name: 'open', value: 'open' },
			contactEmail: 'diana.torres@example.com',
			form: { Canal: 'Web' },
		},
	]);
});

it('an update of an unknown ID creates a case, if the stand-in is told to', async () => {
	standIn.settings.acceptAnyCase = true;
	expect(await post('cases/update', { 'wolkvox-id': UNKNOWN, status: 'new' })).toMatchObject({
		code: 200,
	});
	const fields = { status: 'new' };
	expect(standIn.cases[3]).toMatchObject({ id: UNKNOWN, number: 'CASO-1004', fields });
});

it.each([
	['email contact', 'carlos.restrepo@example.com', ['CASO-1001']],
	['contact phone', '6044440000', ['CASO-1002']],
	['status', 'open', ['CASO-1001', 'CASO-1002']],
	['wolkvox-id', '65f0c3b7e81d4a6690b2c7f5', ['CASO-1003']],
	['idPrefijo', 'CASO-1002', ['CASO-1002']],
	['idPrefijo', '1002', []],
	['idCase', 1003, ['CASO-1003']],
	['status', 'Open', []],
	['reason', 'any', []],
])('a query of cases by %s %s finds %j', async (field, value, numbers) => {
	const { code, msg, data } = await post('cases/queryCases', { field, value });
	expect({ code, msg }).toEqual({ code: '200', msg: `${numbers.length} records were are found` });
	expect(data.map(({ idPrefijo }) => idPrefijo)).toEqual(numbers);
});

it('a query finds a part of a value, whatever its capitals, if the stand-in is told to', async () => {
	const byNumber = { field: 'idPrefijo', value: 'caso-100' };
	const byEmail = { module: 'contacts', field: 'emailcontact', value: 'Torres@example.com' };
	const counts = async () => [
		(await post('cases/queryCases', byNumber)).data.length,
		(await post('custom/query', byEmail)).data.length,
	];
	expect(await counts()).toEqual([0, 0]);
	standIn.settings.partialMatches = true;
	expect(await counts()).toEqual([3, 1]);
});

it('records are created, found, updated and deleted; values come back without their type', async () => {
	const value = { type: 'currency', value: '1000', symbol: 'COP', convert: 1000 };
	const { type: _type, ...returned } = value;
	const { wolkvox_id } = (await post('custom/insert', { module: 'V', fields: { Monto: value } }))
		.data;
	const record = { module: 'V', 'wolkvox-id': wolkvox_id };
	await post('custom/update', { ...record, fields: { Ciudad: 'Cali' } });

	for (const wanted of ['1000', 1000]) {
		const found = await post('custom/query', { module: 'V', field: 'Monto', value: wanted });
		expect(found.data).toMatchObject([{ wolkvox_id, Monto: returned, Ciudad: 'Cali' }]);
	}
	expect(await post('custom/delete', { ...record, multiple: false })).toMatchObject({
		code: 200,
		msg: 'Succesfully delete record',
		data: { wolkvox_id },
	});
	expect(await post('custom/query', { module: 'V', field: 'Ciudad', value: 'Cali' })).toMatchObject(
		{
			data: [],
			'Total records': 0,
		},
	);
});

it.each([
	[false, [SECOND], [0, 2, 3]],
	[true, [FIRST, THIRD], [1, 3]],
])('a deletion with multiple: %s takes the list %j', async (multiple, ids, left) => {
	await post('custom/delete', { ...DELETION, multiple, 'wolkvox-id': ids });
	expect(standIn.records.map(({ id }) => id)).toEqual(left.map((index) => IDS[index]));
});

it('an activity has a type', async () => {
	const { wolkvox_id } = (await post('custom/insert', { ...TASK, type: 'task' })).data;
	expect(standIn.records.slice(4)).toMatchObject([{ id: wolkvox_id, ...TASK }]);
});

it.each([
	['2025-02-10 08:15', '2025-03-02 10:05', undefined, [1, 2, 3]],
	['2025-02-10 08:16', '2025-03-02 10:04', undefined, [2]],
	['2025-02-10', '2025-12-31', '2', [1, 2]],
	['2024-01-01', '2024-12-31', undefined, []],
])('contacts created from %s to %s, limit %s, are %j', async (from, to, limit, wanted) => {
	const range = { module: 'contacts', date: true, from, to, limit };
	const { data } = await post('custom/queryDates', range);
	expect(data.map(({ wolkvox_id }) => wolkvox_id)).toEqual(wanted.map((n) => IDS[n - 1]));
});

it.each([
	['cases/queryCases', { field: 'status', value: 'new' }, 'idPrefijo'],
	['custom/query', { module: 'V', field: 'Ciudad', value: 'Cali' }, 'Orden'],
	['custom/queryDates', { module: 'V', date: true, from: '2025-01-01', to: '2099-12-31' }, 'Orden'],
])('%s has ten records on a page, and the total', async (path, search, key) => {
	for (const Orden of Array.from({ length: 23 }, (_, index) => String(index + 1))) {
		await post('custom/insert', { module: 'V', fields: { Orden, Ciudad: 'Cali' } });
		standIn.cases.push({ ...newCase(Orden, Orden), fields: { status: 'new' } });
	}
	const pageOf = async (page?: unknown) => {
		const { msg, data, ...body } = await post(path, { ...search, page });
		return [msg, body['Total records'], data.length, data[0]?.[key]];
	};
	const msg = '23 records were are found';
	expect(await pageOf()).toEqual([msg, 23, 10, '1']);
	expect(await pageOf('2')).toEqual([msg, 23, 10, '11']);
	expect(await pageOf(3)).toEqual([msg, 23, 3, '21']);
	const beyond = 'There are no values in the specified page';
	expect(await pageOf(4)).toEqual([beyond, 23, 0, undefined]);
	standIn.settings.pageSize = 4;
	expect(await pageOf(6)).toEqual([msg, 23, 3, '21']);
});

it('the log has the body and the query of a request, without the token', async () => {
	await post('cases/queryCases', { ...OPEN, 'wolkvox-token': standIn.token });
	await fetch(`${standIn.url}/server/API/v2/token/tokenInformation.php?operation=demo`, {
		headers: { 'Wolkvox-Token': standIn.token },
	});
	expect(standIn.log).toMatchObject([
		{ code: 200, body: { operation: 'demo', ...OPEN } },
		{ code: 200, query: { operation: 'demo' } },
	]);
	expect(JSON.stringify(standIn.log)).not.toContain(standIn.token);
});
