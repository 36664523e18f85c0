import type { IDataObject } from 'n8n-workflow';

import { FIND_CONTACTS, FIND_CONTACTS_BY_DATE, SEARCHES } from '../support/operations.mts';
import { found } from '../support/server.mts';
import { sendItem } from './product.mts';

/** Records with the IDs r1, r2 … */
const records = (count: number) =>
	Array.from({ length: count }, (_, index) => ({ wolkvox_id: `r${index + 1}` }));

const inTens = (all: IDataObject[]) => [all.slice(0, 10), all.slice(10, 20), all.slice(20)];

/** Responses with these pages, each of which announces so many records. */
const announcing = (pages: IDataObject[][], count = pages.flat().length) =>
	pages.map((page) => ({ body: { ...found(...page), msg: '', 'Total records': count } }));

const NOTHING_MORE = { body: { ...found(), msg: 'There are no values in the specified page' } };

const INCOMPLETE = 'Wolkvox found 23 records, but sent only 10 of them';

const search = async (responses: Array<{ body: unknown }>, changed: IDataObject = {}) =>
	await sendItem(FIND_CONTACTS, { returnAll: true, ...changed }, responses);

describe.each([...SEARCHES, FIND_CONTACTS_BY_DATE])('$name', (operation) => {
	it('asks for the next pages until all announced records are there', async () => {
		const pages = announcing(inTens(records(23)));
		const { queries, output } = await sendItem(operation, { returnAll: true }, pages);
		expect(queries).toHaveLength(3);
		const [first, ...others] = queries;
		expect(first).not.toHaveProperty('page');
		expect(others).toEqual([2, 3].map((page) => ({ ...first, page })));
		expect(output).toEqual(records(23));
	});
});

describe('a search', () => {
	it.each([
		[5, 1],
		[10, 1],
		[11, 2],
		[20, 2],
		[21, 3],
		[50, 3],
	])('with the limit %d makes %d requests for 23 records', async (limit, calls) => {
		const pages = announcing(inTens(records(23)));
		const { queries, output } = await search(pages, { returnAll: false, limit });
		expect(queries).toHaveLength(calls);
		expect(output).toEqual(records(Math.min(limit, 23)));
	});

	it.each([
		['is ignored', announcing([records(10), records(10)], 23)],
		['does not exist', [...announcing([records(10)], 23), NOTHING_MORE]],
	])('fails if the next page %s, unless the user accepts that', async (_, pages) => {
		const { queries, error } = await search(pages);
		expect(queries).toHaveLength(2);
		expect(error).toMatchObject({
			message: INCOMPLETE,
			description: expect.stringMatching(/'Limit'.*'Incomplete Results'.*'Return'/),
		});
		const accepted = await search(pages, { options: { incompleteResults: 'return' } });
		expect(accepted.queries).toHaveLength(2);
		expect(accepted.output).toEqual(records(10));
	});

	it.each([1, 2, '2'])('asks only for the page in Additional Body Fields: %j', async (page) => {
		const pages = announcing([records(10)], 23);
		const { queries, output } = await search(pages, { options: { bodyFields: { page } } });
		expect(queries.map((query) => query.page)).toEqual([page]);
		expect(output).toHaveLength(10);
	});

	it.each([
		[{ code: '200', msg: 'Succesfully', data: records(10) }],
		[{ code: '200', msg: 'Page 1 of 23 records', data: records(10) }],
		[{ code: '200', msg: '', data: records(10), page: 1, pages: 3 }],
		[records(10)],
	])('is one request if nothing is announced: %j', async (body) => {
		const { queries, output } = await search([{ body }]);
		expect(queries).toHaveLength(1);
		expect(output).toEqual(records(10));
	});

	it.each([
		[{ 'Total records': 12 }],
		[{ 'Total records': '12' }],
		[{ 'Total records': '1,012' }],
		[{ msg: '1.012 records were are found' }],
		[{ totalRecords: 12 }],
		[{ total_registros: 12 }],
		[{ msg: '12 records were are found' }],
		[{ msg: '12 registros encontrados' }],
		[{ msg: '12 records found', 'Total records': 10 }],
		[{ msg: '10 records found', 'Total records': 12 }],
	])('reads how many records there are in %j', async (announcement) => {
		const all = records(/1.012/.test(JSON.stringify(announcement)) ? 1012 : 12);
		const pages = [all.slice(0, 10), all.slice(10)].map((data) => ({
			body: { code: '200', msg: 'ok', ...announcement, data },
		}));
		const { queries, output } = await search(pages);
		expect(queries).toHaveLength(2);
		expect(output).toEqual(all);
	});

	it('goes on if a later page announces more', async () => {
		const [first, ...others] = announcing(
			[[1, 2], [3, 4], [5]].map((page) => page.map((n) => ({ n }))),
		);
		const fewer = { body: { ...first.body, 'Total records': 4 } };
		const { output } = await search([fewer, ...others]);
		expect(output).toHaveLength(5);
	});

	it('ends as incomplete if every page announces more', async () => {
		const pages = records(50).map((record, index) => ({
			body: { code: 200, data: [record], 'Total records': index + 2 },
		}));
		const { queries, error } = await search(pages);
		expect(error!.message).toBe('Wolkvox found 13 records, but sent only 12 of them');
		expect(queries).toHaveLength(12);
	});

	it('outputs a record once that two pages hold, or one page twice, and goes on', async () => {
		const all = records(23);
		const pages = [all.slice(0, 10), [...all.slice(8, 18), all[17]], all.slice(18)];
		const { queries, output } = await search(announcing(pages, 23));
		expect(queries).toHaveLength(3);
		expect(output).toEqual(all);
	});

	it('tells records without an ID apart by what they hold', async () => {
		const all = Array.from({ length: 4 }, (_, n) => ({ name: 'Ana', phone: { value: n } }));
		const { output } = await search(
			announcing([all.slice(0, 2), all.slice(1, 3), all.slice(3)], 4),
		);
		expect(output).toEqual(all);
	});

	it('outputs a page as it came that holds more than was announced', async () => {
		const { output } = await search(announcing([records(12)], 10));
		expect(output).toEqual(records(12));
	});

	it('did not find nothing if its first page is empty though records are announced', async () => {
		const { error } = await search([...announcing([[]], 5), NOTHING_MORE]);
		expect(error!.message).toBe('Wolkvox found 5 records, but sent only 0 of them');
	});
});
