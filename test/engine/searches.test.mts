import type { IDataObject } from 'n8n-workflow';

import {
	FIND_CASES,
	FIND_CONTACTS,
	FIND_CONTACTS_BY_DATE,
	GET_CASE,
	GET_QUOTA,
	locator,
	SEARCHES,
	type Operation,
} from '../support/operations.mts';
import { NEW_CASE, OLD_CASE } from '../support/queryResponses.mts';
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
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	TOOL,
} from '../support/wolkvox.mts';

// What each of 150 responses means: test/unit/responses.test.mts. Limits, dates and values:
// test/unit/searches.test.mts. When the next page is asked for: test/unit/pages.test.mts.

const server = useServer();

describe.each(SEARCHES)('$name', (search) => {
	it('outputs every record as it came, also with a field named error', async () => {
		const records = [OLD_CASE, NEW_CASE, { wolkvox_id: '1', error: 'E17' }];
		server.respond = () => ({ body: found(...records) });
		const { outputs } = await execute(server, search, { node: CONTINUE });
		expect(outputs[0].map(({ json }) => json)).toEqual(records);
	});

	it('outputs nothing for an item without a match, unless it must find something', async () => {
		server.respond = (request) => ({ body: itemOf(request) === 1 ? found() : found({ a: 1 }) });
		const settings = { items: numbered(3), node: CONTINUE };
		const usual = await execute(server, search, settings);
		expect(usual.outputs.map(pairedItems)).toEqual([[0, 2], []]);

		const options = { ifNothingFound: 'fail' };
		const { outputs } = await execute(server, search, { ...settings, options });
		expect(outputs.map(pairedItems)).toEqual([[0, 2], [1]]);
		expect(outputs[1][0].json).toEqual({
			n: 1,
			error: expect.stringMatching(/^Wolkvox found nothing for .* \[item 1\]$/),
		});
	});

	it('applies Limit to each item, or Return All', async () => {
		server.respond = () => ({ body: found(...numbered(60)) });
		const pairsWith = async (parameters: IDataObject) => {
			const settings = { items: numbered(3), parameters };
			return pairedItems((await execute(server, search, settings)).outputs[0]);
		};
		expect(await pairsWith({ limit: '={{ $json.n + 1 }}' })).toEqual([0, 1, 1, 2, 2, 2]);
		expect(await pairsWith({})).toHaveLength(3 * 50);
		expect(await pairsWith({ returnAll: true })).toHaveLength(3 * 60);
	});

	it('sends Additional Body Fields, with their types', async () => {
		await execute(server, search, { options: { bodyFields: '{ "page": 2, "a": [true] }' } });
		expect(server.requests.map(({ json }) => json)).toMatchObject([{ page: 2, a: [true] }]);
	});
});

it('2,000 records in one response all arrive, in their order, paired with the item', async () => {
	const notes = 'ñ'.repeat(100);
	const records = numbered(2000).map(({ json }) => ({ ...OLD_CASE, ...json, notes }));
	server.respond = () => ({ body: found(...records) });
	const { outputs } = await execute(server, FIND_CASES, { parameters: { returnAll: true } });
	expect(outputs[0].map(({ json }) => json)).toEqual(records);
	expect(new Set(pairedItems(outputs[0]))).toEqual(new Set([0]));
});

