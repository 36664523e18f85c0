import type { IDataObject } from 'n8n-workflow';

import { locator, UPSERT_CONTACT, UPSERT_RECORD, UPSERTS } from '../support/operations.mts';
import { found } from '../support/server.mts';
import { expectRefusal, parametersOf, recordOf, sendItem } from './product.mts';

const ID = '647f6ff1660dff48d803ffe6';
const OTHER_ID = '64cb1f0a9d3e5c27b8a41d02';

/** For each operation, the field to match, and parameters that give it a value. */
const MATCHING = {
	[UPSERT_CONTACT.name]: {
		noun: 'contact',
		field: 'emailcontact',
		place: `'Match By' is 'Email'`,
		withValue: (email: unknown): IDataObject => ({ contactFields: { email, name: 'Ana' } }),
	},
	[UPSERT_RECORD.name]: {
		noun: 'record',
		field: 'Name',
		place: `'Field to Match' is "Name"`,
		withValue: (value: unknown): IDataObject => ({
			fields: {
				field: [
					{ name: 'Name', value },
					{ name: 'Notes', value: 'x' },
				],
			},
		}),
	},
};

describe.each(UPSERTS)('$name', (operation) => {
	const { noun, field, place, withValue } = MATCHING[operation.name];
	const send = async (value: unknown, records: IDataObject[], earlier?: IDataObject[]) =>
		await sendItem(operation, withValue(value), [{ body: found(...records) }], earlier);

	it.each<[value: unknown, records: IDataObject[]]>([
		['item0', [{ wolkvox_id: ID, [field]: 'item0' }]],
		['item0', [{ wolkvox_id: ID, [field]: ' ITEM0\n' }]],
		['item0', [{ wolkvox_id: ID, [field]: { value: 'item0', type: 'x' } }]],
		['item0', [{ _id: { $oid: ID }, [field]: 'item0' }]],
		['12', [{ wolkvox_id: ID, [field]: 12 }]],
		['={{ 12 }}', [{ wolkvox_id: ID, [field]: '12' }]],
		[
			'x',
			['xy', 'x', 'ax'].map((value) => ({
				wolkvox_id: value === 'x' ? ID : value,
				[field]: value,
			})),
		],
	])('updates the one record that has exactly the value %j: %j', async (value, records) => {
		const { changes, output } = await send(value, records);
		expect(changes).toMatchObject([
			{ url: expect.stringContaining('/update.php'), recordId: ID, body: { 'wolkvox-id': ID } },
		]);
		expect(output).toMatchObject([{ data: { wolkvox_id: ID }, created: false }]);
	});

	it('creates a record if none is found', async () => {
		const { changes, output } = await send('item0', []);
		expect(changes).toMatchObject([{ url: expect.stringContaining('/insert.php') }]);
		expect(JSON.stringify(changes[0].body)).not.toContain('wolkvox-id');
		expect(output).toMatchObject([{ created: true }]);
	});

	it.each<[records: IDataObject[], message: string]>([
		[
			[
				{ wolkvox_id: ID, [field]: 'item0' },
				{ wolkvox_id: OTHER_ID, [field]: 'Item0 ' },
			],
			`Wolkvox found 2 ${noun}s with "item0" in the field "${field}"`,
		],
		...[
			{ wolkvox_id: ID, [field]: 'item01' },
			{ wolkvox_id: ID, other: 'item0' },
			{ wolkvox_id: ID, [field]: ['item0'] },
		].map((record): [IDataObject[], string] => [
			[record],
			`Wolkvox found other ${noun}s, but none with "item0" in the field "${field}"`,
		]),
		...[undefined, 2 ** 60, true, [ID, OTHER_ID]].map((wolkvox_id): [IDataObject[], string] => [
			[{ wolkvox_id, [field]: 'item0' }],
			`Wolkvox returned the ${noun} with "item0" in the field "${field}" without its ID`,
		]),
	])('changes nothing if the search finds %j', async (records, message) => {
		const { changes, error } = await send('item0', records);
		expect(error).toMatchObject({
			message,
			description: expect.stringMatching(/^Nothing was created or updated\. .*Get Many/),
		});
		expect(changes).toEqual([]);
	});

	it('takes a number that JavaScript has rounded for no match', async () => {
		const value = String(2 ** 53);
		const { changes, error } = await send(value, [{ wolkvox_id: ID, [field]: 2 ** 53 }]);
		expect(error!.message).toContain(`none with "${value}"`);
		expect(changes).toEqual([]);
	});

	it('changes nothing if the search announces more records than it returns', async () => {
		for (const records of [[], [{ wolkvox_id: ID, [field]: 'item0' }]]) {
			const page = { body: { ...found(...records), msg: '', 'Total records': records.length + 1 } };
			const { changes, error } = await sendItem(operation, withValue('item0'), [page, page]);
			expect(error!.message).toMatch(/^(Wolkvox found \d records, but sent only|The response)/);
			expect(changes).toEqual([]);
		}
	});

	it('finds the second record with the value on a later page', async () => {
		const pages = [ID, OTHER_ID].map((wolkvox_id) => ({
			body: { ...found({ wolkvox_id, [field]: 'item0' }), 'Total records': 2 },
		}));
		const { queries, changes, error } = await sendItem(operation, withValue('item0'), pages);
		expect(error!.message).toMatch(`Wolkvox found 2 ${noun}s with "item0"`);
		expect(queries.map(({ page }) => page)).toEqual([undefined, 2]);
		expect(changes).toEqual([]);
	});

	it('updates what an earlier item has created if no search finds it yet', async () => {
		const { changes } = await send('item0', [], [{ data: { wolkvox_id: ID } }]);
		expect(changes).toMatchObject([{ recordId: ID, body: { 'wolkvox-id': ID } }]);
	});

	it('changes nothing if Wolkvox has not told the ID of what an earlier item has created', async () => {
		const { changes, error } = await send('item0', [], [{ data: { wolkvox_id: '' } }]);
		expect(error!.message).toBe(
			`Wolkvox does not find the ${noun} that an earlier item has created`,
		);
		expect(changes).toEqual([]);
	});

	it('sends the value without white space around it, to the search and to the CRM', async () => {
		const { queries, changes } = await send(' \tana@example.com\n', []);
		expect(queries).toMatchObject([{ field, value: 'ana@example.com' }]);
		expect(changes).toMatchObject([{ body: { fields: { [field]: 'ana@example.com' } } }]);
	});

	it.each(['', '  ', '={{ "" }}', '={{ undefined }}', '={{ null }}'])(
		'refuses %j as the value',
		async (value) => {
			const message = `${place}, but this field has no value`;
			expect(await expectRefusal(operation, withValue(value), message)).toContain(
				`the ${noun} is recognized by it`,
			);
		},
	);

	it('takes items for those of one record if only capitals and white space differ', () => {
		const keys = ['ana@x.co', ' ANA@x.co\n', 'ana@x.com'].map(
			(value) => recordOf(operation, withValue(value)).key,
		);
		expect(keys[1]).toBe(keys[0]);
		expect(keys[2]).not.toBe(keys[0]);
		expect(keys.join()).not.toContain('ana');
	});
});

