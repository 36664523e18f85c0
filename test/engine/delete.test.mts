import { DELETE_CONTACT, DELETE_RECORD, DELETES, locator } from '../support/operations.mts';
import {
	busyFor,
	LOST,
	REFUSED,
	SUCCESS,
	successFor,
	useServer,
	itemOf,
	type ScriptedResponse,
} from '../support/server.mts';
import { useStandIn } from '../support/standIn.mts';
import {
	CASE_ID as ID,
	CONTINUE,
	execute,
	expectRefusal,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	TOOL,
} from '../support/wolkvox.mts';

jest.setTimeout(15_000);

const server = useServer();

describe.each(DELETES)('$name', (operation) => {
	const { name } = operation;
	const noun = name.split(':')[0].toLowerCase();
	const idField = noun === 'contact' ? 'contactId' : 'recordId';
	const label = noun === 'contact' ? 'Contact' : 'Record';

	it('sends one ID as text, as in the sample of the documentation', async () => {
		server.respond = (request) => ({ body: successFor(request) });
		const { outputs } = await execute(server, operation);
		expect(server.requests).toHaveLength(1);
		const [{ method, url, json }] = server.requests;
		expect([method, url]).toEqual(['POST', '/server/API/v2/custom/delete.php']);
		expect(json).toEqual({
			operation: 'demo',
			module: noun === 'contact' ? 'contacts' : 'leads',
			multiple: false,
			'wolkvox-id': 'item0',
		});
		expect(outputs[0]).toEqual([
			{
				json: { code: 200, msg: SUCCESS.msg, data: { wolkvox_id: 'item0' }, deleted: true },
				pairedItem: { item: 0 },
			},
		]);
	});

	it('takes the ID from the URL of the open record, and names it in the output', async () => {
		server.respond = () => ({ body: { code: 200, error: 'null', msg: 'ok', data: [] } });
		await execute(server, operation, {
			parameters: { [idField]: locator('url', `https://crm.wolkvox.com/x/${ID}?tab=1`) },
		});
		expect(server.requests[0].json).toMatchObject({ 'wolkvox-id': ID });

		server.respond = () => ({ body: { code: 200, msg: 'ok', data: { wolkvox_id: '' } } });
		const { outputs } = await execute(server, operation);
		expect(outputs[0][0].json).toEqual({
			code: 200,
			msg: 'ok',
			data: { wolkvox_id: 'item0' },
			deleted: true,
		});
	});

	it.each<{ fault: string; response: ScriptedResponse }>([
		{ fault: 'a lost connection', response: LOST },
		{ fault: 'a gateway', response: { status: 502, body: '<h1>Bad gateway' } },
		{ fault: 'a web page of a server error', response: { status: 500, body: '<h1>Error' } },
		{ fault: 'a response without a code', response: { body: { data: { wolkvox_id: 'item0' } } } },
		{
			fault: 'a response about another record',
			response: { body: { code: 200, msg: 'ok', data: { wolkvox_id: ID } } },
		},
	])('that may have been applied is not sent again, after $fault', async ({ response }) => {
		server.respond = () => response;
		const { error } = await execute(server, operation, { node: RETRY_ON_FAIL });
		expect(server.requests).toHaveLength(1);
		expect(error!.context!.outcome).toBe('unknown');
		expect(error!.description).toContain(`Wolkvox may have deleted the ${noun} anyway`);
	});

	it('tells an AI agent in one message that the record may be gone', async () => {
		server.respond = () => LOST;
		const { error } = await execute(server, operation, { node: { ...TOOL, ...RETRY_ON_FAIL } });
		expect(error!.message).toContain(`Wolkvox may have deleted the ${noun} anyway`);
		expect(server.requests).toHaveLength(1);
	});

	it('of a record that Wolkvox does not know says which ID it needs', async () => {
		server.respond = () => ({ status: 404, body: { code: 404, msg: 'No such record' } });
		const { error } = await execute(server, operation);
		expect(error).toMatchObject({
			message: 'No such record',
			httpCode: '404',
			context: { outcome: 'refused' },
		});
		expect(error!.description).toMatch(
			new RegExp(
				`^Check '${label}': it needs the Wolkvox ID, the last part of the URL of the open ${noun}\\.`,
			),
		);
		expect(error!.description).toMatch(new RegExp(`No ${noun} was deleted before this\\.$`));
	});

	it('is repeated after a refusal for the time being', async () => {
		server.respond = (request, index) => (index === 0 ? busyFor(0) : { body: successFor(request) });
		const { outputs } = await execute(server, operation);
		expect(server.sentItems).toEqual([0, 0]);
		expect(outputs[0]).toHaveLength(1);
	});

	it('with Retry On Fail deletes nothing twice, and sends again what was refused', async () => {
		let refusals = 1;
		server.respond = (request) =>
			itemOf(request) === 1 && refusals-- > 0 ? REFUSED : { body: successFor(request) };
		const { outputs } = await execute(server, operation, {
			items: numbered(3),
			node: RETRY_ON_FAIL,
		});
		expect(server.sentItems).toEqual([0, 1, 1, 2]);
		expect(pairedItems(outputs[0])).toEqual([0, 1, 2]);
	});

	it('that stops says what was deleted before', async () => {
		server.respond = (request) => (itemOf(request) === 2 ? REFUSED : { body: successFor(request) });
		const { error, outputs } = await execute(server, operation, { items: numbered(5) });
		expect(server.sentItems).toEqual([0, 1, 2]);
		expect(error!.description).toMatch(
			new RegExp(`Before this, 2 ${noun}s were deleted: items 0-1\\.$`),
		);
		expect(outputs).toEqual([[], []]);
	});

	it('that continues pairs both outputs, with the input of failed items', async () => {
		server.respond = (request) =>
			itemOf(request) === 1
				? { status: 404, body: { code: 404, msg: 'No' } }
				: { body: successFor(request) };
		const { outputs } = await execute(server, operation, {
			items: numbered(3),
			options: { maxConcurrent: 3 },
			node: CONTINUE,
		});
		expect(pairedItems(outputs[0])).toEqual([0, 2]);
		expect(outputs[1]).toEqual([{ json: { n: 1, error: 'No' }, pairedItem: { item: 1 } }]);
	});

	it('is not sent for a record that an earlier item may have deleted', async () => {
		server.respond = () => LOST;
		const { outputs } = await execute(server, operation, {
			items: numbered(2),
			parameters: { [idField]: locator('id', '={{ $json.n ? "ITEM7" : "item7" }}') },
			options: { maxConcurrent: 20 },
			node: CONTINUE,
		});
		expect(server.sentItems).toEqual([7]);
		expect(outputs[1].map(({ json }) => json.error)).toEqual([
			expect.stringMatching(/ \[outcome unknown\]$/),
			`It is unknown whether item 0 has deleted the same ${noun} [item 1]`,
		]);
	});

	it.each(['  ', '={{ "" }}', '={{ undefined }}', '={{ null }}'])(
		'refuses %j as the record before anything is sent',
		async (value) => {
			const result = await execute(server, operation, {
				parameters: { [idField]: locator('id', value) },
			});
			expectRefusal(server, result, `'${label}' is empty`);
		},
	);

	it('refuses a URL without an ID before anything is sent', async () => {
		const result = await execute(server, operation, {
			parameters: { [idField]: locator('url', 'https://crm.wolkvox.com/contacts/list') },
		});
		expectRefusal(server, result, new RegExp(`^The URL in '${label}' contains no ${noun} ID`));
	});
});

