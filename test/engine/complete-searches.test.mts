import type { IDataObject } from 'n8n-workflow';

import {
	FIND_CASES,
	FIND_CONTACTS,
	FIND_CONTACTS_BY_DATE,
	FIND_RECORDS_BY_DATE,
	locator,
	SEARCHES,
	type Operation,
} from '../support/operations.mts';
import {
	busyFor,
	found,
	itemOf,
	REFUSED,
	useServer,
	waitForLateRequests,
	type ReceivedRequest,
} from '../support/server.mts';
import { useStandIn } from '../support/standIn.mts';
import {
	CONTINUE,
	execute,
	expectRefusal,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	TOOL,
} from '../support/wolkvox.mts';

jest.setTimeout(15_000);

const server = useServer();

const ALL = { returnAll: true };
const RETURN = { incompleteResults: 'return' };

/** Records with the IDs r1, r2 … */
const records = (count: number) =>
	Array.from({ length: count }, (_, index) => ({ wolkvox_id: `r${index + 1}` }));

const pageOf = ({ json }: ReceivedRequest) => (json as { page?: number }).page;
const pages = () => server.requests.map(pageOf);

/** The IDs of the output, in order. */
const idsOf = (output: Array<{ json: IDataObject }>) => output.map(({ json }) => json.wolkvox_id);
const ids = (count: number) => records(count).map(({ wolkvox_id }) => wolkvox_id);

/** Serves these pages, and empty ones after the last; each announces all records that the pages hold. */
function servePages(served: IDataObject[][], announced = served.flat().length) {
	server.respond = (request) => {
		const data = served[(pageOf(request) ?? 1) - 1] ?? [];
		const msg =
			data.length > 0
				? `${announced} records were are found`
				: 'There are no values in the specified page';
		return { body: { code: '200', error: 'null', msg, data, 'Total records': announced } };
	};
}

const inTens = (all: IDataObject[]) => [all.slice(0, 10), all.slice(10, 20), all.slice(20)];

describe.each([...SEARCHES, FIND_CONTACTS_BY_DATE])('$name', (search) => {
	it('asks for the next pages until all announced records are there', async () => {
		servePages(inTens(records(23)));
		const { outputs } = await execute(server, search, { parameters: ALL });
		expect(pages()).toEqual([undefined, 2, 3]);
		const [first, ...others] = server.requests.map(({ url, json }) => ({ url, json }));
		expect(others).toEqual(
			[2, 3].map((page) => ({ ...first, json: { ...(first.json as object), page } })),
		);
		expect(idsOf(outputs[0])).toEqual(ids(23));
		expect(pairedItems(outputs[0])).toEqual(Array(23).fill(0));
	});

	it.each([
		[5, 1],
		[10, 1],
		[11, 2],
		[20, 2],
		[21, 3],
		[50, 3],
	])('with the limit %d makes %d requests for 23 records in pages of 10', async (limit, calls) => {
		servePages(inTens(records(23)));
		const { outputs } = await execute(server, search, { parameters: { limit } });
		expect(pages()).toEqual([undefined, 2, 3].slice(0, calls));
		expect(idsOf(outputs[0])).toEqual(ids(Math.min(limit, 23)));
	});

	it('fails if a page brings nothing new, unless the user accepts that', async () => {
		for (const served of [
			// The page is ignored.
			Array(9).fill(records(10)),
			// There is no other page.
			[records(10)],
		]) {
			server.requests.length = 0;
			servePages(served, 23);
			const { error } = await execute(server, search, { parameters: ALL });
			expect(error).toMatchObject({
				message: 'Wolkvox found 23 records, but sent only 10 of them [item 0]',
				description: expect.stringMatching(/'Limit'.*'Incomplete Results'.*'Return'/),
			});
			expect(pages()).toEqual([undefined, 2]);

			const { outputs } = await execute(server, search, { parameters: ALL, options: RETURN });
			expect(idsOf(outputs[0])).toEqual(ids(10));
			expect(pages()).toEqual([undefined, 2, undefined, 2]);
		}
	});

	it('asks for no page but the one that is set in Additional Body Fields', async () => {
		servePages(inTens(records(23)));
		for (const page of [1, 2, '2']) {
			server.requests.length = 0;
			const { outputs } = await execute(server, search, {
				parameters: ALL,
				options: { bodyFields: { page } },
			});
			expect(pages()).toEqual([page]);
			expect(outputs[0]).toHaveLength(10);
		}
	});

	it('is one request if nothing is announced', async () => {
		for (const body of [
			{ code: '200', error: 'null', msg: 'Succesfully', data: records(10) },
			{ code: '200', error: 'null', msg: 'Page 1 of 23 records', data: records(10) },
			{ code: '200', error: 'null', msg: '', data: records(10), page: 1, pages: 3 },
			records(10),
		]) {
			server.requests.length = 0;
			server.respond = () => ({ body });
			const { outputs } = await execute(server, search, { parameters: ALL });
			expect(server.requests).toHaveLength(1);
			expect(idsOf(outputs[0])).toEqual(ids(10));
		}
	});
});

