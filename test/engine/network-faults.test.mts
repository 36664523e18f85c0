import { appendFileSync, readdirSync, truncateSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../sandbox/n8n.mts';
import { makeCertificates } from '../support/certificates.mts';
import { connectionsTo, forgetConnections } from '../support/connections.mts';
import { table } from '../support/markdown.mts';
import { hasProgram } from '../support/programs.mts';
import { writeSection } from '../support/report.mts';
import { caseIdOf, useServer, type ScriptedResponse } from '../support/server.mts';
import { forbidUnhandledRejections } from '../support/unhandled.mts';
import {
	CONTINUE,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	textFile,
	TOKEN,
	TOOL,
	update,
} from '../support/wolkvox.mts';

// After the support, which sets what n8n reads while it loads.
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';

/** What happens to an update of 3 MB, and what the node makes of it. */
interface Fault {
	name: string;
	/** What the server does once it has the whole request … */
	respond?: ScriptedResponse;
	/** … or what happens to the connection when the first bytes have arrived. */
	onData?: (socket: Socket) => void;
	/** The address, if it is not the server's. */
	url?: () => string | Promise<string>;
	/** The error message; without one the update succeeds. */
	message?: RegExp;
	httpCode?: string;
	/** How often the update is sent with Max Retries at 1. */
	sent?: number;
	/** What became of it, if it is not known: Retry On Fail sends again what was definitely not applied. */
	outcome?: 'refused' | 'notSent';
}

// Hundreds of runs on a busy machine.
jest.setTimeout(60_000);

const server = useServer();
forbidUnhandledRejections();

const rows: unknown[][] = [];

afterAll(() => {
	const head = ['what happens', 'outcome', 'message', 'sent', 'sent with Retry On Fail'];
	writeSection(
		'Network faults',
		`${rows.length} faults. Each hits items that carry a file of 3 MB, in a run that continues and in a run that stops. "sent" counts the requests or connections of one item with *Max Retries* at 1; the last column counts those of two tries of *Retry On Fail*: what may have been applied is not sent again.\n\n${table(head, rows)}`,
	);
});

const openDescriptors = () => readdirSync('/dev/fd').length;

/** Updates two cases in a run that continues, of which `respond` hits the first, then one in a run that stops. */
async function runWithFault({ respond, onData, url = () => server.url }: Fault) {
	if (respond) server.respond = (request) => (caseIdOf(request) === 'case0' ? respond : {});
	if (onData) server.onConnection = (socket) => socket.once('data', () => onData(socket));
	const address = await url();

	const run = async (count: number, node: object) => {
		server.requests = [];
		forgetConnections();
		const result = await update(
			{ url: address },
			{
				items: numbered(count, { data: { name: 'a.bin', contents: Buffer.alloc(3 * 2 ** 20, 7) } }),
				updateFields: { status: 'open', attachments: 'data' },
				options: { maxRetries: 1 },
				requestOptions: { timeout: 1000 },
				node,
			},
		);
		const received = server.requests.filter((request) => caseIdOf(request) === 'case0').length;
		return { ...result, sent: received || connectionsTo(new URL(address)) / count };
	};
	const descriptors = openDescriptors();
	const continued = await run(2, CONTINUE);
	const stopped = await run(1, { ...RETRY_ON_FAIL, maxTries: 2 });
	server.disconnect();
	await sleep(100);
	return { continued, stopped, leftOpen: openDescriptors() - descriptors };
}

/** On the error output, where n8n shows no advice, an unknown outcome is marked. */
const marked = (message: RegExp, outcome: string) =>
	outcome === 'unknown'
		? new RegExp(message.source.replace(/\$/g, ' \\[outcome unknown\\]$'))
		: message;

async function check(fault: Fault) {
	const { name, message, httpCode, sent = 1, outcome = 'unknown' } = fault;
	const { continued, stopped, leftOpen } = await runWithFault(fault);
	const said = stopped.error?.message.replace(/(127\.0\.0\.1|localhost):\d{2,}/, 'crm.test');
	const ended = message ? outcome : 'applied';
	rows.push([name, ended, said?.slice(0, 110) ?? '', continued.sent, stopped.sent]);

	expect(JSON.stringify([continued.run, stopped.run])).not.toContain(TOKEN);
	expect(leftOpen).toBeLessThanOrEqual(0);
	expect([continued.sent, stopped.sent]).toEqual([
		sent,
		message && outcome !== 'unknown' ? 2 * sent : sent,
	]);
	const [updated, failed] = !message ? [[0, 1], []] : fault.respond ? [[1], [0]] : [[], [0, 1]];
	expect(continued.outputs.map(pairedItems)).toEqual([updated, failed]);

	if (!message) return expect(stopped.error).toBeUndefined();
	expect(continued.outputs[1][0].json).toEqual({
		n: 0,
		error: expect.stringMatching(marked(message, outcome)),
	});
	expect(stopped.error).toMatchObject({
		message: expect.stringMatching(message),
		description: expect.stringMatching(outcome === 'unknown' ? /may have applied/ : /\S/),
		context: { itemIndex: 0, outcome },
	});
	return expect(stopped.error!.httpCode ?? undefined).toBe(httpCode);
}

const TIMEOUT = /^Wolkvox did not respond within 1 seconds$/;
const BROKEN = /broke before Wolkvox responded$/;
const UNREADABLE = /sent a response that cannot be read$/;

const writing = (text: string) => (socket: Socket) => void socket.write(text);

describe('after the server has received the whole update', () => {
	it.each<Fault>([
		{ name: 'no response before the timeout', respond: () => {}, message: TIMEOUT },
		{
			name: 'half a response before the timeout',
			respond: (response) => void response.writeHead(200, { 'content-length': '100' }).write('{'),
			message: TIMEOUT,
		},
		{
			name: 'a reset',
			respond: (response) => void response.socket!.resetAndDestroy(),
			message: BROKEN,
		},
		{
			name: 'a closed connection',
			respond: (response) => void response.destroy(),
			message: BROKEN,
		},
		{
			name: 'a connection that is closed within the response',
			respond: (response) => {
				response.writeHead(200, { 'content-length': '100' }).write('{');
				setTimeout(() => response.destroy(), 20);
			},
			message: UNREADABLE,
		},
	])('$name', check);
});

describe('while the update is being sent', () => {
	it.each<Fault>([
		{
			name: 'a reset before the upload ends',
			onData: (socket) => void socket.resetAndDestroy(),
			message: BROKEN,
		},
		{
			name: 'a reset during the upload',
			onData: (socket) => void socket.once('data', () => socket.resetAndDestroy()),
			message: BROKEN,
		},
		{
			name: '413 before the upload ends',
			onData: writing(
				'HTTP/1.1 413 Too Large\r\nContent-Type: application/json\r\nContent-Length: 33\r\n\r\n{"code":413,"msg":"File too big"}',
			),
			message: /^File too big$/,
			httpCode: '413',
			outcome: 'refused',
		},
		{
			name: 'a response that is not HTTP',
			onData: writing('SSH-2.0-OpenSSH_9.6\r\n'),
			message: UNREADABLE,
		},
		{
			name: 'a header larger than Node reads',
			onData: writing(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`),
			message: UNREADABLE,
		},
		{
			name: 'broken chunks',
			onData: writing('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n'),
			message: /cannot be read$|broke before/,
		},
	])('$name', check);
});

describe('before the update is sent', () => {
	it.each<Fault>([
		{
			name: 'a refused connection',
			url: async () => `http://127.0.0.1:${await freePort()}`,
			message: /^The server 127\.0\.0\.1:\d+ refused the connection$/,
			sent: 2,
			outcome: 'notSent',
		},
		{
			name: 'an unknown host',
			url: () => 'https://nowhere.invalid',
			message: /^The server nowhere\.invalid was not found$/,
			sent: 2,
			outcome: 'notSent',
		},
		{
			name: 'plain HTTP where HTTPS is expected',
			url: () => `https://${server.host}`,
			onData: writing('HTTP/1.1 400 Bad\r\n\r\n'),
			message: /^No secure connection to /,
			outcome: 'notSent',
		},
	])('$name', check);

	const throughProxy = async (port: number) =>
		await update(
			{ url: 'https://localhost:1' },
			{
				requestOptions: { proxy: `http://127.0.0.1:${port}` },
				options: { maxRetries: 0 },
			},
		);

	it('a proxy that refuses the connection is named instead of the server', async () => {
		const { error } = await throughProxy(await freePort());
		expect(error!.message).toBe('The proxy 127.0.0.1 refused the connection');
		expect(error!.description).toMatch(/^Check 'Proxy' under Settings > Request Options\. /);
	});

	it.each([
		[
			'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n',
			'The proxy 127.0.0.1 requires a user name and password',
			'notSent',
		],
		[
			'HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\nDenied',
			'The proxy 127.0.0.1 or localhost:1 sent unexpected content instead of a response from Wolkvox (HTTP 403)',
			'refused',
		],
		['', 'The proxy 127.0.0.1 cannot be reached', 'notSent'],
	])(
		'a proxy that responds to CONNECT with %j is not called Wolkvox',
		async (bytes, message, outcome) => {
			server.onConnection = (socket) => socket.once('data', () => socket.end(bytes));
			const { error } = await throughProxy(server.port);
			expect(error).toMatchObject({ message, context: { outcome } });
		},
	);
});

const describeWithOpenssl = hasProgram('openssl', ['version'], 'openssl')
	? describe
	: describe.skip;

describeWithOpenssl('TLS', () => {
	let certificates: ReturnType<typeof makeCertificates>;

	beforeAll(() => {
		certificates = makeCertificates();
	});

	/** Speaks HTTPS on each connection, and hands over its socket, which carries the encrypted bytes. */
	const useTls = (kind: keyof typeof certificates, onSocket = (_: Socket) => {}) => {
		const https = createHttpsServer(certificates[kind], server.handle);
		https.on('tlsClientError', () => {});
		server.onConnection = (socket) => {
			onSocket(socket);
			https.emit('connection', Duplex.from({ readable: socket, writable: socket }));
		};
		return `https://localhost:${server.port}`;
	};

	it.each([
		['good', undefined],
		['expired', /^No secure connection to localhost:\d+: certificate has expired$/],
		['wrongHost', /^No secure connection to localhost:\d+: Hostname\/IP does not match/],
		['selfSigned', /^No secure connection to localhost:\d+: self[- ]signed certificate$/],
	] as const)('a certificate that is %s', async (kind, message) => {
		const url = useTls(kind);
		await check({
			name: `TLS: ${kind} certificate`,
			url: () => url,
			...(message && { message, outcome: 'notSent' as const }),
		});
		expect(server.requests).toHaveLength(message ? 0 : 1);
	});

	it.each([
		['plain text', Buffer.from('<html>Gateway error</html>')],
		['a record that cannot be decrypted', Buffer.from([23, 3, 3, 0, 32, ...Array(32).fill(7)])],
	])('an update after which the encryption breaks is not sent again: %s', async (_, bytes) => {
		let socket!: Socket;
		const url = useTls('good', (each) => (socket = each));
		server.respond = () => () => void socket.write(bytes);
		const { error } = await update({ url }, { node: RETRY_ON_FAIL });
		expect(server.requests).toHaveLength(1);
		expect(error!.message).toMatch(/^The secure connection to localhost:\d+ broke: [a-z0-9 ]+$/);
		expect(error!.description).toContain('may have applied the update');
	});
});

describe('a stored attachment', () => {
	/** Stores a file of 100,000 bytes, changes it on disk, and attaches it. */
	const attachAfter = async (change: (path: string) => void) => {
		const { run } = await update(server, {
			items: numbered(1, { data: textFile('a.txt', 'x'.repeat(100_000)) }),
		});
		const stored = run.data.resultData.runData.Source[0].data!.main[0]![0].binary!.data;
		change(Container.get(BinaryDataService).getPath(stored.id!));
		const started = performance.now();
		const { error } = await update(server, {
			updateFields: { attachments: `={{ ${JSON.stringify(stored)} }}` },
			requestOptions: { timeout: 20_000 },
		});
		return { error, milliseconds: performance.now() - started };
	};

	it.each([
		['that has lost a part', (path: string) => truncateSync(path, 50_000)],
		['that has grown', (path: string) => appendFileSync(path, 'y'.repeat(50_000))],
	])('%s ends the request at once, and the outcome is unknown', async (_, change) => {
		let socket!: Socket;
		const serve = server.onConnection;
		server.onConnection = (each) => serve((socket = each));

		const { error, milliseconds } = await attachAfter(change);
		expect(milliseconds).toBeLessThan(5000);
		expect(error).toMatchObject({
			message: `'Attachments': "a.txt" could not be read completely`,
			description: expect.stringContaining('may have applied the update'),
		});
		expect(socket.bytesRead).toBeLessThan(102_000);
	});
});

it('a file store that cannot be reached is not taken for the server', async () => {
	const service = Container.get(BinaryDataService);
	const refusal = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), {
		code: 'ECONNREFUSED',
		syscall: 'connect',
	});
	const open = jest.spyOn(service, 'getAsStream').mockRejectedValue(refusal);
	const { error } = await update(server, {
		items: numbered(1, { data: textFile('a.txt') }),
		updateFields: { status: 'open', attachments: 'data' },
		requestOptions: { timeout: 5000 },
		node: RETRY_ON_FAIL,
	});
	expect(open).toHaveBeenCalledTimes(1);
	open.mockRestore();
	expect(error).toMatchObject({
		message: `'Attachments': "a.txt" could not be read completely`,
		context: { outcome: 'unknown' },
	});
});

