import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

import { table } from '../support/markdown.mts';
import { writeSection } from '../support/report.mts';
import { RESPONSES, type ResponseCase } from '../support/responses.mts';
import { caseIdOf, SUCCESS, useServer } from '../support/server.mts';
import { forbidUnhandledRejections } from '../support/unhandled.mts';
import { BROKEN_COMPRESSION_HANGS } from '../support/version.mts';
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

// Hundreds of runs on a busy machine.
jest.setTimeout(60_000);

const server = useServer();
forbidUnhandledRejections();

// test/unit/response.test.mts reads the same responses without n8n.
describe('each response, in a run that stops, without Retry On Fail and with two tries of it', () => {
	const rows: unknown[][] = [];

	afterAll(() => {
		const head = ['response', 'outcome', 'message', 'sent', 'sent with Retry On Fail'];
		writeSection(
			'Responses',
			`${rows.length} responses to an update, with *Max Retries* at 1, without *Retry On Fail* and with two tries of it: what may have been applied is sent once.\n\n${table(head, rows)}`,
		);
	});

	/** How often each attempt sends the update, where it may be sent again. */
	const sendsPerAttempt = ({ expected }: ResponseCase) =>
		'retryAfterMs' in expected && expected.retryAfterMs !== undefined ? 2 : 1;

	const isRefused = ({ expected }: ResponseCase) =>
		'outcome' in expected && expected.outcome === 'refused';

	const check = async (response: ResponseCase, each: typeof server) => {
		each.respond = () => response;
		const { error } = await update(each, { options: { maxRetries: 1 } });
		const sent = each.requests.length;
		expect(sent).toBe(sendsPerAttempt(response));

		each.requests.length = 0;
		const retried = await update(each, {
			options: { maxRetries: 1 },
			node: { ...RETRY_ON_FAIL, maxTries: 2 },
		});
		const sentInAll = each.requests.length;
		expect(sentInAll).toBe(isRefused(response) ? 2 * sent : sent);

		const message = error?.message.replaceAll(each.host, 'crm.test');
		const outcome = (error?.context?.outcome as string) ?? 'applied';
		rows.push([response.name, outcome, message?.slice(0, 110) ?? '', sent, sentInAll]);

		const { expected } = response;
		if ('output' in expected) {
			return expect(retried.outputs[0]).toEqual([
				{ json: expected.output, pairedItem: { item: 0 } },
			]);
		}
		expect(error!.description).toMatch(
			expected.outcome === 'unknown' ? /may have applied/ : /^(?!.*may have applied)./,
		);
		return expect({ message, httpCode: error!.httpCode, ...error!.context }).toMatchObject({
			message: expected.message.replace('HOST', 'crm.test'),
			httpCode: expected.httpCode,
			itemIndex: 0,
			outcome: expected.outcome,
		});
	};

	const makesNodeWait = ({ expected }: ResponseCase) =>
		'retryAfterMs' in expected && expected.retryAfterMs !== 0;
	const slow = RESPONSES.filter(makesNodeWait);
	const servers = slow.map(useServer);

	it.each(RESPONSES.filter((response) => !makesNodeWait(response)))(
		'$name',
		async (response) => await check(response, server),
	);

	it('those after which the node waits, side by side', async () => {
		expect(slow.length).toBeGreaterThan(0);
		await Promise.all(
			slow.map(async (response, index) => {
				await check(response, servers[index]).catch((error: Error) => {
					throw new Error(`${response.name}: ${error.message}`);
				});
			}),
		);
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
				: expected.message.replace('HOST', server.host) +
					(expected.outcome === 'unknown' ? ' [outcome unknown]' : ''),
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

(BROKEN_COMPRESSION_HANGS ? it.skip.each : it.each)(['gzip', 'deflate', 'br', 'zstd'])(
	'after broken compression (%s) the outcome is unknown',
	async (encoding) => {
		const body = Buffer.from('not compressed');
		server.respond = () => ({ body, headers: { 'content-encoding': encoding } });
		const { error } = await update(server, { node: RETRY_ON_FAIL });
		// Node reads zstd since version 22.15; before, the body arrives as it is.
		expect(error!.message).toMatch(/sent (a response that cannot be read|unexpected content)/);
		expect(error!.context!.outcome).toBe('unknown');
		expect(server.requests).toHaveLength(1);
	},
);

it('after data nested 100,000 deep the outcome is unknown', async () => {
	const depth = 100_000;
	server.respond = () => ({ body: `{"code":200,"data":${'['.repeat(depth)}${']'.repeat(depth)}}` });
	const { error } = await update(server, { node: RETRY_ON_FAIL });
	expect(error!.context!.outcome).toBe('unknown');
	expect(server.requests).toHaveLength(1);
});

describe('a response that is not from Wolkvox', () => {
	const page = (text: string) => ({
		status: 403,
		headers: { 'content-type': 'text/html' },
		body: `<html><style>p{}</style><h1>${text}</h1>`,
	});

	it.each(['<', '<script>', '<style ', 'if a < b then '])(
		'does not keep n8n busy if it is 1 MB of %j',
		async (text) => {
			server.respond = () => page(text.repeat(2 ** 20 / text.length));
			const started = performance.now();
			await update(server);
			expect(performance.now() - started).toBeLessThan(2000);
		},
	);

	it('is quoted without its markup, and does not blame the token', async () => {
		server.respond = () => page('Blocked by the firewall');
		const { error } = await update(server);
		expect(error!.message).toBe(
			`${server.host} sent a web page instead of a response from Wolkvox (HTTP 403)`,
		);
		expect(error!.description).toContain('Its response begins: Blocked by the firewall');
		expect(error!.description).not.toMatch(/token/i);
	});
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

	it.each([
		['in a message that is cut', { code: 400, msg: `${'x'.repeat(495)} ${TOKEN}` }],
		['in a web page', `<p>${'x'.repeat(495)} ${TOKEN}</p>`],
	])('is masked before anything is cut: %s', async (_, body) => {
		server.respond = () => ({ status: 400, body });
		const { error } = await update(server);
		const text = `${error!.message} ${error!.description}`;
		expect(text).toContain('xxxx');
		expect(text).not.toContain(TOKEN.slice(0, 4));
	});

	it.each([
		['in a longer word', `x${TOKEN}y`],
		['after a URL escape', `Wolkvox-Token%3D${TOKEN}%26`],
		['in capitals', TOKEN.toUpperCase()],
	])('is masked %s, in an error and in an output', async (_, text) => {
		server.respond = (_request, index) => ({
			status: index === 0 ? 403 : 200,
			body: index === 0 ? text : { code: 200, msg: text, data: { [text]: 1 } },
		});
		const { run, outputs } = await update(server, { items: numbered(2), node: CONTINUE });
		expect(outputs.map(({ length }) => length)).toEqual([1, 1]);
		expect(JSON.stringify(run).toLowerCase()).not.toContain(TOKEN);
	});

	it('is masked however its special characters are escaped, and in the host of a redirect', async () => {
		const token = 'ab/cd+ef==&"<gh>ij.klm';
		const credential = { ...credentialFor(server.url), token };
		for (const text of [
			JSON.stringify(token),
			token.replaceAll('/', '\\/'),
			encodeURIComponent(token),
			'ab/cd+ef==&amp;&quot;&lt;gh&gt;ij.klm',
			'ab&#47;cd&#x2B;ef==&#38;"<gh>ij.klm',
			Array.from(token).join('\0'),
		]) {
			server.respond = () => ({ status: 403, body: `Denied: ${text}` });
			const { error } = await update(server, { credential });
			expect(error!.description).toMatch(/Denied: "?\[token\]/);
		}
		server.respond = () => ({
			status: 301,
			headers: { location: `https://${TOKEN}.example.com/` },
		});
		const { run } = await update(server);
		expect(JSON.stringify(run)).not.toContain(TOKEN);
	});

	it.each([
		['as a number', '123456789012', { t: 123456789012 }],
		['after an escaped line break', 'Ab12cd34ef', { t: JSON.stringify('x\nAb12cd34ef') }],
		['after another escape', 'Ab12cd34ef', { t: '\\u00f1Ab12cd34ef' }],
	])('is masked %s', async (_, token, data) => {
		server.respond = () => ({ body: { ...SUCCESS, data } });
		const credential = { ...credentialFor(server.url), token };
		const { outputs } = await update(server, { credential });
		const text = JSON.stringify(outputs[0][0].json);
		expect(text).toContain('[token]');
		expect(text).not.toContain(token);
	});

	it.each([
		['200', { code: 200, msg: '200 ok', data: { count: '200', wolkvox_id: 'a200' } }],
		['a', { code: 200, msg: 'a case', data: { wolkvox_id: 'a' } }],
		['update', { code: 200, msg: 'updated', data: { wolkvox_id: 'preupdates1' } }],
	])('%s does not spoil a response that happens to contain it', async (token, body) => {
		server.respond = () => ({ body });
		const credential = { ...credentialFor(server.url), token };
		const { outputs } = await update(server, { credential });
		expect(outputs[0][0].json).toEqual(body);
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
			expect(message).toMatch(/broke before Wolkvox responded\. .*may have applied/);
		},
	);
});
