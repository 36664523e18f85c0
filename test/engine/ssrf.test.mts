import '../support/ssrfProtection.mts';

import { connectionsTo, forgetConnections } from '../support/connections.mts';
import { CREATE_CASE, FIND_CASES } from '../support/operations.mts';
import { useServer } from '../support/server.mts';
import { isSince } from '../support/version.mts';
import { CONTINUE, execute, RETRY_ON_FAIL } from '../support/wolkvox.mts';

const server = useServer();

const MESSAGE = 'The request was blocked because it resolves to a restricted IP address';

(isSince('2.41') ? describe : describe.skip)("n8n's protection against SSRF", () => {
	it.each(['http', 'https'])(
		'lets nothing leave, and says so in its own words (%s)',
		async (scheme) => {
			const url = `${scheme}://${server.host}`;
			forgetConnections();
			const { error } = await execute({ url }, CREATE_CASE.parameters, { node: RETRY_ON_FAIL });
			expect(error).toMatchObject({
				message: MESSAGE,
				description: expect.stringMatching(/^The target .* is not allowed\. .*administrator/),
				context: { outcome: 'notSent' },
			});
			expect(server.requests).toHaveLength(0);
			expect(connectionsTo(new URL(url))).toBe(0);
		},
	);

	// That it is not repeated: test/unit/network-errors.test.mts.
	it('also ends a read', async () => {
		const { outputs } = await execute(server, FIND_CASES.parameters, {
			options: { maxRetries: 5 },
			node: CONTINUE,
		});
		expect(outputs[1].map(({ json }) => json.error)).toEqual([MESSAGE]);
	});

	it('does not let the node use a proxy, and says so in its own words', async () => {
		forgetConnections();
		const { error } = await execute({ url: 'https://localhost:1' }, CREATE_CASE.parameters, {
			requestOptions: { proxy: server.url },
		});
		expect(error).toMatchObject({ message: MESSAGE, context: { outcome: 'notSent' } });
		expect(error!.description).toContain('127.0.0.1');
		expect(connectionsTo(new URL(server.url))).toBe(0);
	});

	it('looks a server up itself, and its proxy is not called missing if that fails', async () => {
		const { error } = await execute({ url: 'https://nowhere.invalid' }, CREATE_CASE.parameters, {
			options: { maxRetries: 0 },
			requestOptions: { proxy: `http://localhost:${server.port}` },
		});
		expect(error).toMatchObject({
			message: 'The server nowhere.invalid was not found',
			context: { outcome: 'notSent' },
		});
	});
});
