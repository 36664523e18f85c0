import type { IDataObject } from 'n8n-workflow';

import { UPSERT_CONTACT, UPSERT_RECORD } from '../support/operations.mts';
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
	failingExpression,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	TOOL,
} from '../support/wolkvox.mts';

// Which record is updated, and when none is created: test/unit/create-or-update.test.mts.

const server = useServer();

const ID = '647f6ff1660dff48d803ffe6';
const OTHER_ID = '64cb1f0a9d3e5c27b8a41d02';

interface Sent {
	fields?: IDataObject;
}

const bodyOf = ({ json }: ReceivedRequest) => json as Sent;
const pathOf = ({ url }: ReceivedRequest) => /(\w+)\.php$/.exec(url)![1];
const paths = () => server.requests.map(pathOf);
const changes = () => server.requests.filter((request) => pathOf(request) !== 'query');
const changedBy = () => changes().map(pathOf);
const itemOf = (request: ReceivedRequest) => Number(bodyOf(request).fields!.idcontact);

const inserted = (wolkvox_id: string) => ({ code: 200, msg: 'Inserted', data: { wolkvox_id } });

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

/** Refuses the first creates of an item. */
const refuse = (item: number, times = Infinity) =>
	respond({
		insert: (request) =>
			itemOf(request) === item && times-- > 0 ? REFUSED : { body: inserted(ID) },
	});

describe.each([
	{
		operation: UPSERT_CONTACT,
		noun: 'contact',
		field: 'emailcontact',
		module: 'contacts',
		others: { namecontact: 'Ana' },
	},
	{ operation: UPSERT_RECORD, noun: 'record', field: 'Name', module: 'leads', others: {} },
])('$operation.name', ({ operation, noun, field, module, others }) => {
	it('searches, and creates what is not there', async () => {
		respond();
		const { outputs } = await execute(server, operation);
		expect(paths()).toEqual(['query', 'insert']);
		const fields = { [field]: 'item0', ...others };
		expect(server.requests.map(bodyOf)).toEqual([
			{ operation: 'demo', module, field, value: 'item0' },
			{ operation: 'demo', module, fields },
		]);
		expect(outputs[0]).toEqual([
			{ json: { ...inserted(ID), created: true }, pairedItem: { item: 0 } },
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
			fields: { [field]: 'item0', ...others },
		});
		expect(outputs[0]).toMatchObject([
			{ json: { data: { wolkvox_id: ID }, created: false }, pairedItem: { item: 0 } },
		]);
	});

	it('fails and changes nothing if it is not clear which record is meant', async () => {
		respond({ records: [ID, OTHER_ID].map((id) => ({ wolkvox_id: id, [field]: 'item0' })) });
		const { error } = await execute(server, operation);
		expect(error).toMatchObject({
			message: `Wolkvox found 2 ${noun}s with "item0" in the field "${field}" [item 0]`,
			description: expect.stringMatching(/^Nothing was created or updated\. /),
		});
		expect(paths()).toEqual(['query']);
	});
});

/** So many items with this email address, and their number as the identification. */
const upsert = async (count: number, email: string, settings: Parameters<typeof execute>[2] = {}) =>
	await execute(server, UPSERT_CONTACT, {
		items: numbered(count),
		...settings,
		parameters: { contactFields: { email, identification: '={{ $json.n }}' } },
	});

const NEW = '={{ "new" + $json.n }}';

