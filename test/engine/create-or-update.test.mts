import type { IDataObject } from 'n8n-workflow';

import {
	locator,
	UPSERT_CONTACT,
	UPSERT_RECORD,
	UPSERTS,
	type Operation,
} from '../support/operations.mts';
import {
	companyOf,
	found,
	LOST,
	REFUSED,
	useServer,
	waitForLateRequests,
	type ReceivedRequest,
	type ScriptedResponse,
} from '../support/server.mts';
import { useStandIn } from '../support/standIn.mts';
import {
	CONTINUE,
	credentialFor,
	execute,
	expectRefusal,
	failingExpression,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	TOOL,
} from '../support/wolkvox.mts';

// Some failures are repeated after a second.
jest.setTimeout(20_000);

const server = useServer();

const ID = '647f6ff1660dff48d803ffe6';
const OTHER_ID = '64cb1f0a9d3e5c27b8a41d02';

/** The parameters of an item, and the field by which its record is recognized. */
const FIELD: Record<string, string> = {
	[UPSERT_CONTACT.name]: 'emailcontact',
	[UPSERT_RECORD.name]: 'Name',
};

/** The parameters that give the field to match this value, beside another field with the number of the item. */
function withValue({ name }: Operation, value: unknown): IDataObject {
	return name === UPSERT_CONTACT.name
		? { contactFields: { email: value, identification: '={{ $json.n }}' } }
		: {
				fields: {
					field: [
						{ name: 'Name', value },
						{ name: 'Notes', value: '={{ $json.n }}' },
					],
				},
			};
}

type Sent = { module: string; field?: string; value?: string; fields?: IDataObject; page?: number };

const bodyOf = ({ json }: ReceivedRequest) => json as Sent;
const pathOf = ({ url }: ReceivedRequest) =>
	url.replace(/^\/server\/API\/v2\/custom\/|\.php$/g, '');
const paths = () => server.requests.map(pathOf);
const changes = () => server.requests.filter((request) => pathOf(request) !== 'query');
const itemOf = (request: ReceivedRequest) =>
	Number(bodyOf(request).fields!.idcontact ?? bodyOf(request).fields!.Notes);

const inserted = (wolkvox_id: string) => ({
	code: 200,
	error: 'null',
	msg: 'Succesfully insert record',
	data: { wolkvox_id },
});

/** Responds to a query with these records, and to a change with success, unless a test says otherwise. */
function respond({
	records = [],
	query = () => ({ body: found(...records) }),
	insert = () => ({ body: inserted(ID) }),
	update = () => ({}),
}: {
	records?: unknown[];
	query?: (request: ReceivedRequest) => ScriptedResponse;
	insert?: (request: ReceivedRequest) => ScriptedResponse;
	update?: (request: ReceivedRequest) => ScriptedResponse;
} = {}) {
	const responses: Record<string, typeof query> = { query, insert, update };
	server.respond = (request) => responses[pathOf(request)](request);
}

