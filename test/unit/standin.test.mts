import { newCase } from '../../sandbox/standin/cases.mts';
import { startStandIn, type StandIn } from '../../sandbox/standin.mts';

const NEW_CASE = {
	operation: 'demo',
	'case-type': 'Claims',
	responsible: 'laura.gomez@demo',
	owner: 'ana.ruiz@demo',
	contact: 'diana.torres@example.com',
	description: 'Charged twice.',
	status: 'open',
	priority: 'low',
};
const HEX_ID = /^[0-9a-f]{24}$/;

let standIn: StandIn;

beforeEach(async () => {
	standIn = await startStandIn();
});

afterEach(async () => {
	await standIn.close();
});

describe('a new case', () => {
	it('has an id and the next number, and is found by it', async () => {
		const form = toForm(NEW_CASE);
		form.append('form', '{"Canal":"Web"}');
		form.append('files', new File(['hello'], 'receipt.txt'));

		const created = await post('cases/insert.php', form);

		const id = created.data.wolkvox_id;
		expect(id).toMatch(HEX_ID);
		expect(standIn.cases.at(-1)).toMatchObject({
			id,
			number: 'CASO-1004',
			attachments: [{ name: 'receipt.txt', size: 5 }],
		});
		expect((await queryCases('idPrefijo', 'CASO-1004')).data).toEqual([
			expect.objectContaining({
				wolkvox_id: id,
				status: { name: 'open', value: 'open' },
				contactEmail: 'diana.torres@example.com',
				form: { Canal: 'Web' },
			}),
		]);
	});

	it.each(Object.keys(NEW_CASE))('needs %s', async (name) => {
		const { [name as keyof typeof NEW_CASE]: _left, ...others } = NEW_CASE;

		expect(await post('cases/insert.php', toForm(others))).toMatchObject({
			code: 400,
			msg: `The parameter ${name} is required`,
		});
		expect(standIn.cases).toHaveLength(3);
	});

	it.each([
		['a contact that exists', { contact: 'nobody@example.com' }, 'There is no contact nobody@'],
		['a solution if it is closed', { status: 'closed' }, 'A closed case needs a solution'],
	])('needs %s', async (_what, change, msg) => {
		expect(await post('cases/insert.php', toForm({ ...NEW_CASE, ...change }))).toMatchObject({
			code: 412,
			msg: expect.stringContaining(msg),
		});
		expect(standIn.cases).toHaveLength(3);
	});
});

it('creates a case for every unknown id of an update, if it is told to', async () => {
	const id = 'ffffffffffffffffffffffff';
	const update = { operation: 'demo', 'wolkvox-id': id, status: 'open' };
	expect(await post('cases/update.php', toForm(update))).toMatchObject({ code: 404 });
	await standIn.close();
	standIn = await startStandIn({ acceptAnyCase: true });

	expect(await post('cases/update.php', toForm(update))).toMatchObject({ code: 200 });
	expect(standIn.cases[3]).toMatchObject({ id, number: 'CASO-1004', fields: { status: 'open' } });
	expect((await queryCases('wolkvox-id', 'eeeeeeeeeeeeeeeeeeeeeeee')).data).toEqual([]);
	expect(standIn.cases).toHaveLength(4);
});

describe('a query of cases', () => {
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
	])('%s %s', async (field, value, numbers) => {
		const { code, msg, data } = await queryCases(field, value);

		expect({ code, msg }).toEqual({
			code: '200',
			msg: `${numbers.length} records were are found`,
		});
		expect(data.map(({ idPrefijo }) => idPrefijo)).toEqual(numbers);
	});

	it('returns the id of the case beside its number', async () => {
		expect((await queryCases('idPrefijo', 'CASO-1002')).data).toMatchObject([
			{ idPrefijo: 'CASO-1002', wolkvox_id: '64cb1f0a9d3e5c27b8a41d02' },
		]);
	});

	it('finds a part of a value, whatever its capitals, if it is told to', async () => {
		standIn.settings.partialMatches = true;

		const { data } = await queryCases('idPrefijo', 'caso-100');

		expect(data.map(({ idPrefijo }) => idPrefijo)).toEqual(['CASO-1001', 'CASO-1002', 'CASO-1003']);
	});

	it('refuses an undocumented field', async () => {
		expect(await queryCases('number', '1')).toMatchObject({ code: 400 });
	});

	it('does not count JSON that is not declared as such', async () => {
		const body = JSON.stringify({ operation: 'demo', field: 'status', value: 'open' });

		expect(await post('cases/queryCases.php', body, 'text/plain')).toMatchObject({
			code: 400,
			msg: 'The parameter operation is required',
		});
	});
});