describe('A search', () => {
	const searchAll = async (settings: Parameters<typeof execute>[2] = {}) =>
		await execute(server, FIND_CONTACTS, { parameters: ALL, ...settings });

	it.each<[string, IDataObject]>([
		['Total records', { 'Total records': 12 }],
		['Total records, as text', { 'Total records': '12' }],
		['totalRecords', { totalRecords: 12 }],
		['total_registros', { total_registros: 12 }],
		['the message', { msg: '12 records were are found' }],
		['Total records, with a separator', { 'Total records': '1,012' }],
		['the message, with a separator', { msg: '1.012 records were are found' }],
		['the message in Spanish', { msg: '12 registros encontrados' }],
		['the message, beside a smaller number', { msg: '12 records found', 'Total records': 10 }],
		['Total records, beside a smaller number', { msg: '10 records found', 'Total records': 12 }],
	])('reads in %s how many records there are', async (_, announcement) => {
		const announced = /1.012/.test(JSON.stringify(announcement)) ? 1012 : 12;
		const all = records(announced);
		server.respond = (request) => {
			const data = pageOf(request) === 2 ? all.slice(10) : all.slice(0, 10);
			return { body: { code: '200', error: 'null', msg: 'ok', ...announcement, data } };
		};
		const { outputs } = await searchAll();
		expect(pages()).toEqual([undefined, 2]);
		expect(idsOf(outputs[0])).toEqual(ids(announced));
	});

	it('goes on if a later page announces more', async () => {
		const all = records(5);
		server.respond = (request) => {
			const page = pageOf(request) ?? 1;
			const data = all.slice(2 * page - 2, 2 * page);
			return { body: { code: '200', msg: 'ok', 'Total records': page === 1 ? 4 : 5, data } };
		};
		const { outputs } = await searchAll();
		expect(idsOf(outputs[0])).toEqual(ids(5));
	});

	it('outputs a record once that two pages hold, and goes on', async () => {
		const all = records(23);
		servePages([all.slice(0, 10), all.slice(8, 18), all.slice(18)], 23);
		const { outputs } = await searchAll();
		expect(pages()).toEqual([undefined, 2, 3]);
		expect(idsOf(outputs[0])).toEqual(ids(23));
	});

	it('outputs a record once that a later page holds twice, and goes on', async () => {
		const all = records(12);
		servePages([all.slice(0, 10), [all[10], all[10]], [all[11]]], 12);
		const { outputs } = await searchAll();
		expect(pages()).toEqual([undefined, 2, 3]);
		expect(idsOf(outputs[0])).toEqual(ids(12));
	});

	it('tells records without an ID apart by what they hold', async () => {
		const all = Array.from({ length: 4 }, (_, n) => ({ name: 'Ana', phone: { value: n } }));
		servePages([all.slice(0, 2), all.slice(1, 3), all.slice(3)], 4);
		const { outputs } = await searchAll();
		expect(outputs[0].map(({ json }) => json)).toEqual(all);
	});

	it('outputs a page as it came that holds more than was announced', async () => {
		servePages([records(12)], 10);
		const { outputs } = await searchAll();
		expect(pages()).toEqual([undefined]);
		expect(idsOf(outputs[0])).toEqual(ids(12));
	});

	it('of which the first page is empty though records are announced is not one that found nothing', async () => {
		servePages([[]], 5);
		const { error } = await searchAll();
		expect(error!.message).toBe('Wolkvox found 5 records, but sent only 0 of them [item 0]');
	});

	it('fails if a later page fails, and does not output a part', async () => {
		for (const response of [
			REFUSED,
			{ body: { code: 200, msg: 'Hm', data: [] } },
			{ body: '<p>Login' },
		]) {
			servePages(inTens(records(23)));
			const { respond } = server;
			server.respond = (request, index) =>
				pageOf(request) === 3 ? response : respond(request, index);
			const { outputs } = await searchAll({ node: CONTINUE });
			expect(outputs[0]).toEqual([]);
			expect(pairedItems(outputs[1])).toEqual([0]);
		}
	});

	it('repeats a page that failed for the time being, and no other', async () => {
		servePages(inTens(records(23)));
		const { respond } = server;
		let failures = 1;
		server.respond = (request, index) =>
			pageOf(request) === 2 && failures-- > 0 ? busyFor(0) : respond(request, index);
		const { outputs } = await searchAll();
		expect(pages()).toEqual([undefined, 2, 2, 3]);
		expect(idsOf(outputs[0])).toEqual(ids(23));
	});

	it('is made anew by each try of Retry On Fail', async () => {
		servePages(inTens(records(23)));
		const { respond } = server;
		let failures = 1;
		server.respond = (request, index) =>
			pageOf(request) === 2 && failures-- > 0 ? REFUSED : respond(request, index);
		const { outputs } = await searchAll({ node: RETRY_ON_FAIL });
		expect(pages()).toEqual([undefined, 2, undefined, 2, 3]);
		expect(idsOf(outputs[0])).toEqual(ids(23));
	});

	it('that is canceled asks for no further page', async () => {
		servePages(inTens(records(23)));
		const { respond } = server;
		let cancel = () => {};
		server.respond = (request, index) => {
			if (pageOf(request) === 2) cancel();
			return { ...respond(request, index), delayMs: 20 };
		};
		const { run } = await searchAll({ onStart: (stop) => void (cancel = stop) });
		await waitForLateRequests();
		expect(run.status).toBe('canceled');
		expect(pages()).toEqual([undefined, 2]);
	});

	it.each([1, 5])(
		'pairs the records of all pages with its item, in order, %d at a time',
		async (maxConcurrent) => {
			const all = (item: number) =>
				records(item * 5).map(({ wolkvox_id }) => ({ wolkvox_id: `${item} ${wolkvox_id}` }));
			server.respond = (request, index) => {
				const page = pageOf(request) ?? 1;
				const mine = all(itemOf(request));
				const data = mine.slice((page - 1) * 10, page * 10);
				const delayMs = (5 - (index % 5)) * 10;
				return { body: { ...found(...data), 'Total records': mine.length }, delayMs };
			};
			const { outputs } = await searchAll({ items: numbered(6), options: { maxConcurrent } });
			const expected = numbered(6).flatMap((_, item) => all(item).map((json) => ({ item, json })));
			expect(outputs[0].map(({ json }) => json)).toEqual(expected.map(({ json }) => json));
			expect(pairedItems(outputs[0])).toEqual(expected.map(({ item }) => item));
			expect(server.requests).toHaveLength(1 + 1 + 1 + 2 + 2 + 3);
		},
	);

	it('that is incomplete leaves by the error output, and others go on', async () => {
		server.respond = (request) => {
			const body = found({ wolkvox_id: `r${itemOf(request)}` });
			return { body: itemOf(request) === 1 ? { ...body, 'Total records': 2 } : body };
		};
		const { outputs } = await searchAll({ items: numbered(3), node: CONTINUE });
		expect(pairedItems(outputs[0])).toEqual([0, 2]);
		expect(outputs[1]).toEqual([
			{
				json: { n: 1, error: 'Wolkvox found 2 records, but sent only 1 of them [item 1]' },
				pairedItem: { item: 1 },
			},
		]);
	});

	it('refuses a choice that an option does not have', async () => {
		expectRefusal(
			server,
			await searchAll({ options: { incompleteResults: '={{ "maybe" }}' } }),
			"'Incomplete Results' must be fail or return",
		);
		expectRefusal(
			server,
			await searchAll({ options: { ifNothingFound: '={{ "maybe" }}' } }),
			"'If Nothing Is Found' must be continue or fail",
		);
	});
});