describe.each(UPSERTS)('$name', (operation) => {
	const { name } = operation;
	const field = FIELD[name];
	const noun = name.split(':')[0].toLowerCase();
	const module = noun === 'contact' ? 'contacts' : 'leads';

	it('searches, and creates what is not there', async () => {
		respond();
		const { outputs } = await execute(server, operation);
		expect(paths()).toEqual(['query', 'insert']);
		const [query, insert] = server.requests.map(bodyOf);
		expect(query).toEqual({ operation: 'demo', module, field, value: 'item0' });
		expect(insert).toEqual({
			operation: 'demo',
			module,
			fields: { [field]: 'item0', ...(noun === 'contact' && { namecontact: 'Ana' }) },
		});
		expect(outputs[0]).toEqual([
			{
				json: {
					code: 200,
					msg: 'Succesfully insert record',
					data: { wolkvox_id: ID },
					created: true,
				},
				pairedItem: { item: 0 },
			},
		]);
	});

	it('searches, and updates what is there', async () => {
		respond({ records: [{ wolkvox_id: ID, [field]: 'item0' }] });
		const { outputs } = await execute(server, operation);
		expect(paths()).toEqual(['query', 'update']);
		expect(bodyOf(server.requests[1])).toEqual({
			operation: 'demo',
			module,
			'wolkvox-id': ID,
			fields: { [field]: 'item0', ...(noun === 'contact' && { namecontact: 'Ana' }) },
		});
		expect(outputs[0]).toEqual([
			{
				json: {
					code: 200,
					msg: 'Succesfully update record',
					data: { wolkvox_id: ID },
					created: false,
				},
				pairedItem: { item: 0 },
			},
		]);
	});

	it.each<{ records: unknown[]; value?: unknown }>([
		{ records: [{ wolkvox_id: ID, [field]: ' ITEM0\n' }] },
		{ records: [{ wolkvox_id: ID, [field]: { value: 'item0', type: 'x' } }] },
		{ records: [{ _id: { $oid: ID }, [field]: 'item0' }] },
		{ records: [{ wolkvox_id: ID, [field]: 12 }], value: '12' },
		{ records: [{ wolkvox_id: ID, [field]: '12' }], value: '={{ 12 }}' },
		{
			records: [
				{ wolkvox_id: OTHER_ID, [field]: 'item01' },
				{ wolkvox_id: ID, [field]: 'item0' },
			],
		},
	])('updates the one record that has exactly this value: %j', async ({ records, value }) => {
		respond({ records });
		await execute(server, operation, { parameters: withValue(operation, value ?? 'item0') });
		expect(changes().map((request) => [pathOf(request), bodyOf(request)])).toEqual([
			['update', expect.objectContaining({ 'wolkvox-id': ID })],
		]);
	});

	it('sends a value to match without white space around it, to the search and to the CRM', async () => {
		respond();
		await execute(server, operation, { parameters: withValue(operation, ' \tana@example.com\n') });
		const [query, insert] = server.requests.map(bodyOf);
		expect(query.value).toBe('ana@example.com');
		expect(insert.fields![field]).toBe('ana@example.com');
	});

	it.each<{ name: string; records: unknown[]; message: string }>([
		{
			name: 'several records have the value',
			records: [
				{ wolkvox_id: ID, [field]: 'item0' },
				{ wolkvox_id: OTHER_ID, [field]: 'Item0 ' },
			],
			message: `Wolkvox found 2 ${noun}s with "item0" in the field "${field}"`,
		},
		{
			name: 'only other records are found, with longer values',
			records: [{ wolkvox_id: ID, [field]: 'item01' }],
			message: `Wolkvox found other ${noun}s, but none with "item0" in the field "${field}"`,
		},
		{
			name: 'only other records are found, with the value in another field',
			records: [{ wolkvox_id: ID, other: 'item0' }],
			message: `Wolkvox found other ${noun}s, but none with "item0" in the field "${field}"`,
		},
		{
			name: 'the record has no ID',
			records: [{ [field]: 'item0' }],
			message: `Wolkvox returned the ${noun} with "item0" in the field "${field}" without its ID`,
		},
	])('changes nothing if $name', async ({ records, message }) => {
		respond({ records });
		const { error } = await execute(server, operation);
		expect(error).toMatchObject({
			message: `${message} [item 0]`,
			description: expect.stringMatching(/^Nothing was created or updated\. .*Get Many/),
			context: { itemIndex: 0 },
		});
		expect(paths()).toEqual(['query']);
	});

	it('changes nothing if the search announces more records than it returns', async () => {
		for (const body of [
			{ ...found({ wolkvox_id: ID, [field]: 'item0' }), 'Total records': 2 },
			{ ...found(), msg: '1 records were are found', 'Total records': 1 },
		]) {
			server.requests.length = 0;
			respond({ query: () => ({ body }) });
			const { error } = await execute(server, operation);
			expect(error).toBeDefined();
			expect(changes()).toEqual([]);
		}
	});

	it('finds the second record with the value on a later page, and changes nothing', async () => {
		respond({
			query: (request) => {
				const isFirst = bodyOf(request).page === undefined;
				const record = { wolkvox_id: isFirst ? ID : OTHER_ID, [field]: 'item0' };
				return { body: { ...found(record), 'Total records': 2 } };
			},
		});
		const { error } = await execute(server, operation);
		expect(error!.message).toMatch(new RegExp(`^Wolkvox found 2 ${noun}s with "item0"`));
		expect(paths()).toEqual(['query', 'query']);
	});

	describe('with several items of one new value', () => {
		const SAME = '={{ [" ana@example.com", "ANA@example.com ", "ana@example.com"][$json.n % 3] }}';

		it.each([1, 20])(
			'makes one record of them even if no search finds it yet, %d at a time',
			async (maxConcurrent) => {
				respond({ insert: () => ({ body: inserted(ID), delayMs: 30 }) });
				const { outputs } = await execute(server, operation, {
					items: numbered(6),
					parameters: withValue(operation, SAME),
					options: { maxConcurrent },
				});
				expect(changes().map(pathOf)).toEqual(['insert', ...Array(5).fill('update')]);
				expect(changes().map(itemOf)).toEqual([0, 1, 2, 3, 4, 5]);
				expect(outputs[0].map(({ json }) => [json.created, json.data])).toEqual(
					[true, false, false, false, false, false].map((created) => [created, { wolkvox_id: ID }]),
				);
				expect(pairedItems(outputs[0])).toEqual([0, 1, 2, 3, 4, 5]);
				expect(server.mostConcurrent).toBe(1);
			},
		);

		it('creates it once if Wolkvox returns no ID and no search finds it yet', async () => {
			respond({ insert: () => ({ body: inserted('') }) });
			const { outputs } = await execute(server, operation, {
				items: numbered(3),
				parameters: withValue(operation, SAME),
				node: CONTINUE,
			});
			expect(changes().map(pathOf)).toEqual(['insert']);
			expect(pairedItems(outputs[0])).toEqual([0]);
			expect(outputs[1].map(({ json }) => json.error)).toEqual(
				[1, 2].map((item) =>
					expect.stringMatching(
						new RegExp(`^Wolkvox does not find the ${noun} .* \\[item ${item}\\]$`),
					),
				),
			);
		});

		it('creates it by a later item if Wolkvox has refused the first', async () => {
			respond({
				insert: (request) => (itemOf(request) === 0 ? REFUSED : { body: inserted(ID) }),
			});
			const { outputs } = await execute(server, operation, {
				items: numbered(3),
				parameters: withValue(operation, SAME),
				node: CONTINUE,
			});
			expect(changes().map(pathOf)).toEqual(['insert', 'insert', 'update']);
			expect(pairedItems(outputs[0])).toEqual([1, 2]);
			expect(outputs[1].map(({ json }) => json.error)).toEqual(['No']);
		});

		it('sends other values beside them', async () => {
			respond({ insert: () => ({ body: inserted(ID), delayMs: 50 }) });
			await execute(server, operation, {
				items: numbered(6),
				parameters: withValue(operation, '={{ $json.n % 2 ? "same" : "new" + $json.n }}'),
				options: { maxConcurrent: 20 },
			});
			expect(changes().map(pathOf).sort()).toEqual([
				...Array(4).fill('insert'),
				'update',
				'update',
			]);
			expect(server.mostConcurrent).toBeGreaterThan(1);
		});
	});

	describe('whose create may have been applied', () => {
		it.each([1, 20])(
			'is not sent again in the run, nor are later items with the value, %d at a time',
			async (maxConcurrent) => {
				respond({
					insert: (request) => (itemOf(request) === 0 ? LOST : { body: inserted(ID) }),
				});
				const { outputs } = await execute(server, operation, {
					items: numbered(4),
					parameters: withValue(
						operation,
						'={{ $json.n === 3 ? "other" : ["a", "A "][$json.n % 2] }}',
					),
					options: { maxConcurrent },
					node: { ...RETRY_ON_FAIL, ...CONTINUE },
				});
				expect(changes().map(itemOf).sort()).toEqual([0, 3]);
				expect(pairedItems(outputs[0])).toEqual([3]);
				expect(outputs[1].map(({ json }) => json.error)).toEqual([
					expect.stringMatching(/ \[outcome unknown\]$/),
					...[1, 2].map(
						(item) =>
							`It is unknown whether item 0 has created or updated the same ${noun} [item ${item}]`,
					),
				]);
			},
		);

		it('is not updated in the run either, even if the search finds what was created', async () => {
			let isCreated = false;
			respond({
				query: () => ({ body: found(...(isCreated ? [{ wolkvox_id: ID, [field]: 'a' }] : [])) }),
				insert: () => {
					isCreated = true;
					return LOST;
				},
			});
			await execute(server, operation, {
				items: numbered(2),
				parameters: withValue(operation, 'a'),
				node: { ...RETRY_ON_FAIL, ...CONTINUE },
			});
			expect(changes().map(pathOf)).toEqual(['insert']);

			// Another run finds what the first one created.
			const { outputs } = await execute(server, operation, {
				parameters: withValue(operation, 'a'),
			});
			expect(changes().map(pathOf)).toEqual(['insert', 'update']);
			expect(outputs[0].map(({ json }) => json.created)).toEqual([false]);
		});

		it('says that it can be run again', async () => {
			respond({ insert: () => LOST });
			const { error } = await execute(server, operation);
			expect(error!.context!.outcome).toBe('unknown');
			expect(error!.description).toMatch(
				new RegExp(`^Wolkvox may have created or updated the ${noun} anyway`),
			);
			expect(error!.description).toContain('run this item again: the node then finds');

			const tool = await execute(server, operation, { node: { ...TOOL, ...RETRY_ON_FAIL } });
			expect(tool.error!.message).toContain('run this item again: the node then finds');
			expect(changes()).toHaveLength(2);
		});
	});

	it('whose update may have been applied is not sent again', async () => {
		for (const update of [
			() => LOST,
			() => ({ body: { code: 200, msg: 'ok', data: { wolkvox_id: OTHER_ID } } }),
		]) {
			server.requests.length = 0;
			respond({ records: [{ wolkvox_id: ID, [field]: 'item0' }], update });
			const { error } = await execute(server, operation, { node: RETRY_ON_FAIL });
			expect(error!.context!.outcome).toBe('unknown');
			expect(changes()).toHaveLength(1);
		}
	});

	it('is not sent if the search fails, which is repeated like a read', async () => {
		let failures = 1;
		respond({
			query: () => (failures-- > 0 ? LOST : { body: found() }),
		});
		const { outputs } = await execute(server, operation);
		expect(paths()).toEqual(['query', 'query', 'insert']);
		expect(outputs[0]).toHaveLength(1);

		server.requests.length = 0;
		respond({ query: () => ({ body: { code: 400, msg: 'No' } }) });
		const { error } = await execute(server, operation);
		expect(error).toMatchObject({ message: 'No', context: { outcome: 'notSent' } });
		expect(error!.description).toMatch(
			new RegExp(`Nothing was changed\\. No ${noun} was created or updated before this\\.$`),
		);
		expect(error!.description).not.toContain('require other fields');
		expect(paths()).toEqual(['query']);
	});

	it('takes no response for nothing found that does not prove it', async () => {
		for (const body of [{ code: 200, msg: 'Hm', data: [] }, { data: [] }, '', '[]', '{}']) {
			server.requests.length = 0;
			respond({ query: () => ({ body }) });
			const { error } = await execute(server, operation, { options: { maxRetries: 0 } });
			expect(error).toBeDefined();
			expect(changes()).toEqual([]);
		}
	});

	it('with Retry On Fail sends what is done no second time, and searches again for what was refused', async () => {
		let refusals = 2;
		respond({
			insert: (request) =>
				itemOf(request) === 1 && refusals-- > 0 ? REFUSED : { body: inserted(ID) },
		});
		const { outputs } = await execute(server, operation, {
			items: numbered(3),
			parameters: withValue(operation, '={{ "new" + $json.n }}'),
			node: RETRY_ON_FAIL,
		});
		expect(server.requests.map((request) => bodyOf(request).value ?? itemOf(request))).toEqual([
			'new0',
			0,
			...['new1', 1, 'new1', 1, 'new1', 1],
			'new2',
			2,
		]);
		expect(pairedItems(outputs[0])).toEqual([0, 1, 2]);
	});

	it('that stops says what was created or updated before, and what to check', async () => {
		respond({
			insert: (request) => (itemOf(request) === 2 ? REFUSED : { body: inserted(ID) }),
		});
		const { error } = await execute(server, operation, {
			items: numbered(4),
			parameters: withValue(operation, '={{ "new" + $json.n }}'),
		});
		expect(error!.message).toBe('No');
		expect(error!.description).toMatch(
			new RegExp(
				`^Check '.*The CRM may also require other fields\\. Before this, 2 ${noun}s were created or updated: items 0-1\\.$`,
			),
		);
		expect(changes().map(itemOf)).toEqual([0, 1, 2]);
	});

	it('keeps neither the value to match nor other values in the execution', async () => {
		respond({
			insert: (request) => (itemOf(request) === 1 ? REFUSED : { body: inserted(ID) }),
		});
		const { run } = await execute(server, operation, {
			items: numbered(3),
			parameters: withValue(operation, '={{ "ana" + $json.n + "@example.com" }}'),
		});
		const saved = JSON.stringify(run.data.executionData!.contextData);
		expect(saved).toContain(ID);
		expect(saved).not.toMatch(/example\.com/i);
	});

	it('searches and creates in the company of the item', async () => {
		const companies = new Set<string>();
		respond({
			query: (request) => ({
				body: found(
					...(companies.has(companyOf(request)) ? [{ wolkvox_id: ID, [field]: 'a' }] : []),
				),
			}),
			insert: (request) => {
				companies.add(companyOf(request));
				return { body: inserted(ID) };
			},
		});
		await execute(server, operation, {
			items: numbered(4),
			parameters: withValue(operation, 'a'),
			options: { maxConcurrent: 20 },
			credential: async (item) => ({
				...credentialFor(server.url),
				operation: item % 2 === 0 ? 'demo' : 'other',
			}),
		});
		expect(
			changes().map((request) => [itemOf(request), pathOf(request), companyOf(request)]),
		).toEqual([
			[0, 'insert', 'demo'],
			[1, 'insert', 'other'],
			[2, 'update', 'demo'],
			[3, 'update', 'other'],
		]);
	});

	it.each(['', '  ', '={{ "" }}', '={{ undefined }}', '={{ null }}'])(
		'refuses %j as the value to match before anything is sent',
		async (value) => {
			respond();
			const advice = expectRefusal(
				server,
				await execute(server, operation, { parameters: withValue(operation, value) }),
				noun === 'contact'
					? `'Match By' is "emailcontact", but this field has no value`
					: `'Field to Match' is "Name", but this field has no value`,
			);
			expect(advice).toContain(`the ${noun} is recognized by it`);
		},
	);

	it('refuses only the items without a value to match, if the run goes on', async () => {
		respond();
		const { outputs } = await execute(server, operation, {
			items: numbered(3),
			parameters: withValue(operation, '={{ $json.n === 1 ? "" : "new" + $json.n }}'),
			node: CONTINUE,
		});
		expect(pairedItems(outputs[0])).toEqual([0, 2]);
		expect(outputs[1]).toEqual([
			{
				json: { n: 1, error: expect.stringMatching(/but this field has no value \[item 1\]$/) },
				pairedItem: { item: 1 },
			},
		]);
	});

	it('sends nothing at all if the expression of a later item fails', async () => {
		respond();
		await execute(server, operation, {
			items: numbered(4),
			parameters: withValue(operation, failingExpression(3)),
		});
		await waitForLateRequests();
		expect(server.requests).toEqual([]);
	});
});

