import type { IDataObject } from 'n8n-workflow';

import {
	FIND_CASES,
	FIND_RECORDS,
	FIND_RECORDS_BY_DATE,
	locator,
	SEARCHES,
} from '../support/operations.mts';
import { found } from '../support/server.mts';
import { expectRefusal, parametersOf, sendItem } from './product.mts';

describe.each(SEARCHES)('$name', (operation) => {
	const limitOf = async (given: IDataObject) =>
		(await parametersOf(operation, { returnAll: false, ...given })).limit;

	it.each([0, -1, 1.5, 'x', '={{ null }}', '={{ "" }}', '={{ 1 / 0 }}', '={{ {} }}', '={{ [] }}'])(
		'refuses a Limit that is no whole number: %j',
		async (limit) => {
			const changed = { returnAll: false, limit };
			await expectRefusal(operation, changed, "'Limit' must be a whole number from 1");
		},
	);

	it.each(['={{ "yes" }}', '={{ "true" }}', '={{ 1 }}', '={{ null }}', '={{ {} }}'])(
		'refuses a Return All that is neither true nor false: %j',
		async (returnAll) => {
			const changed = { returnAll, limit: 5 };
			await expectRefusal(operation, changed, "'Return All' must be true or false");
		},
	);

	it.each([
		[{}, 50],
		[{ limit: 7 }, 7],
		[{ limit: '8' }, 8],
		[{ limit: '={{ 9 }}' }, 9],
		[{ returnAll: '={{ false }}' }, 50],
		[{ returnAll: '={{ true }}', limit: 7 }, Infinity],
	])('with %j returns at most %d', async (given, limit) => {
		expect(await limitOf(given)).toBe(limit);
	});

	it.each([1, 50, 4999, 6000])('cuts 5,000 records at a limit of %d', async (limit) => {
		const data = Array.from({ length: 5000 }, (_, n) => ({ n }));
		const changed = { returnAll: false, limit };
		const { output } = await sendItem(operation, changed, [{ body: found(...data) }]);
		expect(output).toEqual(data.slice(0, limit));
	});

	it('sends Additional Body Fields, with their types', async () => {
		const bodyFields = '{ "page": 2, "limit": "10", "filter": { "a": [true] } }';
		const { body } = await parametersOf(operation, { options: { bodyFields } });
		expect(body).toMatchObject({ page: 2, limit: '10', filter: { a: [true] } });
	});

	it('refuses Additional Body Fields that would replace what the node sends', async () => {
		const { body } = await parametersOf(operation, {});
		for (const name of ['operation', ...Object.keys(body)]) {
			for (const bodyFields of [`{"page": 2, "${name}": "x"}`, `={{ ({ "${name}": null }) }}`]) {
				const message = `'Additional Body Fields (JSON)' contains "${name}", which the node itself sends`;
				expect(await expectRefusal(operation, { options: { bodyFields } }, message)).toMatch(
					/^Remove it/,
				);
			}
		}
	});
});

