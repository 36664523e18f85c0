import type { IDataObject } from 'n8n-workflow';

import { WolkvoxCrm } from '../../index.js';
import {
	CREATES,
	GET_QUOTA,
	OPERATIONS,
	requiredFields,
	UPDATE_CASE,
	UPDATES,
	type Operation,
} from '../support/operations.mts';
import { companyOf, SUCCESS, useServer } from '../support/server.mts';
import {
	CASE_ID,
	CONTINUE,
	credentialFor,
	execute,
	expectRefusal,
	numbered,
	pairedItems,
	TOKEN,
} from '../support/wolkvox.mts';

const server = useServer();

type Settings = Parameters<typeof execute>[2];

/** Sends one item and returns what the server received. */
async function send(operation: Operation, settings: Settings = {}) {
	server.requests = [];
	const { error } = await execute(server, operation, settings);
	if (error) throw error;
	expect(server.requests).toHaveLength(1);
	return server.requests[0];
}

// Cases are forms: case-forms.test.mts.
describe('the address, the headers and the body of', () => {
	it.each(OPERATIONS.filter(({ json }) => json))('$name', async (operation) => {
		const { method, url, headers, json } = await send(operation);
		expect([method, url]).toEqual(['POST', `/server/API/v2/${operation.path}`]);
		expect(headers).toMatchObject({
			'content-type': expect.stringMatching(/^application\/json\b/),
			'wolkvox-token': TOKEN,
		});
		expect(json).toEqual(operation.json);
	});

	it('Token: Get Quota, which has no body and the CRM operation in its URL', async () => {
		const credential = { ...credentialFor(server.url), operation: 'demo & ñ' };
		const { method, url, headers, json } = await send(GET_QUOTA, { credential });
		const { pathname, searchParams } = new URL(url, server.url);
		expect([method, pathname]).toEqual(['GET', `/server/API/v2/${GET_QUOTA.path}`]);
		expect([...searchParams]).toEqual([['operation', 'demo & ñ']]);
		expect(headers['wolkvox-token']).toBe(TOKEN);
		expect(headers['content-length'] ?? '0').toBe('0');
		expect(json).toBeUndefined();
	});
});

it.each<{ saved: IDataObject; url: string; json?: object }>([
	{
		saved: { resource: 'case', operation: 'getMany', value: 'x' },
		url: 'cases/queryCases.php',
		json: { operation: 'demo', field: 'idPrefijo', value: 'x' },
	},
	{
		saved: {
			resource: 'record',
			operation: undefined,
			fields: { field: [{ name: 'a', value: '1' }] },
		},
		url: 'custom/insert.php',
		json: { operation: 'demo', module: 'leads', fields: { a: '1' } },
	},
	{
		saved: { resource: 'record', operation: 'getMany', fieldName: 'a', value: 'x' },
		url: 'custom/query.php',
		json: { operation: 'demo', module: 'leads', field: 'a', value: 'x' },
	},
	{
		saved: { resource: 'token', operation: undefined },
		url: 'token/tokenInformation.php?operation=demo',
	},
])(
	'a parameter that was left at its default is not saved by n8n, and has effect: $url, $saved',
	async ({ saved, url, json }) => {
		const sent = await send({ ...GET_QUOTA, parameters: saved });
		expect(sent.url).toBe(`/server/API/v2/${url}`);
		expect(sent.json).toEqual(json);
	},
);

const { description } = new WolkvoxCrm();

const REQUIRED = OPERATIONS.flatMap((operation) =>
	requiredFields(description as never, operation).map(({ name, displayName }) => ({
		operation,
		name,
		label: displayName,
	})),
);

// Which values are refused, for each parameter: test/unit/values.test.mts.
it.each(REQUIRED)(
	'$operation.name without $label in one item sends nothing, or the other items if it continues',
	async ({ operation, name, label }) => {
		const given = operation.parameters[name] ?? 'x';
		const { value = given } = given as { value?: unknown };
		const [, expression = `'${value}'`] = /^=\{\{(.*)\}\}$/.exec(value as string) ?? [];
		const settings = {
			items: numbered(3),
			parameters: { [name]: `={{ $json.n === 1 ? '' : ${expression} }}` },
		};
		const message = `'${label}' is empty`;
		expectRefusal(server, await execute(server, operation, settings), message, 1);

		const { outputs } = await execute(server, operation, { ...settings, node: CONTINUE });
		expect(server.requests).toHaveLength(2);
		expect(pairedItems(outputs[0])).toEqual([0, 2]);
		expect(outputs[1]).toEqual([
			{ json: { n: 1, error: `${message} [item 1]` }, pairedItem: { item: 1 } },
		]);
	},
);

const RETRIES = "'Max Retries' must be a whole number from 0 to 5";
const CONCURRENT = "'Max Concurrent Requests' must be a whole number from 1 to 20";
const PROXY =
	"'Proxy' cannot be combined with 'Ignore SSL Issues' or with a server without HTTPS, because the proxy could read the Wolkvox token";
const proxy = 'http://127.0.0.1:1';