describe('Contact: Create or Update', () => {
	const send = async (contactFields: IDataObject, matchBy: string) =>
		await execute(server, UPSERT_CONTACT, { parameters: { matchBy, contactFields } });

	it.each([
		['emailcontact', { email: 'a', phone: 'b', identification: 'c' }, 'a'],
		['telephonecontact', { email: 'a', phone: 'b', identification: 'c' }, 'b'],
		['idcontact', { email: 'a', phone: 'b', identification: 'c' }, 'c'],
		['idcontact', { identification: '={{ 1032456789 }}' }, '1032456789'],
		['emailcontact', { customFields: { field: [{ name: 'emailcontact', value: 'd' }] } }, 'd'],
	])('matches by %s: %j', async (matchBy, contactFields, value) => {
		respond();
		await send(contactFields, matchBy);
		expect(bodyOf(server.requests[0])).toMatchObject({ field: matchBy, value });
		expect(String(bodyOf(server.requests[1]).fields![matchBy])).toBe(value);
	});

	it('sends a phone number that is an object as it is, and recognizes the contact by its value', async () => {
		const phone = { value: '3001234567', country: 'CO', code: '+57' };
		for (const held of [phone, phone.value, { value: 3001234567 }]) {
			server.requests.length = 0;
			respond({ records: [{ wolkvox_id: ID, telephonecontact: held }] });
			const { outputs } = await send(
				{ phone: `={{ (${JSON.stringify(phone)}) }}` },
				'telephonecontact',
			);
			expect(bodyOf(server.requests[0]).value).toBe('3001234567');
			expect(bodyOf(server.requests[1]).fields).toEqual({ telephonecontact: phone });
			expect(outputs[0].map(({ json }) => json.created)).toEqual([false]);
		}
	});

	it('makes one contact of a phone number as text and as an object', async () => {
		respond();
		await execute(server, UPSERT_CONTACT, {
			items: numbered(2),
			parameters: {
				matchBy: 'telephonecontact',
				contactFields: { phone: '={{ $json.n ? "300" : { value: "300" } }}' },
			},
			options: { maxConcurrent: 20 },
		});
		expect(changes().map(pathOf)).toEqual(['insert', 'update']);
	});

	it('refuses a phone number without a value, if it is the one to match', async () => {
		expectRefusal(
			server,
			await send({ phone: '={{ ({ country: "CO" }) }}' }, 'telephonecontact'),
			`'Match By' is "telephonecontact", but this field has no value`,
		);
	});

	it('refuses an item whose field to match was not added', async () => {
		expectRefusal(
			server,
			await send({ name: 'Ana' }, 'emailcontact'),
			`'Match By' is "emailcontact", but this field has no value`,
		);
		expectRefusal(server, await send({}, 'emailcontact'), "'Contact Fields' is empty");
	});
});