describe('A contact with several items of one new value', () => {
	const SAME = '={{ [" ana@example.com", "ANA@example.com ", "ana@example.com"][$json.n % 3] }}';

	it.each([1, 20])(
		'makes one record of them even if no search finds it yet, %d at a time',
		async (maxConcurrent) => {
			respond({ insert: () => ({ body: inserted(ID), delayMs: 30 }) });
			const { outputs } = await upsert(6, SAME, { options: { maxConcurrent } });
			expect(changedBy()).toEqual(['insert', ...Array(5).fill('update')]);
			expect(changes().map(itemOf)).toEqual([0, 1, 2, 3, 4, 5]);
			expect(outputs[0].map(({ json }) => json)).toMatchObject(
				[true, false, false, false, false, false].map((created) => ({
					created,
					data: { wolkvox_id: ID },
				})),
			);
			expect(pairedItems(outputs[0])).toEqual([0, 1, 2, 3, 4, 5]);
			expect(server.mostConcurrent).toBe(1);
		},
	);

	it('creates it once if Wolkvox returns no ID and no search finds it yet', async () => {
		respond({ insert: () => ({ body: inserted('') }) });
		const { outputs } = await upsert(3, SAME, { node: CONTINUE });
		expect(changedBy()).toEqual(['insert']);
		expect(pairedItems(outputs[0])).toEqual([0]);
		expect(outputs[1].map(({ json }) => String(json.error).split(' that ')[0])).toEqual(
			Array(2).fill(`Wolkvox does not find the contact`),
		);
	});

	it('creates it by a later item if Wolkvox has refused the first', async () => {
		refuse(0);
		const { outputs } = await upsert(3, SAME, { node: CONTINUE });
		expect(changedBy()).toEqual(['insert', 'insert', 'update']);
		expect(pairedItems(outputs[0])).toEqual([1, 2]);
		expect(outputs[1].map(({ json }) => json.error)).toEqual(['No']);
	});

	it('sends other values beside them', async () => {
		respond({ insert: () => ({ body: inserted(ID), delayMs: 50 }) });
		const value = '={{ $json.n % 2 ? "same" : "new" + $json.n }}';
		await upsert(6, value, { options: { maxConcurrent: 20 } });
		expect(changedBy().sort()).toEqual([...Array(4).fill('insert'), 'update', 'update']);
		expect(server.mostConcurrent).toBeGreaterThan(1);
	});
});

describe('A contact whose create may have been applied', () => {
	const node = { ...RETRY_ON_FAIL, ...CONTINUE };

	it.each([1, 20])(
		'is not sent again in the run, nor are later items with the value, %d at a time',
		async (maxConcurrent) => {
			respond({ insert: (request) => (itemOf(request) === 0 ? LOST : { body: inserted(ID) }) });
			const value = '={{ $json.n === 3 ? "other" : ["a", "A "][$json.n % 2] }}';
			const { outputs } = await upsert(4, value, { options: { maxConcurrent }, node });
			expect(changes().map(itemOf).sort()).toEqual([0, 3]);
			expect(pairedItems(outputs[0])).toEqual([3]);
			expect(outputs[1].map(({ json }) => json.error)).toEqual([
				expect.stringMatching(/ \[outcome unknown\]$/),
				...[1, 2].map(
					(item) =>
						`It is unknown whether item 0 has created or updated the same contact [item ${item}]`,
				),
			]);
		},
	);

	it('is not updated in the run even if the search finds it, but in the next run', async () => {
		const records: IDataObject[] = [];
		const insert = () => {
			records.push({ wolkvox_id: ID, emailcontact: 'a' });
			return LOST;
		};
		respond({ records, query: () => ({ body: found(...records) }), insert });
		await upsert(2, 'a', { node });
		expect(changedBy()).toEqual(['insert']);

		const { outputs } = await upsert(1, 'a');
		expect(changedBy()).toEqual(['insert', 'update']);
		expect(outputs[0].map(({ json }) => json.created)).toEqual([false]);
	});

	it('says that it can be run again', async () => {
		respond({ insert: () => LOST });
		const { error } = await execute(server, UPSERT_CONTACT);
		expect(error!.context!.outcome).toBe('unknown');
		expect(error!.description).toContain(`Wolkvox may have created or updated the contact anyway`);
		expect(error!.description).toContain('run this item again: the node then finds');

		const tool = await execute(server, UPSERT_CONTACT, { node: { ...TOOL, ...RETRY_ON_FAIL } });
		expect(tool.error!.message).toContain('run this item again: the node then finds');
		expect(changes()).toHaveLength(2);
	});
});

it('a contact whose update may have been applied is not sent again', async () => {
	for (const update of [
		() => LOST,
		() => ({ body: { code: 200, msg: 'ok', data: { wolkvox_id: OTHER_ID } } }),
	]) {
		server.requests.length = 0;
		respond({ records: [{ wolkvox_id: ID, emailcontact: 'item0' }], update });
		const { error } = await execute(server, UPSERT_CONTACT, { node: RETRY_ON_FAIL });
		expect(error!.context!.outcome).toBe('unknown');
		expect(changes()).toHaveLength(1);
	}
});

it('a contact is not sent if the search fails or does not prove that nothing was found', async () => {
	for (const body of [{ code: 400, msg: 'No' }, { code: 200, msg: 'Hm', data: [] }, '']) {
		server.requests.length = 0;
		respond({ query: () => ({ body }) });
		const { error } = await execute(server, UPSERT_CONTACT, { options: { maxRetries: 0 } });
		expect(error!.context!.outcome).toBe('notSent');
		expect(error!.description).toMatch(
			new RegExp(`Nothing was changed\\. No contact was created or updated before this\\.$`),
		);
		expect(error!.description).not.toContain('require other fields');
		expect(paths()).toEqual(['query']);
	}
});

