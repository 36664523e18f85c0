import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

import { CREATE_CASE, FIND_CASES, UPDATE_CASE } from '../support/operations.mts';
import { WAYS } from '../support/responses.mts';
import { SUCCESS, useServer } from '../support/server.mts';
import { CONTINUE, execute, TWO_TRIES, update } from '../support/wolkvox.mts';

const server = useServer();

// What each of hundreds of responses means: test/unit/responses.test.mts.
describe.each([UPDATE_CASE, CREATE_CASE, FIND_CASES])('$name after', (operation) => {
	const isRead = operation === FIND_CASES;

	it.each(WAYS)(
		'$name: what it means decides the output, and what is sent again',
		async (response) => {
			server.respond = () => response;
			const run = async (node: object) => {
				server.requests = [];
				const settings = { options: { maxRetries: 0 }, node };
				const result = await execute(server, operation, settings);
				return { ...result, sent: server.requests.length };
			};
			const stopped = await run(TWO_TRIES);
			const continued = await run({ ...TWO_TRIES, ...CONTINUE });

			const result = isRead ? response.read : response.change;
			if ('response' in result) {
				const { data } = result.response;
				const isNothing = Array.isArray(data) && data.length === 0;
				expect(stopped.outputs.map(({ length }) => length)).toEqual([isNothing ? 0 : 1, 0]);
				return expect([stopped.sent, continued.sent]).toEqual([1, 1]);
			}
			const { message, httpCode, outcome } = result.failure;
			const text = message.replace('HOST', server.host);
			const isUnknown = outcome === 'unknown';
			expect(stopped.error).toMatchObject({ message: text, httpCode, context: { itemIndex: 0 } });
			expect(stopped.error!.context!.outcome).toBe(outcome);
			expect(stopped.error!.description ?? '').toMatch(
				isUnknown ? /^Wolkvox may have (applied|created)/ : /^(?!Wolkvox may have)/,
			);
			expect(continued.outputs[1]).toEqual([
				{
					json: { n: 0, error: isUnknown ? `${text} [outcome unknown]` : text },
					pairedItem: { item: 0 },
				},
			]);
			const sent = isUnknown ? 1 : 2;
			return expect([stopped.sent, continued.sent]).toEqual([sent, sent]);
		},
	);
});

describe('a success is read', () => {
	const json = JSON.stringify(SUCCESS);
	const drip = (response: ServerResponse) => {
		response.writeHead(200, { 'content-type': 'application/json' });
		const pieces = json.match(/.{1,8}/g)!;
		const timer = setInterval(() => {
			const next = pieces.shift();
			if (next) return response.write(next);
			clearInterval(timer);
			return response.end();
		}, 10);
	};

	it.each([
		['after a byte order mark', { body: `\ufeff${json}` }],
		['when it is declared as text/html', { headers: { 'content-type': 'text/html' } }],
		['when it is compressed', { body: gzipSync(json), headers: { 'content-encoding': 'gzip' } }],
		['when it arrives in small pieces', drip],
	])('%s', async (_, response) => {
		server.respond = () => response;
		const { outputs } = await update(server);
		expect(outputs[0]).toMatchObject([{ json: { code: 200, msg: SUCCESS.msg } }]);
	});
});

describe('a redirect', () => {
	const other = useServer();

	it('is not followed', async () => {
		server.respond = () => ({ status: 307, headers: { location: `${other.url}/login` } });
		const { error } = await update(server);
		expect(error!.message).toContain(other.host);
		expect(other.requests).toEqual([]);
	});
});