describe('Record: Create or Update', () => {
	it('sends Additional Body Fields with the create and with the update, and not with the search', async () => {
		const options = { bodyFields: '{"type":"task","attachments":["a"]}' };
		for (const records of [[], [{ wolkvox_id: ID, Name: 'item0' }]]) {
			server.requests.length = 0;
			respond({ records });
			await execute(server, UPSERT_RECORD, { options });
			const [query, change] = server.requests.map(bodyOf);
			expect(Object.keys(query)).toEqual(['operation', 'module', 'field', 'value']);
			expect(change).toMatchObject({ type: 'task', attachments: ['a'], fields: { Name: 'item0' } });
		}
	});

	it.each(['operation', 'module', 'fields', 'wolkvox-id'])(
		'refuses "%s" in Additional Body Fields, which it sends itself',
		async (name) => {
			expectRefusal(
				server,
				await execute(server, UPSERT_RECORD, { options: { bodyFields: { [name]: 'x' } } }),
				`'Additional Body Fields (JSON)' contains "${name}", which the node itself sends`,
			);
		},
	);

	it('can match by a field that is given in Fields (JSON)', async () => {
		respond({ records: [{ wolkvox_id: ID, Document: { value: '12', symbol: 'CC' } }] });
		await execute(server, UPSERT_RECORD, {
			parameters: { matchField: 'Document', fields: {} },
			options: { fieldsJson: '{"Document": {"type": "document", "value": "12"}}' },
		});
		expect(paths()).toEqual(['query', 'update']);
		expect(bodyOf(server.requests[0])).toMatchObject({ field: 'Document', value: '12' });
		expect(bodyOf(server.requests[1]).fields).toEqual({
			Document: { type: 'document', value: '12' },
		});
	});

	it('keeps two modules apart that have the same value', async () => {
		respond();
		await execute(server, UPSERT_RECORD, {
			items: numbered(2),
			parameters: {
				module: locator('name', '={{ ["leads", "Ventas"][$json.n] }}'),
				...withValue(UPSERT_RECORD, 'a'),
			},
		});
		expect(changes().map((request) => [pathOf(request), bodyOf(request).module])).toEqual([
			['insert', 'leads'],
			['insert', 'Ventas'],
		]);
	});

	it("refuses an empty 'Field to Match'", async () => {
		const result = await execute(server, UPSERT_RECORD, {
			parameters: { matchField: '={{ "" }}' },
		});
		expectRefusal(server, result, "'Field to Match' is empty");
	});
});