it('a run with Retry On Fail sends no item again that is done, and searches again for a refused one', async () => {
	refuse(1, 2);
	const { outputs } = await upsert(3, NEW, { node: RETRY_ON_FAIL });
	expect(changes().map(itemOf)).toEqual([0, 1, 1, 1, 2]);
	expect(paths()).toEqual(Array(5).fill(['query', 'insert']).flat());
	expect(pairedItems(outputs[0])).toEqual([0, 1, 2]);
});

it('a run that stops says what was created or updated before, and what to check', async () => {
	refuse(2);
	const { error } = await upsert(4, NEW);
	expect(error!.message).toBe('No');
	expect(error!.description).toMatch(
		new RegExp(
			`^Check '.*The CRM may also require other fields\\. Before this, 2 contacts were created or updated: items 0-1\\.$`,
		),
	);
	expect(changes().map(itemOf)).toEqual([0, 1, 2]);
});

it('a run keeps neither the value to match nor other values in the execution', async () => {
	refuse(1);
	const { run } = await upsert(3, '={{ "ana" + $json.n + "@example.com" }}');
	const saved = JSON.stringify(run.data.executionData!.contextData);
	expect(saved).toContain(ID);
	expect(saved).not.toMatch(/example\.com/i);
});

it('a run searches and creates in the company of the item', async () => {
	const companies = new Set<string>();
	const records = [{ wolkvox_id: ID, emailcontact: 'a' }];
	respond({
		query: (request) => ({
			body: found(...(companies.has(companyOf(request)) ? records : [])),
		}),
		insert: (request) => {
			companies.add(companyOf(request));
			return { body: inserted(ID) };
		},
	});
	await upsert(4, 'a', {
		options: { maxConcurrent: 20 },
		credential: async (item) => ({
			...credentialFor(server.url),
			operation: item % 2 === 0 ? 'demo' : 'other',
		}),
	});
	expect(changes().map((sent) => [itemOf(sent), pathOf(sent), companyOf(sent)])).toEqual([
		[0, 'insert', 'demo'],
		[1, 'insert', 'other'],
		[2, 'update', 'demo'],
		[3, 'update', 'other'],
	]);
});

it('a run refuses only the items without a value to match, if the run goes on', async () => {
	respond();
	const value = '={{ $json.n === 1 ? "" : "new" + $json.n }}';
	const { outputs } = await upsert(3, value, { node: CONTINUE });
	expect(pairedItems(outputs[0])).toEqual([0, 2]);
	expect(outputs[1]).toEqual([
		{
			json: { n: 1, error: expect.stringMatching(/but this field has no value \[item 1\]$/) },
			pairedItem: { item: 1 },
		},
	]);
});

it('a run sends nothing at all if the expression of a later item fails', async () => {
	respond();
	await upsert(4, failingExpression(3));
	await waitForLateRequests();
	expect(server.requests).toEqual([]);
});

describe('At the stand-in,', () => {
	const crm = useStandIn();
	const send = async (contactFields: IDataObject, settings: Parameters<typeof execute>[2] = {}) =>
		await execute(crm, UPSERT_CONTACT, { ...settings, parameters: { contactFields } });

	it('two calls create a contact, and two update it', async () => {
		for (const created of [true, false]) {
			crm.log.length = 0;
			const { outputs } = await send({ email: 'luis@example.com', name: String(created) });
			expect(outputs[0].map(({ json }) => json.created)).toEqual([created]);
			expect(crm.log).toHaveLength(2);
		}
		expect(crm.records.at(-1)!.fields).toEqual({
			emailcontact: 'luis@example.com',
			namecontact: 'false',
		});
	});

	it('60 items with 3 new values in many spellings make 3 contacts, 20 at a time', async () => {
		const before = crm.records.length;
		const email =
			'={{ ["nuevo%", "NUEVO%", "  Nuevo% "][Math.floor($json.n / 3) % 3].replace("%", $json.n % 3 + "@example.com") }}';
		const settings = { items: numbered(60), options: { maxConcurrent: 20 } };
		const { outputs } = await send({ email }, settings);
		expect(outputs[0]).toHaveLength(60);
		expect(pairedItems(outputs[0].filter(({ json }) => json.created))).toEqual([0, 1, 2]);
		expect(crm.records).toHaveLength(before + 3);
	});
});