describe('If nothing is found,', () => {
	const FAIL = { ifNothingFound: 'fail' };
	const nothingFor = (item: number) => {
		server.respond = (request) => ({
			body: itemOf(request) === item ? found() : found({ wolkvox_id: 'r1' }),
		});
	};

	it.each([...SEARCHES, FIND_CONTACTS_BY_DATE])(
		'$name returns no item by default, and with Fail leaves by the error output',
		async (search) => {
			const { parameters } = search;
			nothingFor(1);
			const settings = { items: numbered(3), node: CONTINUE };
			const usual = await execute(server, search, settings);
			expect(pairedItems(usual.outputs[0])).toEqual([0, 2]);
			expect(usual.outputs[1]).toEqual([]);

			const words =
				parameters.filterBy === 'dateRange'
					? `${parameters.from} to ${parameters.to}`
					: `"item1" in the field "${parameters.operation === 'getMany' && parameters.resource === 'case' ? 'idPrefijo' : 'emailcontact'}"`;
			const { outputs } = await execute(server, search, { ...settings, options: FAIL });
			expect(pairedItems(outputs[0])).toEqual([0, 2]);
			expect(outputs[1]).toEqual([
				{
					json: { n: 1, error: `Wolkvox found nothing for ${words} [item 1]` },
					pairedItem: { item: 1 },
				},
			]);
		},
	);

	it('a search that must find something stops the run, and says how to go on', async () => {
		nothingFor(1);
		const { error } = await execute(server, FIND_CASES, {
			items: numbered(3),
			options: FAIL,
		});
		expect(server.requests.map(itemOf)).toEqual([0, 1]);
		expect(error).toMatchObject({
			message: 'Wolkvox found nothing for "item1" in the field "idPrefijo" [item 1]',
			description: expect.stringContaining("set 'If Nothing Is Found' to 'Continue'"),
			context: { itemIndex: 1 },
		});
	});

	it('a search that must find something searches again with Retry On Fail', async () => {
		let searches = 0;
		server.respond = () => ({ body: searches++ === 0 ? found() : found({ wolkvox_id: 'r1' }) });
		const { outputs } = await execute(server, FIND_CASES, {
			options: FAIL,
			node: RETRY_ON_FAIL,
		});
		expect(server.requests).toHaveLength(2);
		expect(outputs[0]).toHaveLength(1);
	});

	it('an AI agent is told what was looked for', async () => {
		nothingFor(0);
		const { error } = await execute(server, FIND_CASES, { options: FAIL, node: TOOL });
		expect(error!.message).toMatch(
			/^Wolkvox found nothing for "item0" in the field "idPrefijo" \[item 0\]\. Check the value/,
		);
	});
});