it('a tool call whose response was lost is not sent again by Retry On Fail', async () => {
	server.respond = () => (response) => response.destroy();
	await update(server, { node: { ...TOOL, ...RETRY_ON_FAIL } });
	expect(server.requests).toHaveLength(1);
});

describe('500 failures leave no file and no connection open', () => {
	const failing = async (count: number, size: number) =>
		await update(server, {
			items: numbered(count, { data: { name: 'a.bin', contents: Buffer.alloc(size) } }),
			updateFields: { attachments: 'data' },
			options: { maxConcurrent: 10 },
			node: CONTINUE,
		});

	it.each([
		[
			'after the upload',
			100_000,
			() => {
				server.respond = (_, index) =>
					index % 2 === 0 ? (response) => response.socket!.resetAndDestroy() : { status: 500 };
			},
		],
		[
			'during the upload',
			2 ** 20,
			() => {
				server.onConnection = (socket) => socket.once('data', () => socket.resetAndDestroy());
			},
		],
	])('%s', async (when, size, fail) => {
		fail();
		// The first failures load what stays loaded.
		await failing(20, size);
		await sleep(200);
		const before = openDescriptors();
		forgetConnections();
		server.requests = [];
		const { outputs } = await failing(500, size);
		expect(outputs[1]).toHaveLength(500);
		const sent = (server.requests.length || connectionsTo(new URL(server.url))) / 500;
		await sleep(200);
		const left = openDescriptors() - before;
		expect(left).toBeLessThanOrEqual(0);
		expect(sent).toBe(1);
		rows.push([
			`500 failures in a row ${when}`,
			`${Math.max(left, 0)} descriptors left open`,
			'',
			sent,
			'',
		]);
	});
});
