import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

import { table } from '../support/markdown.mts';
import { writeSection } from '../support/report.mts';
import { RESPONSES, type ResponseCase } from '../support/responses.mts';
import { caseIdOf, SUCCESS, useServer } from '../support/server.mts';
import { forbidUnhandledRejections } from '../support/unhandled.mts';
import { isSince } from '../support/version.mts';
import {
	CONTINUE,
	credentialFor,
	locator,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	TOKEN,
	TOOL,
	update,
} from '../support/wolkvox.mts';

const server = useServer();
forbidUnhandledRejections();

// test/unit/response.test.mts reads the same responses without n8n.
describe('each response, in a run that stops, with Max Retries 1 and two tries of Retry On Fail', () => {
	const rows: unknown[][] = [];

	afterAll(() => {
		const head = ['response', 'message', '`httpCode`', 'sent', 'may have been applied'];
		writeSection(
			'Responses',
			`${rows.length} responses to an update, with *Max Retries* at 1 and two tries of *Retry On Fail*: what may have been applied is not sent again.\n\n${table(head, rows)}`,
		);
	});

	/** How often the update is sent in all. */
	const sends = ({ expected }: ResponseCase) => {
		if ('output' in expected) return 1;
		return (expected.retryAfterMs === undefined ? 1 : 2) * (expected.outcomeUnknown ? 1 : 2);
	};

	it.each(RESPONSES)('$name', async (response) => {
		server.respond = () => response;
		const { outputs, error } = await update(server, {
			options: { maxRetries: 1 },
			node: { ...RETRY_ON_FAIL, maxTries: 2 },
		});

		expect(server.requests).toHaveLength(sends(response));
		const { expected } = response;
		const message = error?.message.replaceAll(server.host, 'crm.test');
		const unknown = 'outcomeUnknown' in expected ? 'yes' : '';
		const said = message?.slice(0, 110) ?? 'updated';
		rows.push([response.name, said, error?.httpCode ?? '', server.requests.length, unknown]);

		if ('output' in expected) {
			return expect(outputs[0]).toEqual([{ json: expected.output, pairedItem: { item: 0 } }]);
		}
		expect(error!.description).toBeTruthy();
		return expect({ message, httpCode: error!.httpCode, item: error!.context!.itemIndex }).toEqual({
			message: expected.message.replace('HOST', 'crm.test'),
			httpCode: expected.httpCode,
			item: 0,
		});
	});
});

it('in a run that continues, each item has the output or the error of its own response', async () => {
	server.respond = (request) => RESPONSES[Number(caseIdOf(request))];
	const { outputs } = await update(server, {
		items: numbered(RESPONSES.length),
		caseId: locator('id', '={{ $json.n }}'),
		options: { maxConcurrent: 20, maxRetries: 0 },
		node: CONTINUE,
	});

	const results = outputs.flatMap((output) =>
		pairedItems(output).map((item, index) => {
			const { json } = output[index];
			return [item, json.error ?? json];
		}),
	);
	expect(results).toHaveLength(RESPONSES.length);
	expect(Object.fromEntries(results)).toEqual({
		...RESPONSES.map(({ expected }) =>
			'output' in expected
				? { ...expected.output, data: expect.anything() }
				: expected.message.replace('HOST', server.host),
		),
	});
});

describe('a success is read', () => {
	const drip = (response: ServerResponse) => {
		response.writeHead(200, { 'content-type': 'application/json' });
		const bytes = [...JSON.stringify(SUCCESS)];
		const timer = setInterval(() => {
			const next = bytes.splice(0, 8).join('');
			if (next) return response.write(next);
			clearInterval(timer);
			return response.end();
		}, 10);
	};

	it.each([
		['after a byte order mark', { body: `\ufeff${JSON.stringify(SUCCESS)}` }],
		['when it is declared as text/html', { headers: { 'content-type': 'text/html' } }],
		[
			'when it is compressed',
			{ body: gzipSync(JSON.stringify(SUCCESS)), headers: { 'content-encoding': 'gzip' } },
		],
		['when it arrives in small pieces', drip],
	])('%s', async (_, response) => {
		server.respond = () => response;
		const { outputs } = await update(server);
		expect(outputs[0]).toMatchObject([{ json: { code: 200, msg: SUCCESS.msg } }]);
	});
});

// The HTTP library of n8n 2.8 waits forever then, whatever the timeout.
(isSince('2.20') || !isSince('2.0') ? it : it.skip)('broken compression is reported', async () => {
	server.respond = () => ({ body: 'not gzip', headers: { 'content-encoding': 'gzip' } });
	const { error } = await update(server, { node: RETRY_ON_FAIL });
	expect(error!.message).toMatch(/sent an answer that cannot be read$/);
	expect(server.requests).toHaveLength(1);
});

describe('a redirect', () => {
	const other = useServer();

	it('is not followed', async () => {
		server.respond = () => ({ status: 307, headers: { location: `${other.url}/login` } });
		const { error } = await update(server);
		expect(error!.message).toContain(other.host);
		expect(other.requests).toHaveLength(0);
	});
});

describe('the token', () => {
	it('is masked wherever the server repeats it', async () => {
		server.respond = (_, index) => ({
			body: { code: index === 0 ? 401 : 200, msg: `Token ${TOKEN}`, data: { [TOKEN]: TOKEN } },
		});
		const { run, outputs } = await update(server, { items: numbered(2), node: CONTINUE });
		expect(JSON.stringify([run, outputs])).not.toContain(TOKEN);
		expect(outputs[0][0].json.msg).toBe('Token [token]');
		expect(outputs[1][0].json.error).toBe('Token [token]');
	});

	it('does not damage the numbers of a response if it consists of digits', async () => {
		const credential = { ...credentialFor(server.url), token: '200' };
		const { outputs } = await update(server, { credential });
		expect(outputs[0][0].json.code).toBe(200);
	});
});

describe('an AI agent', () => {
	it('receives the result of the update', async () => {
		const { outputs } = await update(server, { node: TOOL });
		expect(outputs[0]).toMatchObject([{ json: { code: 200, data: { wolkvox_id: 'case0' } } }]);
	});

	it.each([undefined, 'continueRegularOutput' as const])(
		'receives the advice in the message, because a model sees nothing else (On Error: %s)',
		async (onError) => {
			server.respond = () => (response) => response.destroy();
			const { outputs, error } = await update(server, { node: { ...TOOL, onError } });
			const message = error?.message ?? outputs[0][0].json.error;
			expect(message).toMatch(/broke before Wolkvox answered\. .*may have the update/);
		},
	);
});
