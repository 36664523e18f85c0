import type { IAuthenticateRuleResponseSuccessBody, INodeTypes } from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';

import { WolkvoxCrmApi } from '../../credentials/WolkvoxCrmApi.credentials';
import { assertAllowedTarget, completeRequest, getTenant, serverOrigin } from './product.mts';
import { spoil, UNSEEN } from './unseenCharacters.mts';

const { authenticate, test } = new WolkvoxCrmApi();

const node = {
	id: '1',
	name: 'Test',
	type: 'test',
	typeVersion: 1,
	position: [0, 0] as [number, number],
	parameters: {},
};

const { expression } = new Workflow({
	active: false,
	nodes: [node],
	connections: {},
	nodeTypes: { getByNameAndVersion: () => undefined } as unknown as INodeTypes,
});

/** An expression of the credential test as n8n evaluates it. */
const evaluate = (text: unknown, $credentials: object) =>
	expression.getSimpleParameterValue(node, String(text), 'manual', { $credentials });

const custom = (customServer: string) => ({ server: 'custom', customServer });

describe('the server of a credential', () => {
	it.each([
		[{ server: 'crm0001.wolkvox.com' }, 'https://crm0001.wolkvox.com'],
		[custom('crm0002.wolkvox.com'), 'https://crm0002.wolkvox.com'],
		[custom(' HTTP://Crm0002.Wolkvox.com/login?x=1#y '), 'https://crm0002.wolkvox.com'],
		[custom('https://https.example.com/'), 'https://https.example.com'],
		[custom('crm.example.com:8443/'), 'https://crm.example.com:8443'],
		[custom('localhost:8085'), 'http://localhost:8085'],
		[custom('http://127.0.0.1:8085/x'), 'http://127.0.0.1:8085'],
		[custom('http://[::1]:8085'), 'http://[::1]:8085'],
		[custom('https://localhost:8443'), 'https://localhost:8443'],
		[custom('http://localhost.example.com'), 'https://localhost.example.com'],
		[custom('http://127.0.0.1.example.com'), 'https://127.0.0.1.example.com'],
	])('%j is %s', (credentials, expected) => {
		expect(serverOrigin(credentials)).toBe(expected);
		expect(evaluate(test.request.baseURL, credentials)).toBe(expected);
	});

	it.each([
		[''],
		['\u200b'],
		['https://'],
		['a b'],
		['user@crm.wolkvox.com'],
		['crm.wolkvox.com,evil.com'],
		['a:b'],
		['x:99999'],
	])('%j is refused', (customServer) => {
		expect(() => serverOrigin(custom(customServer))).toThrow(/^'Custom Server' /);
	});
});

describe('what nobody sees in a credential', () => {
	it.each(UNSEEN)('is removed: the character $code', async ({ character }) => {
		const credentials = {
			...custom(spoil('https://crm.example.com/login', character)),
			operation: spoil('mycompany', character),
			token: spoil('abc123def456', character),
		};
		expect(getTenant(credentials)).toBe('https://crm.example.com mycompany');
		expect(completeRequest({ url: '/x' }, credentials).request).toMatchObject({
			baseURL: 'https://crm.example.com',
			qs: { operation: 'mycompany' },
		});
		const { headers } = await authenticate(credentials, { url: 'https://crm.example.com/x' });
		expect(headers).toEqual({ 'Wolkvox-Token': 'abc123def456' });

		const { baseURL, qs } = test.request;
		expect(evaluate(baseURL, credentials)).toBe('https://crm.example.com');
		expect(evaluate(qs!.operation, credentials)).toBe('mycompany');
	});

	it('does not fill a field', () => {
		expect(() => getTenant({ server: 'crm.wolkvox.com', operation: '\u200b' })).toThrow(
			"'CRM Operation Name' in the Wolkvox CRM credential is empty",
		);
	});
});

describe('where the token may be sent', () => {
	const credentials = custom('crm.example.com');
	const to =
		(url: string, more = {}) =>
		() =>
			assertAllowedTarget(credentials, { url, ...more });

	it.each([
		['https://crm.example.com/x'],
		['https://crm0001.wolkvox.com/server/API/v2/custom/query.php'],
	])('%s', (url) => expect(to(url)).not.toThrow());

	it.each([
		['https://evil.com'],
		['https://evilwolkvox.com'],
		['https://crm.wolkvox.com.evil.com'],
		['https://crm.wolkvox.com@evil.com'],
		['http://crm.wolkvox.com'],
		['http://crm.example.com'],
		['https://crm.example.com:444'],
	])('not %s', (url) => expect(to(url)).toThrow(/^The Wolkvox token may only be sent to/));

	it.each([
		'socks4://127.0.0.1:9',
		'socks5://p',
		'ftp://p',
		{ protocol: 'socks5', host: 'p', port: 1 },
	])('not past a proxy that n8n would not use: %j', (proxy) =>
		expect(to('https://crm.wolkvox.com', { proxy })).toThrow(
			/^'Proxy' begins with (socks[45]|ftp):\/\/, but n8n uses only HTTP proxies$/,
		),
	);

	it.each(['http://p:1', 'https://p:1', { host: 'p', port: 1 }, { protocol: 'https:', host: 'p' }])(
		'through a proxy that n8n uses: %j',
		(proxy) => expect(to('https://crm.wolkvox.com', { proxy })).not.toThrow(),
	);

	it.each([{ skipSslCertificateValidation: true }, { rejectUnauthorized: false }])(
		'not through a proxy with %j',
		(more) =>
			expect(to('https://crm.wolkvox.com', { ...more, proxy: { host: 'p', port: 1 } })).toThrow(
				/^'Proxy'/,
			),
	);
});

describe('the credential', () => {
	it("adds the token and switches redirects off, for both of n8n's request helpers", async () => {
		const options = { url: 'https://crm.wolkvox.com/x', headers: { a: 'b' } };
		expect(
			await authenticate({ server: 'crm.wolkvox.com', operation: 'demo', token: ' t ' }, options),
		).toEqual({
			...options,
			headers: { a: 'b', 'Wolkvox-Token': 't' },
			disableFollowRedirect: true,
			followRedirect: false,
			followAllRedirects: false,
		});
		expect(options.headers).toEqual({ a: 'b' });
	});

	/** The message of the first rule that a response breaks, as n8n finds it (credentials-tester.service.js). */
	const failureOf = (body: object) =>
		(test.rules as IAuthenticateRuleResponseSuccessBody[]).find(
			({ properties: { key, value } }) =>
				key
					.split('.')
					.reduce<
						object | undefined
					>((inner, name) => inner?.[name as keyof typeof inner], body) === value,
		)?.properties.message;

	it('accepts the documented response', () => {
		expect(failureOf({ code: 200, data: { token_limit: 4800 } })).toBeUndefined();
	});

	it.each([
		[400, /CRM Operation Name/],
		[401, /token.*401/],
		['403', /token.*403/],
		['404', /Server/],
		[412, /CRM Operation Name/],
		[429, /429/],
	])('does not accept the code %j', (code, message) => {
		expect(failureOf({ code, data: { token_limit: 4800 } })).toMatch(message);
	});

	it.each([[{}], [{ code: 200, data: {} }], [{ code: '500', msg: 'Down' }], [[]]])(
		'does not accept %j',
		(body) => {
			expect(failureOf(body)).toMatch(/'Server', 'CRM Operation Name' and 'Token'/);
		},
	);
});