describe('At the stand-in,', () => {
	const crm = useStandIn();

	it('two calls create a contact, and two update it', async () => {
		for (const created of [true, false]) {
			crm.log.length = 0;
			const { outputs } = await execute(crm, UPSERT_CONTACT, {
				parameters: { contactFields: { email: 'luis@example.com', name: String(created) } },
			});
			expect(outputs[0].map(({ json }) => json.created)).toEqual([created]);
			expect(crm.log).toHaveLength(2);
		}
		expect(crm.records.at(-1)!.fields).toEqual({
			emailcontact: 'luis@example.com',
			namecontact: 'false',
		});
	});

	it.each(UPSERTS)(
		'60 items with 3 new values in many spellings make 3 records, 20 at a time: $name',
		async (operation) => {
			const before = crm.records.length;
			const { outputs } = await execute(crm, operation, {
				items: numbered(60),
				parameters: withValue(
					operation,
					'={{ ["nuevo%", "NUEVO%", "  Nuevo% "][Math.floor($json.n / 3) % 3].replace("%", $json.n % 3 + "@example.com") }}',
				),
				options: { maxConcurrent: 20 },
			});
			expect(outputs[0]).toHaveLength(60);
			expect(outputs[0].filter(({ json }) => json.created)).toHaveLength(3);
			expect(pairedItems(outputs[0].filter(({ json }) => json.created))).toEqual([0, 1, 2]);
			expect(crm.records).toHaveLength(before + 3);
			expect(crm.log).toHaveLength(120);
		},
	);

	it('a contact of which two are there already is not changed', async () => {
		const twin = { ...crm.records[0], id: OTHER_ID, fields: { ...crm.records[0].fields } };
		crm.records.push(twin);
		const before = JSON.stringify(crm.records);
		const { error } = await execute(crm, UPSERT_CONTACT, {
			parameters: {
				matchBy: 'idcontact',
				contactFields: { identification: '1017204455', name: 'X' },
			},
		});
		expect(error!.message).toMatch(/^Wolkvox found 2 contacts with "1017204455"/);
		expect(JSON.stringify(crm.records)).toBe(before);
	});
});