describe(UPSERT_CONTACT.name, () => {
	const ALL = { email: 'a', phone: 'b', identification: 'c' };
	const PHONE = { value: '300', country: 'CO', code: '+57' };
	const AS_OBJECT = `={{ (${JSON.stringify(PHONE)}) }}`;
	const byPhone = (phone: string) => ({
		matchBy: 'telephonecontact',
		contactFields: { phone } as IDataObject,
	});

	it.each<[matchBy: string, contactFields: IDataObject, value: string]>([
		['emailcontact', ALL, 'a'],
		['telephonecontact', ALL, 'b'],
		['idcontact', ALL, 'c'],
		['idcontact', { identification: '={{ 1032456789 }}' }, '1032456789'],
		['emailcontact', { customFields: { field: [{ name: 'emailcontact', value: 'd' }] } }, 'd'],
	])('matches by %s: %j', async (matchBy, contactFields, value) => {
		const none = [{ body: found() }];
		const { queries } = await sendItem(UPSERT_CONTACT, { matchBy, contactFields }, none);
		expect(queries).toMatchObject([{ module: 'contacts', field: matchBy, value }]);
	});

	it.each([[PHONE], ['300'], [{ value: 300 }]])(
		'sends a phone number that is an object, and recognizes the contact by its value: %j',
		async (telephonecontact) => {
			const records = [{ wolkvox_id: ID, telephonecontact }];
			const { queries, changes } = await sendItem(UPSERT_CONTACT, byPhone(AS_OBJECT), [
				{ body: found(...records) },
			]);
			expect(queries).toMatchObject([{ value: '300' }]);
			expect(changes).toMatchObject([{ recordId: ID }]);
			expect(changes[0].body).toHaveProperty('fields', { telephonecontact: PHONE });
		},
	);

	it('takes a phone number as text and as an object for the same', () => {
		const keys = ['300', AS_OBJECT].map((phone) => recordOf(UPSERT_CONTACT, byPhone(phone)).key);
		expect(keys[1]).toBe(keys[0]);
	});

	it('is refused if the field to match was not added, or is a phone number without its value', async () => {
		const message = (field: string) => `'Match By' is '${field}', but this field has no value`;
		const onlyName = { contactFields: { name: 'Ana' } };
		await expectRefusal(UPSERT_CONTACT, onlyName, message('Email'));
		const withoutValue = byPhone('={{ ({ country: "CO" }) }}');
		await expectRefusal(UPSERT_CONTACT, withoutValue, "'Contact Fields' is empty");
		await expectRefusal(UPSERT_CONTACT, { contactFields: {} }, "'Contact Fields' is empty");
	});
});

describe(UPSERT_RECORD.name, () => {
	it('sends Additional Body Fields with the change, and not with the search', async () => {
		const options = { bodyFields: '{"type":"task","attachments":["a"]}' };
		for (const records of [[], [{ wolkvox_id: ID, Name: 'item0' }]]) {
			const response = { body: found(...records) };
			const { queries, changes } = await sendItem(UPSERT_RECORD, { options }, [response]);
			expect(queries.map(Object.keys)).toEqual([['module', 'field', 'value']]);
			expect(changes).toMatchObject([{ body: { type: 'task', attachments: ['a'] } }]);
		}
	});

	it.each(['operation', 'module', 'fields', 'wolkvox-id'])(
		'refuses "%s" in Additional Body Fields, which it sends itself',
		async (name) => {
			const message = `'Additional Body Fields (JSON)' contains "${name}", which the node itself sends`;
			await expectRefusal(UPSERT_RECORD, { options: { bodyFields: { [name]: 'x' } } }, message);
		},
	);

	it('can match by a field that is given in Fields (JSON)', async () => {
		const fieldsJson = '{"Document": {"type": "document", "value": "12"}}';
		const changed = { matchField: 'Document', fields: {}, options: { fieldsJson } };
		expect(await parametersOf(UPSERT_RECORD, changed)).toMatchObject({
			match: { field: 'Document', value: '12' },
			body: { fields: { Document: { type: 'document', value: '12' } } },
		});
	});

	it('keeps two modules apart that have the same value', () => {
		const [leads, ventas] = ['leads', 'Ventas'].map(
			(module) => recordOf(UPSERT_RECORD, { module: locator('name', module) }).key,
		);
		expect(leads).not.toBe(ventas);
	});
});
