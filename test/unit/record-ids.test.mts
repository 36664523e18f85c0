import type { IDataObject } from 'n8n-workflow';

import {
	CLOSE_CASE,
	DELETE_CONTACT,
	DELETE_RECORD,
	GET_CASE,
	locator,
	UPDATE_CASE,
	UPDATE_CONTACT,
	UPDATE_RECORD,
} from '../support/operations.mts';
import { found } from '../support/server.mts';
import { expectRefusal, parametersOf, recordOf, sendItem } from './product.mts';
import { spoil, UNSEEN } from './unseenCharacters.mts';

const ID = '647f6ff1660dff48d803ffe6';
const OTHER = '5f3b2c1d4e5f6a7b8c9d0e1f';

const NAMING_A_CASE = [UPDATE_CASE, CLOSE_CASE];

describe.each([
	...NAMING_A_CASE.map((operation) => ({ operation, parameter: 'caseId', label: 'Case' })),
	...[UPDATE_CONTACT, DELETE_CONTACT].map((operation) => ({
		operation,
		parameter: 'contactId',
		label: 'Contact',
	})),
	...[UPDATE_RECORD, DELETE_RECORD].map((operation) => ({
		operation,
		parameter: 'recordId',
		label: 'Record',
	})),
])('$label of $operation.name', ({ operation, parameter, label }) => {
	/** A value as it may be entered: by ID, by URL or as an expression. */
	const ways = (value: string): IDataObject[] =>
		[locator('id', value), locator('url', value), value].map((given) => ({ [parameter]: given }));

	const idsIn = (value: string) => ways(value).map((given) => recordOf(operation, given).id);

	async function refuse(value: string, message: string) {
		const all = ways(value).map(async (given) => await expectRefusal(operation, given, message));
		const advice = new Set(await Promise.all(all));
		expect(advice.size).toBe(1);
		return [...advice][0];
	}

	it.each([
		[` ${ID}\n`, ID],
		['CASO#12', 'CASO#12'],
		['1'.repeat(24), '1'.repeat(24)],
		[`https://crm.wolkvox.com/cases/view/${ID}`, ID],
		[`https://crm.wolkvox.com/#/module/64cbaaaaaaaaaaaaaaaaaaaa/case/${ID}/`, ID],
		[`crm.wolkvox.com/case?id=${ID}&tab=1`, ID],
		[`https://c.test/case/${ID}?owner=${OTHER}`, ID],
		[`https://c.test/#/case/${ID}?owner=${OTHER}`, ID],
		[`https://c.test/case?id=${ID}`, ID],
		[`https://c.test/case?id=${ID}&again=${ID}`, ID],
		[`c.test/crm/case/${ID}`, ID],
		[`https://c.test/%23%2Fcase%2F${ID}%3Ftab=1`, ID],
		[`https://c.test/case/${ID.toUpperCase()}`, ID.toUpperCase()],
		[`https://c.test/case/${ID} https://c.test/case/${ID}`, ID],
	])('is the ID in %j', (value, expected) => {
		expect(idsIn(value)).toEqual([expected, expected, expected]);
	});

	it.each(UNSEEN)('is the ID without the unseen character $code', ({ character }) => {
		expect(idsIn(spoil(ID, character))).toEqual([ID, ID, ID]);
	});

	it.each([`${ID}, ${OTHER}`, `${ID}\n${OTHER}`, `${ID};${OTHER}`, '*'])(
		'is refused if it is more than one ID: %j',
		async (value) => {
			const advice = await refuse(value, `'${label}' must be one Wolkvox ID`);
			expect(advice).toContain('use one item for each');
		},
	);

	it('is empty if it is only an unseen character', async () => {
		await refuse('\u200b', `'${label}' is empty`);
	});

	it.each(['https://crm.wolkvox.com/case/A17', 'https://c.test/cases/list', 'c.test/?id=64cb'])(
		'is refused if it is a URL without an ID: %s',
		async (url) => {
			const message = `The URL in '${label}' contains no ${label.toLowerCase()} ID`;
			expect(await refuse(url, message)).toContain('enter only the Wolkvox ID');
		},
	);

	it.each([
		`https://c.test/case?id=${ID}&owner=${OTHER}`,
		`https://c.test/case?id=${ID}%26owner%3D${OTHER}`,
		`https://c.test/case/${ID} https://c.test/case/${OTHER}`,
		`https://c.test/case/${ID}\nhttps://c.test/case/${OTHER}`,
	])('is refused if it is a URL with several IDs: %s', async (url) => {
		const advice = await refuse(url, `The URL in '${label}' contains several IDs`);
		expect(advice).toContain('Choose By ID');
	});
});

