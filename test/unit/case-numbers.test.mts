import type { IDataObject } from 'n8n-workflow';

import { CLOSE_CASE, GET_CASE, locator, UPDATE_CASE } from '../support/operations.mts';
import { found } from '../support/server.mts';
import { expectRefusal, sendItem } from './product.mts';

const ID = '647f6ff1660dff48d803ffe6';
const NUMBER = 'CASO-1002';

/** A case as a search returns it, with an ID that is made of its number. */
const caseOf = (idPrefijo: string) => ({
	wolkvox_id: Buffer.from(idPrefijo).toString('hex').padStart(24, '0'),
	idPrefijo,
});

describe.each([UPDATE_CASE, CLOSE_CASE, GET_CASE])('$name by number', (operation) => {
	const send = async (records: IDataObject[], number = NUMBER) => {
		const changed = { caseId: locator('number', number) };
		const sent = await sendItem(operation, changed, [{ body: found(...records) }]);
		const ids =
			operation === GET_CASE
				? sent.output?.map(({ wolkvox_id: id, _id, ...more }) => id ?? _id ?? more['wolkvox-id'])
				: sent.changes.map(({ recordId }) => recordId);
		return { ...sent, ids };
	};

	it.each<[number: string, records: IDataObject[], id: unknown]>([
		[NUMBER, ['CASO-10021', NUMBER, 'CASO-100'].map(caseOf), caseOf(NUMBER).wolkvox_id],
		['\t cASO-1002 ', [{ wolkvox_id: ID, idPrefijo: ' Caso-1002\n' }], ID],
		['={{ 1024 }}', [{ wolkvox_id: ID, Prefix: 1024 }], ID],
		['1024', [{ wolkvox_id: ID, Prefix: 1024 }], ID],
		...[{ 'wolkvox-id': ID }, { _id: ID }, { _id: { $oid: ID } }].map(
			(id): [string, IDataObject[], unknown] => [
				NUMBER,
				[{ idPrefijo: NUMBER, ...id }],
				operation === GET_CASE ? Object.values(id)[0] : ID,
			],
		),
	])('goes to the one case that has exactly the number %j: %j', async (number, records, id) => {
		const { queries, ids } = await send(records, number);
		expect(queries).toHaveLength(1);
		expect(queries[0]).toMatchObject({ field: 'idPrefijo' });
		expect(ids).toEqual([id]);
	});

	it.each<[records: IDataObject[], message: string]>([
		[[], `Wolkvox found no case with the number "${NUMBER}"`],
		[
			[caseOf(NUMBER), { wolkvox_id: ID, idPrefijo: 'caso-1002 ' }],
			`Wolkvox found 2 cases with the number "${NUMBER}"`,
		],
		...[
			caseOf('CASO-10021'),
			{ ...caseOf('CASO-10021'), 'Caso relacionado': NUMBER },
			caseOf('1002'),
			{ ...caseOf('CASO-7'), form: { number: NUMBER }, list: [NUMBER] },
		].map((record): [IDataObject[], string] => [
			[record],
			`Wolkvox found other cases, but none with the number "${NUMBER}"`,
		]),
		...[{}, { wolkvox_id: '1002' }].map((id): [IDataObject[], string] => [
			[{ idPrefijo: NUMBER, ...id }],
			`Wolkvox returned the case "${NUMBER}" without its ID`,
		]),
	])('changes nothing and fails if the search finds %j', async (records, message) => {
		const { output, changes, error } = await send(records);
		expect(error).toMatchObject({
			message,
			description: expect.stringMatching(/Get Many.*'Search By'/),
		});
		expect(output).toBeUndefined();
		expect(changes).toEqual([]);
	});

	it('finds the case on a later page, and a second case with its number, too', async () => {
		const others = Array.from({ length: 10 }, (_, index) => caseOf(`${NUMBER}${index}`));
		const pages = (...data: IDataObject[][]) =>
			data.map((page) => ({ body: { ...found(...page), 'Total records': data.flat().length } }));
		const changed = { caseId: locator('number', NUMBER) };

		const later = await sendItem(operation, changed, pages(others, [caseOf(NUMBER)]));
		expect(later.error).toBeUndefined();
		expect(later.queries.map(({ page }) => page)).toEqual([undefined, 2]);

		const twin = { ...caseOf(NUMBER), wolkvox_id: ID };
		const first = [caseOf(NUMBER), ...others.slice(1)];
		const twice = await sendItem(operation, changed, pages(first, [twin]));
		expect(twice.error!.message).toBe(`Wolkvox found 2 cases with the number "${NUMBER}"`);
		expect(twice.changes).toEqual([]);
	});

	it('changes nothing and fails if Wolkvox announces more cases than it returns', async () => {
		const page = { body: { ...found(caseOf(NUMBER)), 'Total records': 2 } };
		const changed = { caseId: locator('number', NUMBER) };
		const { changes, error } = await sendItem(operation, changed, [page, page]);
		expect(error!.message).toBe('Wolkvox found 2 records, but sent only 1 of them');
		expect(changes).toEqual([]);
	});

	it.each(['  ', '={{ "" }}', '={{ undefined }}', '={{ null }}'])(
		'refuses %j as the number',
		async (number) => {
			await expectRefusal(operation, { caseId: locator('number', number) }, "'Case' is empty");
		},
	);
});