describe('records', () => {
	const VALUE = { type: 'currency', value: '1000', symbol: 'COP', convert: 1000 };

	it('are created in any module, found and updated; typed values come back without their type', async () => {
		const { type: _type, ...returned } = VALUE;
		const created = await custom('insert', { module: 'Ventas', fields: { Monto: VALUE } });
		const id = created.data.wolkvox_id;

		const change = { module: 'Ventas', 'wolkvox-id': id, fields: { Ciudad: 'Cali' } };
		expect(await custom('update', change)).toMatchObject({ code: 200 });

		for (const value of ['1000', 1000]) {
			const found = await custom('query', { module: 'Ventas', field: 'Monto', value });
			expect(found.data).toEqual([
				expect.objectContaining({ wolkvox_id: id, Monto: returned, Ciudad: 'Cali' }),
			]);
		}
		expect(await custom('update', { ...change, module: 'leads' })).toMatchObject({ code: 404 });
	});

	it.each([
		['2025-02-10 08:15', '2025-03-02 10:05', undefined, [1, 2, 3]],
		['2025-02-10 08:16', '2025-03-02 10:04', undefined, [2]],
		['2025-02-10', '2025-12-31', '2', [1, 2]],
		['2024-01-01', '2024-12-31', undefined, []],
	])('created from %s to %s, limit %s', async (from, to, limit, wanted) => {
		const body = { module: 'contacts', date: true, from, to, limit };

		const ids = (await custom('queryDates', body)).data.map((one) => one.wolkvox_id);

		expect(ids).toEqual(wanted.map((last) => `63a1c0de5b7f4e0012ab340${last}`));
	});
});

describe('contacts', () => {
	const ANA = {
		namecontact: 'Ana Ruiz',
		emailcontact: 'ana@example.com',
		telephonecontact: '3001234567',
		idcontact: '52100200',
	};

	it.each(Object.entries(ANA))('are found by %s', async (field, value) => {
		const { data } = await custom('insert', { module: 'contacts', fields: ANA });

		const found = await custom('query', { module: 'contacts', field, value });

		expect(found).toMatchObject({ code: '200', msg: '1 records were are found' });
		expect(found.data).toMatchObject([{ ...ANA, wolkvox_id: data.wolkvox_id }]);
	});

	it('have a phone number as an object, and are found by the number in it', async () => {
		const value = '3016677889';

		const found = await custom('query', { module: 'contacts', field: 'telephonecontact', value });

		expect(found.data).toEqual([
			expect.objectContaining({ telephonecontact: { country: 'CO', code: '+57', value } }),
		]);
	});

	it('others are found by a part of a value, if partial matches are on', async () => {
		const byEmail = { module: 'contacts', field: 'emailcontact', value: 'Torres@example.com' };
		expect((await custom('query', byEmail)).data).toEqual([]);

		standIn.settings.partialMatches = true;

		expect((await custom('query', byEmail)).data).toMatchObject([
			{ emailcontact: 'diana.torres@example.com' },
		]);
	});

	it('can have one address twice', async () => {
		await custom('insert', { module: 'contacts', fields: ANA });
		await custom('insert', { module: 'contacts', fields: ANA });

		const byEmail = { module: 'contacts', field: 'emailcontact', value: ANA.emailcontact };
		expect((await custom('query', byEmail)).data).toHaveLength(2);
	});
});

