import type { IAuthenticateRuleResponseSuccessBody } from 'n8n-workflow';

import { WolkvoxCrmApi } from '../../credentials/WolkvoxCrmApi.credentials';
import { assertAllowedTarget } from '../../nodes/WolkvoxCrm/transport/credential';
import { serverOrigin } from '../../nodes/WolkvoxCrm/transport/server';

const { authenticate, test } = new WolkvoxCrmApi();

/** The expression of the credential test as JavaScript reads it; the end-to-end tests read it with n8n. */
const asExpression = ($credentials: object) =>
	new Function('$credentials', `return ${test.request.baseURL!.slice(4, -3)}`)(
		$credentials,
	) as string;

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
		expect(asExpression(credentials)).toBe(expected);
	});

	it.each([
		[''],
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
				key.split('.').reduce((inner: any, name) => inner?.[name], body) === value,
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