it.each<{ search: Operation; parameters: IDataObject; sent: string }>([
	{ search: FIND_CASES, parameters: { value: ' CASO-1002\n' }, sent: 'CASO-1002' },
	{ search: FIND_CONTACTS, parameters: { value: '\tana@example.com ' }, sent: 'ana@example.com' },
	{ search: FIND_CONTACTS, parameters: { value: ' Ana Ruiz ' }, sent: ' Ana Ruiz ' },
	{ search: FIND_CONTACTS, parameters: { value: ' a @ b ' }, sent: ' a @ b ' },
	{
		search: FIND_CASES,
		parameters: { searchBy: locator('list', 'status'), value: ' open ' },
		sent: ' open ',
	},
])(
	'A search trims the value if it is a case number or an email address, and sends others as typed: $sent',
	async ({ search, parameters, sent }) => {
		server.respond = () => ({ body: found() });
		await execute(server, search, { parameters });
		expect(server.requests.map(({ json }) => (json as IDataObject).value)).toEqual([sent]);
	},
);

describe('At the stand-in,', () => {
	const crm = useStandIn({ pageSize: 10 });
	const created = '2026-11-15 12:00:00';
	const IDS = Array.from({ length: 23 }, (_, n) => n.toString(16).padStart(24, '0'));

	beforeEach(() => {
		crm.records.length = 0;
		for (const id of IDS) {
			const fields = { emailcontact: 'ana@example.com', namecontact: id };
			crm.records.push({ id, module: 'contacts', fields, created, modified: created });
		}
		const [first] = crm.cases;
		crm.cases.length = 0;
		for (const id of IDS) crm.cases.push({ ...first, id, number: `CASO-${id}` });
	});

	it.each<[string, Operation, IDataObject]>([
		['contacts by email', FIND_CONTACTS, { value: 'ana@example.com' }],
		['contacts by date', FIND_CONTACTS_BY_DATE, {}],
		['records by date', FIND_RECORDS_BY_DATE, { module: 'contacts' }],
		['cases by status', FIND_CASES, { searchBy: locator('list', 'status'), value: 'open' }],
	])(
		'23 %s in pages of 10 are three calls, and each is output once',
		async (_, search, parameters) => {
			const { outputs } = await execute(crm, search, { parameters: { ...ALL, ...parameters } });
			expect(idsOf(outputs[0])).toEqual(IDS);
			expect(crm.log).toHaveLength(3);
		},
	);

	it.each([
		[10, 1],
		[15, 2],
		[50, 3],
	])('%d contacts at most are %d calls', async (limit, calls) => {
		const { outputs } = await execute(crm, FIND_CONTACTS, {
			parameters: { value: 'ana@example.com', limit },
		});
		expect(idsOf(outputs[0])).toEqual(IDS.slice(0, limit));
		expect(crm.log).toHaveLength(calls);
	});

	it('one page is output if Additional Body Fields name it', async () => {
		const { outputs } = await execute(crm, FIND_CONTACTS, {
			parameters: { value: 'ana@example.com', ...ALL },
			options: { bodyFields: '{ "page": 3 }' },
		});
		expect(idsOf(outputs[0])).toEqual(IDS.slice(20));
		expect(crm.log).toHaveLength(1);
	});
});