describe('a deletion', () => {
	const IDS = [1, 2, 3, 4].map((last) => `63a1c0de5b7f4e0012ab340${last}`);
	const [FIRST, SECOND, THIRD] = IDS;
	const UNKNOWN = 'ffffffffffffffffffffffff';

	it.each([
		['one id', false, SECOND, [0, 2, 3]],
		['a list of one id', false, [SECOND], [0, 2, 3]],
		['several ids', true, [FIRST, THIRD], [1, 3]],
	])('of %s', async (_what, multiple, id, left) => {
		const body = { module: 'contacts', multiple, 'wolkvox-id': id };

		expect(await custom('delete', body)).toEqual({
			code: 200,
			error: 'null',
			msg: 'Succesfully delete record',
			data: { wolkvox_id: id },
		});
		expect(standIn.records.map((one) => one.id)).toEqual(left.map((index) => IDS[index]));
	});

	it.each([
		[
			'an id that is unknown',
			{ 'wolkvox-id': UNKNOWN },
			404,
			`There is no record with the id ${UNKNOWN}`,
		],
		[
			'a record of another module',
			{ module: 'leads' },
			404,
			`There is no record with the id ${FIRST}`,
		],
		[
			'an unknown id among others',
			{ multiple: true, 'wolkvox-id': [FIRST, UNKNOWN] },
			404,
			UNKNOWN,
		],
		['no module', { module: '' }, 400, 'The parameter module is required'],
		['no id', { 'wolkvox-id': '' }, 400, 'The parameter wolkvox-id is required'],
		[
			'an empty list',
			{ multiple: true, 'wolkvox-id': [] },
			400,
			'The parameter wolkvox-id is required',
		],
		['no multiple', { multiple: undefined }, 400, 'The parameter multiple is required'],
		['several ids without multiple', { 'wolkvox-id': [FIRST, SECOND] }, 400, 'Several ids'],
	])('of %s deletes nothing', async (_what, change, code, msg) => {
		const body = { module: 'contacts', multiple: false, 'wolkvox-id': FIRST, ...change };

		expect(await custom('delete', body)).toMatchObject({
			code,
			msg: expect.stringContaining(msg),
		});
		expect(standIn.records).toHaveLength(4);
	});

	it('leaves no record to find, update or delete again', async () => {
		const record = { module: 'contacts', 'wolkvox-id': FIRST };
		await custom('delete', { ...record, multiple: false });

		const byId = { module: 'contacts', field: 'idcontact', value: '1017204455' };
		expect(await custom('query', byId)).toMatchObject({ data: [], 'Total records': 0 });
		expect(await custom('update', { ...record, fields: {} })).toMatchObject({ code: 404 });
		expect(await custom('delete', { ...record, multiple: false })).toMatchObject({ code: 404 });
	});
});

describe('an activity', () => {
	const TASK = {
		module: 'wolkvox_activities',
		fields: { name: 'Call back', name_module: 'cases', id_record: '647f6ff1660dff48d803ffe6' },
	};

	it('needs a type', async () => {
		expect(await custom('insert', TASK)).toMatchObject({
			code: 400,
			msg: 'The parameter type is required',
		});
		expect(standIn.records).toHaveLength(4);
	});

	it('with a type is created', async () => {
		const created = await custom('insert', { ...TASK, type: 'task' });

		expect(standIn.records.slice(4)).toMatchObject([{ id: created.data.wolkvox_id, ...TASK }]);
	});
});