describe('From and To', () => {
	it.each([
		'2026-02-30',
		'2026-13-01',
		'2026-11-01 24:00',
		'2026-11-01 25:61',
		'2026/11/01',
		'01-11-2026',
		'2026-11-01T08:00',
		'2026-11-01 8:00',
		'2026-11-01 08:00 PM',
		'2026-11-01 08:00:00.000',
		'20261101',
		'yesterday',
		'={{ $now }}',
		'={{ new Date() }}',
		'={{ 20261101 }}',
	])('refuse what is not a date as Wolkvox writes it: %s', async (date) => {
		for (const label of ['From', 'To']) {
			const advice = await expectRefusal(
				FIND_RECORDS_BY_DATE,
				{ [label.toLowerCase()]: date },
				`'${label}' must be a date such as 2026-11-25 08:00`,
			);
			expect(advice).toContain("$now.toFormat('yyyy-MM-dd HH:mm')");
		}
	});

	it.each([
		['2026-11-01', '2026-11-01'],
		['2028-02-29', '2028-02-29'],
		['2026-11-01 08:00', '2026-11-01 08:00'],
		[' 2026-12-31 23:59:59 ', '2026-12-31 23:59:59'],
	])('accept %j, which is sent as it is', async (date, sent) => {
		const { body } = await parametersOf(FIND_RECORDS_BY_DATE, { from: date, to: date });
		expect(body).toMatchObject({ date: true, from: sent, to: sent });
	});

	it.each([
		['2026-11-02', '2026-11-01'],
		['2026-11-01 08:01', '2026-11-01 08:00'],
		['2026-11-01 08:01:00', '2026-11-01 08:00'],
		['2026-11-01 08:00:01', '2026-11-01 08:00:00'],
		['2026-12-01', '2026-11-30 23:59'],
	])('cannot be %s and %s', async (from, to) => {
		await expectRefusal(FIND_RECORDS_BY_DATE, { from, to }, "'From' is after 'To'");
	});

	it.each([
		['2026-11-01', '2026-11-01'],
		['2026-11-01 23:59:59', '2026-11-01'],
		['2026-11-01 08:00:59', '2026-11-01 08:00'],
		['2026-11-01 08:00:00', '2026-11-01 08:00:00'],
		['2025-12-31', '2026-01-01 00:00'],
	])('can be %s and %s', async (from, to) => {
		expect(await parametersOf(FIND_RECORDS_BY_DATE, { from, to })).toMatchObject({
			body: { from, to },
		});
	});

	it('accept what the advice for them says', async () => {
		const from = "={{ $now.toFormat('yyyy-MM-dd HH:mm') }}";
		const { body } = await parametersOf(FIND_RECORDS_BY_DATE, { from, to: '9999-12-31' });
		expect(body.from).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d$/);
	});
});

describe('a value to search', () => {
	const EXACT = "  Ñandú \"12\" \\ 'it's' <b> %20 & 🙂\n0012  ";

	it.each([
		['as typed, spaces included', EXACT, EXACT],
		['a number as text', '={{ 1024 }}', '1024'],
		['zeros in front', '0012', '0012'],
		['half an emoji as a replacement character', '={{ "x\\ud83d" }}', 'x\ufffd'],
		['an email address without the space around it', ' ana@example.com\n', 'ana@example.com'],
		['what is no email address', ' a @ b ', ' a @ b '],
	])('is sent: %s', async (_, value, expected) => {
		const searchBy = locator('name', 'description');
		expect((await parametersOf(FIND_CASES, { searchBy, value })).body).toMatchObject({
			value: expected,
		});
		expect((await parametersOf(FIND_RECORDS, { value })).body).toMatchObject({ value: expected });
	});

	it('is sent without the space around it if it is a case number', async () => {
		const { body } = await parametersOf(FIND_CASES, { value: ' CASO-1002\t' });
		expect(body).toMatchObject({ field: 'idPrefijo', value: 'CASO-1002' });
	});
});

it.each(['incompleteResults', 'ifNothingFound'])('%s can only be what it offers', async (name) => {
	const options = { [name]: '={{ "maybe" }}' };
	await expectRefusal(FIND_CASES, { options }, / must be (fail or return|continue or fail)$/);
});

it.each([
	['"item0" in the field "idPrefijo"', FIND_CASES],
	['"item0" in the field "emailcontact"', FIND_RECORDS],
	['2026-11-01 00:00 to 2026-11-30 23:59', FIND_RECORDS_BY_DATE],
])('a search that must find something names what it looked for: %s', async (words, operation) => {
	const nothing = [{ body: found() }];
	const options = { ifNothingFound: 'fail' };
	expect(await sendItem(operation, {}, nothing)).toMatchObject({ output: [] });
	expect((await sendItem(operation, { options }, nothing)).error).toMatchObject({
		message: `Wolkvox found nothing for ${words}`,
		description: expect.stringContaining("set 'If Nothing Is Found' to 'Continue'"),
	});
});
