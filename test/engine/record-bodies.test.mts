import type { IDataObject } from 'n8n-workflow';

import {
	CREATE_CONTACT,
	CREATE_RECORD,
	locator,
	UPDATE_CONTACT,
	UPDATE_RECORD,
	type Operation,
} from '../support/operations.mts';
import { useServer } from '../support/server.mts';
import { useStandIn } from '../support/standIn.mts';
import { execute, expectRefusal, numbered, TOKEN } from '../support/wolkvox.mts';

const server = useServer();

/** Sends one item and returns the body that the server received. */
async function send(operation: Operation, settings: Parameters<typeof execute>[2] = {}) {
	server.requests = [];
	const { error } = await execute(server, operation, settings);
	if (error) throw error;
	expect(server.requests).toHaveLength(1);
	return server.requests[0].json;
}

describe.each([CREATE_RECORD, UPDATE_RECORD])('Additional Body Fields of $name', (operation) => {
	const { name } = operation;
	const usual = {
		operation: 'demo',
		module: 'contacts',
		...(name === UPDATE_RECORD.name && { 'wolkvox-id': 'item0' }),
		fields: { namecontact: name === UPDATE_RECORD.name ? 'Ana' : 'item0' },
	};

	it.each<[string, unknown]>([
		['text', '{ "type": "task", "attachments": ["a", { "b": 1 }], "done": false, "none": null }'],
		[
			'an object',
			'={{ ({ type: "task", attachments: ["a", { b: 1 }], done: false, none: null }) }}',
		],
	])('are sent beside the fields, with their types, from %s', async (_, bodyFields) => {
		expect(await send(operation, { options: { bodyFields: bodyFields as string } })).toEqual({
			...usual,
			type: 'task',
			attachments: ['a', { b: 1 }],
			done: false,
			none: null,
		});
	});

	it.each(['', '{}', '={{ undefined }}'])('can be %j, which adds nothing', async (bodyFields) => {
		expect(await send(operation, { options: { bodyFields } })).toEqual(usual);
	});

	it('can be others for each item', async () => {
		await execute(server, operation, {
			items: numbered(2),
			options: { bodyFields: '={{ ({ type: ["task", "call"][$json.n] }) }}' },
		});
		expect(server.requests.map(({ json }) => (json as IDataObject).type)).toEqual(['task', 'call']);
	});

	it.each(Object.keys(usual))('cannot replace "%s", which the node itself sends', async (key) => {
		expectRefusal(
			server,
			await execute(server, operation, { options: { bodyFields: { [key]: TOKEN } } }),
			`'Additional Body Fields (JSON)' contains "${key}", which the node itself sends`,
		);
	});

	it.each<[string, string | RegExp]>([
		['{', /^'Additional Body Fields \(JSON\)' is not valid JSON: /],
		['[]', "'Additional Body Fields (JSON)' is not a JSON object"],
		['{"a": 1, "a": 2}', `'Additional Body Fields (JSON)' contains "a" twice`],
		[
			'={{ ({ a: NaN }) }}',
			`'Additional Body Fields (JSON)': "a" is not a valid number, date or text`,
		],
	])('are refused before sending if they are %s', async (bodyFields, message) => {
		expectRefusal(server, await execute(server, operation, { options: { bodyFields } }), message);
	});
});

describe.each([CREATE_RECORD, UPDATE_RECORD])(
	'Fields (JSON) among the options of $name',
	(operation) => {
		const fieldsOf = async (fields: IDataObject, fieldsJson: unknown) =>
			(
				(await send(operation, {
					parameters: { fields },
					options: { fieldsJson } as IDataObject,
				})) as IDataObject
			).fields;

		it('are sent as they are, with their types and with empty values', async () => {
			const fields = {
				Address: { type: 'address', value: '145a Street #12-60' },
				Amount: 12.5,
				Paid: true,
				Table: [{ a: 1 }, {}],
				Empty: '',
				Nothing: null,
			};
			expect(await fieldsOf({}, JSON.stringify(fields))).toEqual(fields);
			expect(await fieldsOf({}, `={{ (${JSON.stringify(fields)}) }}`)).toEqual(fields);
		});

		it('are sent beside Fields, which win', async () => {
			const rows = { field: [{ name: 'Name', value: 'Ana' }] };
			expect(await fieldsOf(rows, '{"Name": "Luis", "Age": 7}')).toEqual({ Name: 'Ana', Age: 7 });
		});

		it('can be {}, which adds nothing, and is not enough alone', async () => {
			const rows = { field: [{ name: 'Name', value: 'Ana' }] };
			expect(await fieldsOf(rows, '{}')).toEqual({ Name: 'Ana' });
			server.requests.length = 0;
			expectRefusal(
				server,
				await execute(server, operation, {
					parameters: { fields: {} },
					options: { fieldsJson: '{}' },
				}),
				"'Fields' is empty",
			);
		});

		it.each<[string, string | RegExp]>([
			['{', /^'Fields \(JSON\)' is not valid JSON: /],
			['[]', "'Fields (JSON)' is not a JSON object"],
			['{"a": 1, "a": 2}', `'Fields (JSON)' contains "a" twice`],
		])('are refused before sending if they are %s', async (fieldsJson, message) => {
			expectRefusal(server, await execute(server, operation, { options: { fieldsJson } }), message);
		});

		it('have no effect on top, where they are no parameter', async () => {
			const body = await send(operation, { parameters: { fieldsJson: '{"Name": "top"}' } });
			expect((body as IDataObject).fields).not.toHaveProperty('Name');
		});
	},
);

