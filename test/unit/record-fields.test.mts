import type { IDataObject } from 'n8n-workflow';

import {
	CREATE_CONTACT,
	CREATE_RECORD,
	UPDATE_CONTACT,
	UPDATE_RECORD,
	type Operation,
} from '../support/operations.mts';
import { expectRefusal, sendItem } from './product.mts';

/** The body of the one request that an operation sends. */
async function bodyOf(operation: Operation, changed: IDataObject) {
	const { changes, error } = await sendItem(operation, changed, []);
	if (error) throw error;
	expect(changes).toHaveLength(1);
	return changes[0].body as IDataObject;
}

const rows = (fields: IDataObject) => ({
	fields: { field: Object.entries(fields).map(([name, value]) => ({ name, value })) },
});

describe.each([CREATE_RECORD, UPDATE_RECORD])('$name', (operation) => {
	const MORE = { type: 'task', attachments: ['a', { b: 1 }], done: false, none: null };

	it.each([JSON.stringify(MORE), `={{ (${JSON.stringify(MORE)}) }}`])(
		'sends Additional Body Fields beside the fields, with their types: %s',
		async (bodyFields) => {
			const usual = await bodyOf(operation, {});
			const body = await bodyOf(operation, { options: { bodyFields } });
			expect(body).toEqual({ ...usual, ...MORE });
		},
	);

	it.each(['', '{}', '={{ undefined }}'])(
		'adds nothing for Additional Body Fields that are %j',
		async (bodyFields) => {
			const body = await bodyOf(operation, { options: { bodyFields } });
			expect(body).toEqual(await bodyOf(operation, {}));
		},
	);

	it.each([
		'operation',
		'module',
		'fields',
		...(operation === UPDATE_RECORD ? ['wolkvox-id'] : []),
	])('refuses "%s" in Additional Body Fields, which it sends itself', async (name) => {
		const message = `'Additional Body Fields (JSON)' contains "${name}", which the node itself sends`;
		await expectRefusal(operation, { options: { bodyFields: { [name]: 'x' } } }, message);
	});

	it('sends Fields (JSON) as they are, beside Fields, which win', async () => {
		const fields = {
			Address: { type: 'address', value: '145a Street #12-60' },
			Amount: 12.5,
			Paid: true,
			Table: [{ a: 1 }, {}],
			Empty: '',
			Nothing: null,
		};
		for (const fieldsJson of [JSON.stringify(fields), `={{ (${JSON.stringify(fields)}) }}`]) {
			const alone = await bodyOf(operation, { fields: {}, options: { fieldsJson } });
			expect(alone.fields).toEqual(fields);
			const beside = await bodyOf(operation, { ...rows({ Paid: 'no' }), options: { fieldsJson } });
			expect(beside.fields).toEqual({ ...fields, Paid: 'no' });
		}
	});

	it('takes {} in Fields (JSON) for no fields', async () => {
		const options = { fieldsJson: '{}' };
		const { fields } = await bodyOf(operation, { ...rows({ Name: 'Ana' }), options });
		expect(fields).toEqual({ Name: 'Ana' });
		await expectRefusal(operation, { fields: {}, options }, "'Fields' is empty");
	});

	it('does not read Fields (JSON) on top, where they are no parameter', async () => {
		const { fields } = await bodyOf(operation, { fieldsJson: '{"Name": "top"}' });
		expect(fields).not.toHaveProperty('Name');
	});
});

describe.each([CREATE_CONTACT, UPDATE_CONTACT])('$name', (operation) => {
	const PHONE = { value: '3001234567', country: 'CO', code: '+57' };
	const custom = { field: [{ name: 'Etapa ', value: 'lead' }] };

	it.each<[contactFields: IDataObject, fields: IDataObject]>([
		[
			{
				name: 'Ana Ruiz',
				email: 'ana@example.com',
				phone: '+57 300',
				identification: '={{ 1032456789 }}',
			},
			{
				namecontact: 'Ana Ruiz',
				emailcontact: 'ana@example.com',
				telephonecontact: '+57 300',
				idcontact: '1032456789',
			},
		],
		[
			{
				name: 'Ana',
				customFields: custom,
				customFieldsJson: '{"Edad": 40, "namecontact": "Luis"}',
			},
			{ namecontact: 'Ana', 'Etapa ': 'lead', Edad: 40 },
		],
		[{ phone: `={{ (${JSON.stringify(PHONE)}) }}` }, { telephonecontact: PHONE }],
		[{ name: 'Ana', email: ' ', phone: '={{ null }}', identification: '' }, { namecontact: 'Ana' }],
	])('sends the Contact Fields %j as %j', async (contactFields, fields) => {
		const body = await bodyOf(operation, { contactFields });
		expect(body).toMatchObject({ module: 'contacts' });
		expect(body.fields).toEqual(fields);
	});

	it.each(['name', 'email', 'identification'])(
		'refuses an object, which only a phone number can be, as the %s',
		async (field) => {
			const contactFields = { [field]: '={{ ({ value: 1 }) }}' };
			await expectRefusal(operation, { contactFields }, / must be text, but is an object$/);
		},
	);

	it('refuses Contact Fields without a value', async () => {
		const contactFields = { email: ' ' };
		await expectRefusal(operation, { contactFields }, "'Contact Fields' is empty");
	});
});
