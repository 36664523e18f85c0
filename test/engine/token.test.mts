import { OPERATIONS } from '../support/operations.mts';
import { useServer } from '../support/server.mts';
import { CONTINUE, execute, numbered, TOKEN } from '../support/wolkvox.mts';

const server = useServer();

// However it is escaped: test/unit/masking.test.mts. To which hosts it goes: test/unit/credential.test.mts.
describe.each(OPERATIONS)('the token is in nothing that $name leaves behind', (operation) => {
	it.each([
		[
			'a success',
			{ body: { code: 200, msg: TOKEN, data: { wolkvox_id: 'item0', [TOKEN]: TOKEN } } },
		],
		['a refusal', { body: { code: 401, msg: `Token ${TOKEN} is not valid` } }],
		['a web page', { status: 403, body: `<p>Denied: ${TOKEN.toUpperCase()}` }],
	])('if %s repeats it', async (_, response) => {
		server.respond = () => response;
		const settings = { items: numbered(1) };
		const stopped = await execute(server, operation, settings);
		const continued = await execute(server, operation, { ...settings, node: CONTINUE });
		const left = JSON.stringify([stopped, continued], (_key, value: unknown) =>
			value instanceof Error ? { ...value, message: value.message } : value,
		);
		expect(left.includes('[token]')).toBe(true);
		expect(left.toLowerCase().includes(TOKEN)).toBe(false);
	});
});