describe.each([CREATE_CONTACT, UPDATE_CONTACT])('Contact Fields of $name', (operation) => {
	const { name } = operation;
	const fieldsOf = async (contactFields: IDataObject) =>
		((await send(operation, { parameters: { contactFields } })) as IDataObject).fields;

	it('are sent under the names of Wolkvox, in its module of contacts', async () => {
		const body = await send(operation, {
			parameters: {
				contactFields: {
					name: 'Ana Ruiz',
					email: 'ana@example.com',
					phone: '+57 300 123 4567',
					identification: '={{ 1032456789 }}',
				},
			},
		});
		expect(body).toEqual({
			operation: 'demo',
			module: 'contacts',
			...(name === UPDATE_CONTACT.name && { 'wolkvox-id': 'item0' }),
			fields: {
				namecontact: 'Ana Ruiz',
				emailcontact: 'ana@example.com',
				telephonecontact: '+57 300 123 4567',
				idcontact: '1032456789',
			},
		});
	});

	it('have custom fields beside them, and win over those of the same name', async () => {
		expect(
			await fieldsOf({
				name: 'Ana',
				customFields: { field: [{ name: 'Etapa ', value: 'lead' }] },
				customFieldsJson: '{"Edad": 40, "namecontact": "Luis"}',
			}),
		).toEqual({ namecontact: 'Ana', 'Etapa ': 'lead', Edad: 40 });
	});

	it('can have a phone number that is an object, and no other object', async () => {
		const phone = { value: '3001234567', country: 'CO', code: '+57' };
		expect(await fieldsOf({ phone: `={{ (${JSON.stringify(phone)}) }}` })).toEqual({
			telephonecontact: phone,
		});
		server.requests.length = 0;
		for (const [field, label] of [
			['name', 'Name'],
			['email', 'Email'],
			['identification', 'Identification'],
		]) {
			expectRefusal(
				server,
				await execute(server, operation, {
					parameters: { contactFields: { [field]: '={{ ({ value: 1 }) }}' } },
				}),
				new RegExp(`^'${label}' must be text, but is an object`),
			);
		}
	});

	it('are not sent if they are empty, and one must not be', async () => {
		expect(
			await fieldsOf({ name: 'Ana', email: ' ', phone: '={{ null }}', identification: '' }),
		).toEqual({ namecontact: 'Ana' });
		server.requests.length = 0;
		expectRefusal(
			server,
			await execute(server, operation, { parameters: { contactFields: { email: ' ' } } }),
			"'Contact Fields' is empty",
		);
	});
});

describe('At the stand-in,', () => {
	const crm = useStandIn();

	it('an activity needs a type, which Additional Body Fields give', async () => {
		const parameters = {
			module: locator('name', 'wolkvox_activities'),
			fields: { field: [{ name: 'Subject', value: 'Call back' }] },
		};
		const without = await execute(crm, CREATE_RECORD, { parameters });
		expect(without.error!.message).toBe('The parameter type is required');
		const { outputs } = await execute(crm, CREATE_RECORD, {
			parameters,
			options: { bodyFields: '{ "type": "task" }' },
		});
		expect(outputs[0]).toHaveLength(1);
		expect(crm.records.at(-1)).toMatchObject({
			module: 'wolkvox_activities',
			fields: { Subject: 'Call back' },
		});
	});
});