// Other credentials: test/unit/credential.test.mts.
it.each<[message: string, credential: object, settings?: Settings]>([
	["'Token' in the Wolkvox CRM credential is empty", { token: ' ' }],
	[
		"'Token' in the Wolkvox CRM credential has characters not allowed in a token, such as a space or an accent",
		{ token: 'a\r\nX-Evil: 1' },
	],
	["'CRM Operation Name' in the Wolkvox CRM credential is empty", { operation: '' }],
	["'Custom Server' in the Wolkvox CRM credential is empty", { customServer: '' }],
	[
		'\'Custom Server\' in the Wolkvox CRM credential is not a server name: "a@b"',
		{ customServer: 'http://a@b/' },
	],
	...['many', 6, -1].map((maxRetries): [string, object, Settings] => [
		RETRIES,
		{},
		{ options: { maxRetries } },
	]),
	...[0, 1.5, '={{ 2 }}'].map((maxConcurrent): [string, object, Settings] => [
		CONCURRENT,
		{},
		{ options: { maxConcurrent } },
	]),
	[PROXY, {}, { requestOptions: { proxy } }],
	[
		PROXY,
		{ customServer: 'crm.example.com' },
		{ requestOptions: { proxy, allowUnauthorizedCerts: true } },
	],
])('nothing is sent if %s (%j, %j)', async (message, change, settings = {}) => {
	const credential = { ...credentialFor(server.url), ...change };
	for (const operation of [UPDATE_CASE, CREATES[0], GET_QUOTA]) {
		const run = { items: numbered(3), credential, ...settings };
		expectRefusal(server, await execute(server, operation, run), message);
	}
});

it.each([
	{ resource: 'case', operation: 'merge' },
	{ resource: 'company', operation: 'update' },
])('an operation that the node does not know is sent nowhere: %j', async (unknown) => {
	const { error } = await execute(server, { ...UPDATE_CASE, parameters: unknown });
	expect(error!.message).toContain('The Wolkvox CRM node does not know this operation');
	expect(error!.description).toContain('update the package');
	expect(server.requests).toEqual([]);
});

it.each(OPERATIONS)(
	'token and CRM operation are sent without the spaces around them: $name',
	async (operation) => {
		const spaced = { token: `\t${TOKEN} \n`, operation: ' demo ' };
		const credential = { ...credentialFor(server.url), ...spaced };
		const sent = await send(operation, { credential });
		expect(sent.headers['wolkvox-token']).toBe(TOKEN);
		expect(companyOf(sent)).toBe('demo');
	},
);

describe('the output of', () => {
	const outputFor = async (operation: Operation, body: unknown) => {
		server.respond = () => ({ body });
		const { outputs, error } = await execute(server, operation);
		expect(error).toBeUndefined();
		return outputs[0].map(({ json }) => json);
	};
	const id = CASE_ID;

	describe.each(CREATES)('$name', (operation) => {
		it.each<[string, object, object]>([
			['an ID in data', { data: { wolkvox_id: id } }, { wolkvox_id: id }],
			['the ID beside data', { wolkvox_id: id }, { wolkvox_id: id }],
			...['', 'null', null].map((data): [string, object, object] => [
				`the ID beside data that is ${JSON.stringify(data)}`,
				{ wolkvox_id: id, data },
				{ wolkvox_id: id },
			]),
			['no ID, and none is invented', {}, { wolkvox_id: '' }],
			['a list', { data: [{ a: 1 }] }, [{ a: 1 }]],
		])('has %s', async (_, body, data) => {
			const [{ data: output, ...rest }] = await outputFor(operation, { ...SUCCESS, ...body });
			expect(output).toEqual(data);
			expect(rest).toMatchObject({ code: 200, msg: SUCCESS.msg });
			expect(rest).not.toHaveProperty('error');
		});

		it("has every key of a response without a code, if it is a success in Wolkvox's own words", async () => {
			const response = { msg: 'Succesfully insert record', wolkvox_id: id, idPrefijo: 1024 };
			expect(await outputFor(operation, response)).toEqual([
				{ ...response, data: { wolkvox_id: id } },
			]);
		});
	});

	it.each(UPDATES)('$name has the ID that was sent if the response has none', async (operation) => {
		for (const body of [SUCCESS, { code: '200', msg: SUCCESS.msg }]) {
			expect(await outputFor(operation, body)).toEqual([
				{ code: 200, msg: SUCCESS.msg, data: { wolkvox_id: 'item0' } },
			]);
		}
	});

	it.each(UPDATES)('$name has what the response has in data', async (operation) => {
		for (const data of [{ wolkvox_id: 'ITEM0' }, [{ a: 1 }], 'ok']) {
			expect(await outputFor(operation, { code: 200, data })).toEqual([{ code: 200, data }]);
		}
	});

	it('Token: Get Quota is what the response says of the token', async () => {
		const quota = {
			description: 'token',
			token_limit: 4800,
			token_use_today: 0,
			available_consumition_options: 4800,
			hours_to_restart_count: 15,
		};
		const body = { code: '200', error: 'null', msg: '1 records were are found', data: quota };
		expect(await outputFor(GET_QUOTA, body)).toEqual([quota]);
	});
});