describe('the pages of a search', () => {
	const NOBODY = '0 records were are found';
	const NO_SUCH_PAGE = 'There are no values in the specified page';

	beforeEach(async () => {
		const ids = Array.from({ length: 23 }, (_, index) => String(index + 1));
		for (const Orden of ids) {
			await custom('insert', { module: 'Ventas', fields: { Orden, Ciudad: 'Cali' } });
			standIn.cases.push({ ...newCase(Orden, Orden), fields: { status: 'new' } });
		}
	});

	const SEARCHES: Array<[string, object, string]> = [
		['cases/queryCases', { field: 'status', value: 'new' }, 'idPrefijo'],
		['custom/query', { module: 'Ventas', field: 'Ciudad', value: 'Cali' }, 'Orden'],
		[
			'custom/queryDates',
			{ module: 'Ventas', date: true, from: '2025-01-01', to: '2099-12-31' },
			'Orden',
		],
	];

	it.each(SEARCHES)('%s has ten records on a page, and the total', async (name, search, key) => {
		const pages = await Promise.all(
			[undefined, 1, '2', 3, 4].map(async (page) => {
				const { msg, data, ...body } = await post(`${name}.php`, {
					...search,
					operation: 'demo',
					page,
				});
				return [msg, body['Total records'], data.length, data[0]?.[key]];
			}),
		);

		const msg = '23 records were are found';
		expect(pages).toEqual([
			[msg, 23, 10, '1'],
			[msg, 23, 10, '1'],
			[msg, 23, 10, '11'],
			[msg, 23, 3, '21'],
			[NO_SUCH_PAGE, 23, 0, undefined],
		]);
	});

	it.each([0, -1, 1.5, 'two', null])('there is no page %s', async (page) => {
		expect(await queryCases('status', 'new', page)).toMatchObject({
			code: 400,
			msg: 'The parameter page must be a whole number from 1',
		});
	});

	it.each([
		[undefined, NOBODY],
		[1, NOBODY],
		[2, NO_SUCH_PAGE],
	])('without a match, page %s', async (page, msg) => {
		expect(await queryCases('status', 'unheard of', page)).toEqual({
			code: '200',
			error: 'null',
			msg,
			data: [],
			'Total records': 0,
		});
	});

	it('have the size that was set', async () => {
		standIn.settings.pageSize = 4;

		expect((await queryCases('status', 'new', 6)).data).toHaveLength(3);
	});

	it.each([
		[3, 3],
		[20, 10],
	])('a range of dates with the limit %s has pages of %s', async (limit, size) => {
		const [, search] = SEARCHES[2];

		const body = await custom('queryDates', { ...search, limit, page: 2 });

		expect(body).toMatchObject({ 'Total records': 23 });
		expect(body.data).toHaveLength(size);
		expect(body.data[0].Orden).toBe(String(size + 1));
	});
});

it('logs the body and the query of a request, without the token', async () => {
	await post('cases/queryCases.php', {
		operation: 'demo',
		field: 'status',
		value: 'open',
		'wolkvox-token': standIn.token,
	});
	const path = 'token/tokenInformation.php?operation=demo';
	await fetch(`${standIn.url}/server/API/v2/${path}`, {
		headers: { 'Wolkvox-Token': standIn.token },
	});

	expect(standIn.log).toMatchObject([
		{ code: 200, body: { operation: 'demo', field: 'status', value: 'open' } },
		{ code: 200, query: { operation: 'demo' } },
	]);
	expect(JSON.stringify(standIn.log)).not.toContain(standIn.token);
});

function toForm(fields: Record<string, string>) {
	const form = new FormData();
	for (const [name, value] of Object.entries(fields)) form.append(name, value);
	return form;
}

function queryCases(field: string, value: unknown, page?: unknown) {
	return post('cases/queryCases.php', { operation: 'demo', field, value, page });
}

function custom(action: string, body: object) {
	return post(`custom/${action}.php`, { operation: 'demo', ...body });
}

/** `data` holds the records of a query, or the ID of a record. */
interface Reply {
	code: unknown;
	msg: string;
	'Total records'?: unknown;
	data: Array<Record<string, unknown>> & { wolkvox_id: string };
}

async function post(
	path: string,
	body: object | string,
	type = 'application/json',
): Promise<Reply> {
	const isForm = body instanceof FormData;
	const headers = { 'Wolkvox-Token': standIn.token, ...(isForm ? {} : { 'Content-Type': type }) };
	const response = await fetch(`${standIn.url}/server/API/v2/${path}`, {
		method: 'POST',
		headers,
		body: isForm || typeof body === 'string' ? body : JSON.stringify(body),
	});
	return (await response.json()) as Reply;
}