describe.each([GET_CASE, ...NAMING_A_CASE])('Case of $name', (operation) => {
	it.each([
		['ABC-17', 'ABC-17'],
		['CASO-1002', ' CASO-1002\u200b'],
		['Ñ-1', 'Ñ-1'],
		['12345', '12345'],
		['12345', '={{ 12345 }}'],
	])('is refused if it looks like the number %s', async (number, value) => {
		for (const caseId of [locator('id', value), locator('url', value), value]) {
			const message = `'Case' is "${number}", which looks like a case number and not like a Wolkvox ID`;
			expect(await expectRefusal(operation, { caseId }, message)).toContain('choose By Number');
		}
	});
});

it.each(UNSEEN)('a case number loses the unseen character $code', async ({ character }) => {
	const caseId = locator('number', spoil('CASO-1002', character));
	expect(recordOf(UPDATE_CASE, { caseId })).toMatchObject({ key: 'number caso-1002' });
	expect(await parametersOf(GET_CASE, { caseId })).toMatchObject({ text: 'CASO-1002' });
});

it('a case number keeps what can be seen', async () => {
	const caseId = locator('number', ' CASO#12 ñ 🙂 ');
	expect(await parametersOf(GET_CASE, { caseId })).toMatchObject({ text: 'CASO#12 ñ 🙂' });
});

it('a case number is empty if it is only an unseen character', async () => {
	const caseId = locator('number', '\u200b');
	await expectRefusal(UPDATE_CASE, { caseId }, "'Case' is empty");
});

describe('Case: Get', () => {
	const get = async (records: IDataObject[], id = ID) => {
		const caseId = locator('id', id);
		const { output, error } = await sendItem(GET_CASE, { caseId }, [{ body: found(...records) }]);
		if (error) throw error;
		return output;
	};

	it.each([
		['wolkvox_id', { wolkvox_id: ID }],
		['wolkvox-id', { 'wolkvox-id': ID }],
		['_id', { _id: ID }],
		['_id as an object', { _id: { $oid: ID } }],
		['wolkvox_id in capitals', { wolkvox_id: ID.toUpperCase() }],
		['wolkvox_id, beside another _id', { wolkvox_id: ID, _id: { $oid: 'x' } }],
		['_id, beside an empty wolkvox_id', { wolkvox_id: '', _id: ID }],
	])('outputs the case, as it came, if its ID is in %s', async (_, record) => {
		expect(await get([record])).toEqual([record]);
	});

	it('accepts an ID in capitals', async () => {
		expect(await get([{ wolkvox_id: ID }], ID.toUpperCase())).toEqual([{ wolkvox_id: ID }]);
	});

	it.each([
		['wolkvox_id', { wolkvox_id: OTHER }],
		['wolkvox-id', { 'wolkvox-id': OTHER }],
		['_id', { _id: OTHER }],
		['_id as an object', { _id: { $oid: OTHER } }],
		['wolkvox_id, beside the right _id', { wolkvox_id: OTHER, _id: ID }],
		['wolkvox_id that only begins like it', { wolkvox_id: `${ID}0` }],
		['wolkvox_id that is a part of it', { wolkvox_id: ID.slice(0, 23) }],
		['no field', { idPrefijo: ID }],
		['a list inside it', { records: [{ wolkvox_id: ID }] }],
	])('never outputs a case with another ID in %s', async (_, record) => {
		await expect(get([record])).rejects.toThrow(`Wolkvox returned a case other than "${ID}"`);
	});

	it.each([
		[{ records: [{ wolkvox_id: ID }, { wolkvox_id: OTHER }] }],
		[{ records: [{ wolkvox_id: ID }] }],
		[{ id: 'OTHER' }],
		[{ id: ID }],
		[{ msg: 'The case does not exist' }],
		[{ warning: 'timeout' }],
		[{ idPrefijo: 12, Status: 'open' }],
		[{ wolkvox_id: '', Status: 'open' }],
	])('never outputs what is not the case: %j, alone, in a list or in data', async (json) => {
		for (const body of [json, [json], { ...found(), data: json }, { ...found(), data: [json] }]) {
			const { output, error } = await sendItem(GET_CASE, { caseId: locator('id', ID) }, [{ body }]);
			expect(output).toBeUndefined();
			expect(error).toBeDefined();
		}
	});

	it.each([OTHER, ID])('outputs none of several cases, the other one being %s', async (other) => {
		await expect(get([{ wolkvox_id: ID }, { wolkvox_id: other }])).rejects.toThrow(
			`Wolkvox found 2 cases for the ID "${ID}"`,
		);
	});

	it('fails without a case', async () => {
		await expect(get([])).rejects.toThrow(`Wolkvox found no case with the ID "${ID}"`);
	});
});