describe('a search in several pages', () => {
	const pageOf = ({ json }: ReceivedRequest) => (json as { page?: number }).page;
	const pages = () => server.requests.map(pageOf);
	const ids = (output: Array<{ json: IDataObject }>) => output.map(({ json }) => json.wolkvox_id);

	/** So many records of each item in pages of 10; `instead` can respond to a page otherwise. */
	const searchAll = async (
		count: (item: number) => number,
		settings: Parameters<typeof execute>[2] = {},
		instead: (page: number) => object | undefined = () => undefined,
	) => {
		server.respond = (request, index) => {
			const page = pageOf(request) ?? 1;
			const item = itemOf(request);
			const all = numbered(count(item)).map(({ json }) => ({ wolkvox_id: `${item} ${json.n}` }));
			const body = {
				...found(...all.slice((page - 1) * 10, page * 10)),
				'Total records': all.length,
			};
			return instead(page) ?? { body: { ...body, msg: '' }, delayMs: (5 - (index % 5)) * 5 };
		};
		return await execute(server, FIND_CONTACTS, { parameters: { returnAll: true }, ...settings });
	};

	/** Responds to a page in another way the first time. */
	const once = (page: number, response: object) => {
		let times = 1;
		return (asked: number) => (asked === page && times-- > 0 ? response : undefined);
	};

	it.each([1, 5])('outputs all, paired and in order, %d items at a time', async (maxConcurrent) => {
		const settings = { items: numbered(6), options: { maxConcurrent } };
		const { outputs } = await searchAll((item) => item * 5, settings);
		const expected = numbered(6).flatMap((_item, item) => Array(item * 5).fill(item) as number[]);
		expect(pairedItems(outputs[0])).toEqual(expected);
		expect(ids(outputs[0])).toEqual(
			expected.map((item, index) => `${item} ${index - expected.indexOf(item)}`),
		);
		expect(server.requests).toHaveLength(1 + 1 + 1 + 2 + 2 + 3);
	});

	it.each([
		['is refused', REFUSED],
		['proves nothing', { body: { code: 200, msg: 'Hm', data: [] } }],
		['is a web page', { body: '<p>Login' }],
	])('fails if a later page %s, and does not output a part', async (_, response) => {
		const instead = (page: number) => (page === 3 ? response : undefined);
		const { outputs } = await searchAll(() => 23, { node: CONTINUE }, instead);
		expect(outputs.map(pairedItems)).toEqual([[], [0]]);
	});

	it('repeats a page that failed for the time being, and no other', async () => {
		const { outputs } = await searchAll(() => 23, {}, once(2, busyFor(0)));
		expect(pages()).toEqual([undefined, 2, 2, 3]);
		expect(outputs[0]).toHaveLength(23);
	});

	it('is made anew by each try of Retry On Fail', async () => {
		const { outputs } = await searchAll(() => 23, { node: RETRY_ON_FAIL }, once(2, REFUSED));
		expect(pages()).toEqual([undefined, 2, undefined, 2, 3]);
		expect(outputs[0]).toHaveLength(23);
	});

	it('asks for no further page once it is canceled', async () => {
		let cancel = () => {};
		const { run } = await searchAll(
			() => 23,
			{ onStart: (stop) => void (cancel = stop) },
			(page) => {
				if (page === 2) cancel();
				return undefined;
			},
		);
		await waitForLateRequests();
		expect(run.status).toBe('canceled');
		expect(pages()).toEqual([undefined, 2]);
	});

	it('leaves by the error output if it is incomplete, and others go on', async () => {
		const nothing = { body: { ...found(), msg: '' } };
		const { outputs } = await searchAll(
			(item) => (item === 1 ? 11 : 1),
			{ items: numbered(3), node: CONTINUE },
			(page) => (page === 2 ? nothing : undefined),
		);
		expect(outputs.map(pairedItems)).toEqual([[0, 2], [1]]);
		expect(outputs[1][0].json).toEqual({
			n: 1,
			error: 'Wolkvox found 11 records, but sent only 10 of them [item 1]',
		});
	});
});

describe('a search that must find something', () => {
	const options = { ifNothingFound: 'fail' };

	it('searches again with Retry On Fail', async () => {
		server.respond = (_, index) => ({ body: index === 0 ? found() : found({ a: 1 }) });
		const { outputs } = await execute(server, FIND_CASES, { options, node: RETRY_ON_FAIL });
		expect(server.requests).toHaveLength(2);
		expect(outputs[0]).toHaveLength(1);
	});

	it('tells an AI agent what was looked for', async () => {
		server.respond = () => ({ body: found() });
		const { error } = await execute(server, FIND_CASES, { options, node: TOOL });
		expect(error!.message).toMatch(
			/^Wolkvox found nothing for "item0" in the field "idPrefijo" \[item 0\]\. Check the value/,
		);
	});
});

// Which case is the one with the ID: test/unit/record-ids.test.mts.
it('Case: Get outputs the case, or an error if the response has another', async () => {
	server.respond = (_, index) => ({ body: found({ ...NEW_CASE, wolkvox_id: `item${index % 2}` }) });
	const { outputs } = await execute(server, GET_CASE, { items: numbered(3), node: CONTINUE });
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
});

describe('At the stand-in,', () => {
	const crm = useStandIn({ pageSize: 10 });

	it.each<[string, Operation, IDataObject]>([
		['contacts by date', FIND_CONTACTS_BY_DATE, {}],
		['cases by status', FIND_CASES, { searchBy: locator('list', 'status'), value: 'open' }],
	])('23 %s in pages of 10 are three calls, and each is output once', async (_, search, where) => {
		const created = '2026-11-15 12:00:00';
		const ids = Array.from({ length: 23 }, (_id, n) => n.toString(16).padStart(24, '0'));
		const [contact] = crm.records;
		const [aCase] = crm.cases;
		crm.records.splice(0, Infinity, ...ids.map((id) => ({ ...contact, id, created })));
		crm.cases.splice(0, Infinity, ...ids.map((id) => ({ ...aCase, id })));
		const parameters = { ...where, returnAll: true };
		const { outputs } = await execute(crm, search, { parameters });
		expect(outputs[0].map(({ json }) => json.wolkvox_id)).toEqual(ids);
		expect(crm.log).toHaveLength(3);
	});
});