it("Record: Delete needs a module, and sends a company's own as it is spelled", async () => {
	expectRefusal(
		server,
		await execute(server, DELETE_RECORD, { parameters: { module: locator('name', '={{ "" }}') } }),
		"'Module' is empty",
	);
	server.respond = (request) => ({ body: successFor(request) });
	await execute(server, DELETE_RECORD, { parameters: { module: locator('name', 'Ventas 2') } });
	expect(server.requests[0].json).toMatchObject({ module: 'Ventas 2' });
});

describe('At the stand-in,', () => {
	const crm = useStandIn();

	it('contacts are deleted by their ID, one call each, and no others', async () => {
		const [first, second, ...others] = crm.records.map(({ id }) => id);
		const { outputs } = await execute(crm, DELETE_CONTACT, {
			items: numbered(3),
			parameters: {
				contactId: locator('id', `={{ ["${first}", "none", "${second}"][$json.n] }}`),
			},
			node: CONTINUE,
		});
		expect(pairedItems(outputs[0])).toEqual([0, 2]);
		expect(outputs[0].map(({ json }) => json.deleted)).toEqual([true, true]);
		expect(pairedItems(outputs[1])).toEqual([1]);
		expect(crm.records.map(({ id }) => id)).toEqual(others);
		expect(crm.log).toHaveLength(3);
	});
});
