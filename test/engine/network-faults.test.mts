import { readdirSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';

import { makeCertificates } from '../support/certificates.mts';
import { hasProgram } from '../support/programs.mts';
import { watchRejections } from '../support/rejections.mts';
import { table } from '../support/markdown.mts';
import { writeSection } from '../support/report.mts';
import type { Answer } from '../support/server.mts';
import { fieldOf, startServer, SUCCESS } from '../support/server.mts';
import { isSince } from '../support/version.mts';
import { numbered, TOKEN, update } from '../support/wolkvox.mts';

/** What a server does to one request, and what the node makes of it. */
interface Fault {
	name: string;
	/** Answers by hand at the level of HTTP … */
	answer?: Answer;
	/** … or at the level of the connection; the first bytes of the request have come in. */
	raw?: (socket: Socket) => void;
	message: RegExp;
	httpCode?: string;
	/** How often the request is sent in all. */
	sends?: number;
	succeeds?: boolean;
}

const MAY_BE_TAKEN = /not sent again|look at the case before/;

const withStatus = (status: number, more: Partial<Fault> = {}): Fault => ({
	name: `HTTP ${status} with Wolkvox's JSON`,
	answer: { status, body: { code: status, error: 'X', msg: `Refused ${status}` } },
	message: new RegExp(`^Refused ${status}$`),
	httpCode: String(status),
	...more,
});

const withCode = (code: number | string): Fault => ({
	name: `code ${JSON.stringify(code)} inside HTTP 200`,
	answer: { body: { code, error: 'X', msg: `Refused ${code}` } },
	message: new RegExp(`^Refused ${code}$`),
	httpCode: String(code),
	sends: Number(code) === 429 ? 2 : 1,
});

const withBody = (name: string, body: unknown, message: RegExp, status = 200): Fault => ({
	name,
	answer: { status, body, headers: { 'content-type': 'text/html' } },
	message,
	httpCode: String(status),
});

const good = (name: string, answer: Answer): Fault => ({
	name,
	answer,
	message: /^$/,
	succeeds: true,
});

const VENDOR = [400, 401, 403, 404, 405, 412, 416, 417];
const USUAL = [
	402, 406, 408, 409, 410, 411, 413, 414, 415, 418, 421, 422, 423, 424, 425, 426, 428, 431, 451,
];
const SERVER = [500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 522, 524];

const BROKEN = /broke before Wolkvox answered$/;

/** Writes an answer by hand, then leaves the connection as it is. */
const writing = (text: string) => (socket: Socket) => void socket.write(text);

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

const FAULTS: Fault[] = [
	...[300, 301, 302, 303, 305, 307, 308].map((status) => ({
		name: `HTTP ${status} to another host`,
		answer: { status, headers: { location: 'http://localhost:1/elsewhere' }, body: '' },
		message: /does not serve the API: it points to localhost:1$/,
		httpCode: String(status),
	})),
	{
		name: 'HTTP 302 without a location',
		answer: { status: 302, body: '' },
		message: /it points to another address$/,
		httpCode: '302',
	},
	...[...VENDOR, ...USUAL, ...SERVER].map((status) => withStatus(status)),
	withStatus(429, { sends: 2 }),
	withStatus(503, {
		name: 'HTTP 503 with Retry-After',
		answer: {
			status: 503,
			headers: { 'retry-after': '0' },
			body: { code: 503, msg: 'Refused 503' },
		},
		sends: 2,
	}),
	withStatus(429, {
		name: 'HTTP 429 with a Retry-After of an hour',
		answer: {
			status: 429,
			headers: { 'retry-after': '3600' },
			body: { code: 429, msg: 'Refused' },
		},
		message: /^Refused\. Wolkvox asks to wait 3600 seconds$/,
	}),
	...[...VENDOR, 429, 500].flatMap((code) => [withCode(code), withCode(String(code))]),
	withBody(
		'HTTP 200 with a web page',
		'<!doctype html><p>Login',
		/sent a web page where Wolkvox sends JSON$/,
	),
	withBody(
		'HTTP 404 with a web page',
		'<h1>Not found',
		/answered with HTTP 404 and no explanation$/,
		404,
	),
	withBody(
		'HTTP 502 with a web page',
		'<h1>Bad gateway',
		/answered with HTTP 502 and no explanation$/,
		502,
	),
	withBody('an empty answer', '', /sent an empty answer/),
	withBody('HTTP 204', '', /sent an empty answer/, 204),
	withBody('the text null', 'null', /sent an empty answer/),
	withBody('a list', '[{"code":200,"data":{}}]', /sent other data/),
	withBody('a number', '200', /sent other data/),
	withBody(
		'a PHP notice before the JSON',
		`Notice: x in y.php on line 1\n${JSON.stringify(SUCCESS)}`,
		/sent a text/,
	),
	withBody('JSON that breaks off', '{"code":200,"error":"nu', /sent a text/),
	withBody('JSON of another service', '{"ok":true}', /does not say whether the case was updated$/),
	withBody(
		'a code that is no number',
		'{"code":"OK","data":{}}',
		/does not say whether the case was updated$/,
	),
	withBody('10 MB of garbage', 'x'.repeat(10 * 2 ** 20), /sent a text/),
	{
		name: 'a message of 1 MB',
		answer: { body: { code: 400, msg: 'm'.repeat(2 ** 20) } },
		message: /^m{500}$/,
		httpCode: '400',
	},
	good('a byte order mark before the JSON', { body: `\ufeff${JSON.stringify(SUCCESS)}` }),
	good('JSON declared as text/html', { headers: { 'content-type': 'text/html' } }),
	good('JSON in gzip', {
		body: gzipSync(JSON.stringify(SUCCESS)),
		headers: { 'content-encoding': 'gzip' },
	}),
	good('an answer that drips in', drip),
	// The HTTP library of n8n 2.8 waits for ever then, whatever the timeout.
	...(isSince('2.20') || !isSince('2.0')
		? [
				{
					name: 'broken gzip',
					answer: { body: 'not gzip', headers: { 'content-encoding': 'gzip' } },
					message: /sent an answer that cannot be read$/,
				},
			]
		: []),
	{
		name: 'no answer until the timeout',
		answer: () => {},
		message: /^Wolkvox did not answer within 1 seconds$/,
	},
	{
		name: 'half an answer until the timeout',
		answer: (response) => void response.writeHead(200, { 'content-length': '100' }).write('{'),
		message: /^Wolkvox did not answer within 1 seconds$/,
	},
	{
		name: 'reset before the upload ends',
		raw: (socket) => void socket.resetAndDestroy(),
		message: BROKEN,
	},
	{
		name: 'reset during the upload',
		raw: (socket) => void socket.once('data', () => socket.resetAndDestroy()),
		message: BROKEN,
	},
	{
		name: 'reset after the upload',
		answer: (response) => void response.socket!.resetAndDestroy(),
		message: BROKEN,
	},
	{
		name: 'closed after the upload',
		answer: (response) => void response.destroy(),
		message: BROKEN,
	},
	{
		name: 'closed within the answer',
		answer: (response) => {
			response.writeHead(200, { 'content-length': '100' }).write('{');
			setTimeout(() => response.destroy(), 20);
		},
		message: /sent an answer that cannot be read$/,
	},
	{
		name: '413 before the upload ends',
		raw: writing(
			'HTTP/1.1 413 Too Large\r\nContent-Type: application/json\r\nContent-Length: 33\r\n\r\n{"code":413,"msg":"File too big"}',
		),
		message: /^File too big$/,
		httpCode: '413',
	},
	{
		name: 'an answer that is not HTTP',
		raw: writing('SSH-2.0-OpenSSH_9.6\r\n'),
		message: /cannot be read$/,
	},
	{
		name: 'a header larger than Node reads',
		raw: writing(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`),
		message: /cannot be read$/,
	},
	{
		name: 'broken chunks',
		raw: writing('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n'),
		message: /cannot be read$|broke before/,
	},
	{
		name: 'plain http where https is expected',
		raw: writing('HTTP/1.1 400 Bad\r\n\r\n'),
		message: /^No secure connection to /,
	},
];

// Hundreds of runs on a busy machine.
jest.setTimeout(60_000);

const rows: unknown[][] = [];

const files = {
	data: { name: 'a.bin', type: 'application/octet-stream', contents: Buffer.alloc(3 * 2 ** 20, 7) },
};

/** Sends two items, the first into the fault, the second into a success, and notes what came out. */
async function suffer(fault: Fault, url: string, sends: () => number) {
	const settings = {
		items: numbered(2).map((item) => ({ ...item, files })),
		updateFields: { status: 'open', attachments: 'data' },
		options: { maxRetries: 1 },
		requestOptions: { timeout: 1000 },
	};
	const going = await update(url, { ...settings, node: { onError: 'continueErrorOutput' } });
	const sendsOfOne = sends();
	const { error } = await update(url, settings);

	const [message] = going.outputs[1].map(({ json }) => json.error as string);
	const unsure = MAY_BE_TAKEN.test(error?.description ?? '');
	const cell = fault.succeeds
		? 'updated'
		: message?.replace(/(127\.0\.0\.1|localhost):\d{2,}/, 'the server');
	rows.push([
		fault.name,
		cell?.slice(0, 110),
		error?.httpCode ?? '',
		sendsOfOne,
		unsure ? 'yes' : '',
	]);
	return { going, error, sendsOfOne };
}

function expectOutcome(
	fault: Fault,
	{ going, error, sendsOfOne }: Awaited<ReturnType<typeof suffer>>,
) {
	expect(JSON.stringify([going.run, error])).not.toContain(TOKEN);
	if (fault.succeeds) {
		expect(error).toBeUndefined();
		expect(going.outputs[0].map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
		]);
		return;
	}
	expect(error!.message).toMatch(fault.message);
	expect(error!.httpCode ?? undefined).toBe(fault.httpCode);
	expect(error!.context!.itemIndex).toBe(0);
	expect(error!.description).toBeTruthy();
	expect(sendsOfOne).toBe(fault.sends ?? 1);
	const failed = going.outputs[1][0];
	expect(failed).toEqual({
		json: { n: 0, error: expect.stringMatching(fault.message) },
		pairedItem: { item: 0 },
	});
}

const openDescriptors = () => readdirSync('/dev/fd').length;

const unhandled = watchRejections();

afterEach(() => expect(unhandled).toEqual([]));

afterAll(() => {
	const head = [
		'what the server does',
		'message',
		'`httpCode`',
		'sent',
		'says that it may be taken',
	];
	writeSection(
		'Faults',
		`${rows.length} answers and behaviours. Each is met by the first of two items that carry a file of 3 MB, once in a run that goes on (the input and the pairing of both items are checked on both outputs) and once in a run that stops. "sent" counts the requests of that item with *Max Retries* at 1.\n\n${table(head, rows)}`,
	);
});

describe('answers over HTTP', () => {
	it.each(FAULTS.filter(({ answer }) => answer).map((fault) => [fault.name, fault] as const))(
		'%s',
		async (_, fault) => {
			const server = await startServer((request) =>
				fieldOf(request, 'wolkvox-id') === 'case0' ? fault.answer! : {},
			);
			const outcome = await suffer(
				fault,
				server.url,
				() =>
					server.requests.filter((request) => fieldOf(request, 'wolkvox-id') === 'case0').length,
			);
			await server.close();
			expectOutcome(fault, outcome);
			if (!fault.succeeds)
				expect(outcome.going.outputs[0]).toMatchObject([{ pairedItem: { item: 1 } }]);
		},
	);
});

describe('what happens to the connection', () => {
	let server: Server;
	let connections: Socket[];
	let fault: Fault;

	beforeEach(async () => {
		connections = [];
		server = createServer((socket) => {
			connections.push(socket);
			socket.on('error', () => {});
			socket.once('data', () => fault.raw!(socket));
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	});

	afterEach(async () => {
		for (const socket of connections) socket.destroy();
		await new Promise((resolve) => server.close(resolve));
	});

	it.each(FAULTS.filter(({ raw }) => raw).map((each) => [each.name, each] as const))(
		'%s',
		async (_, each) => {
			fault = each;
			const scheme = each.name.includes('https') ? 'https' : 'http';
			const { port } = server.address() as AddressInfo;
			const before = openDescriptors();
			const outcome = await suffer(
				fault,
				`${scheme}://127.0.0.1:${port}`,
				() => connections.length / 2,
			);
			for (const socket of connections) socket.destroy();
			await new Promise((resolve) => setTimeout(resolve, 100));
			expect(openDescriptors()).toBeLessThanOrEqual(before);
			expectOutcome(fault, outcome);
			expect(outcome.going.outputs[1].map(({ pairedItem }) => pairedItem)).toEqual([
				{ item: 0 },
				{ item: 1 },
			]);
		},
	);

	it('a refused connection', async () => {
		const { port } = server.address() as AddressInfo;
		await new Promise((resolve) => server.close(resolve));
		const refused = { name: 'a refused connection', message: /refused the connection$/ };
		expectOutcome(refused, await suffer(refused, `http://127.0.0.1:${port}`, () => 1));
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	});

	it('an unknown host', async () => {
		const unknown = {
			name: 'an unknown host',
			message: /^The server nowhere\.invalid is not known$/,
		};
		expectOutcome(unknown, await suffer(unknown, 'nowhere.invalid', () => 1));
	});
});

const withOpenssl = hasProgram('openssl', ['version'], 'openssl') ? describe : describe.skip;

withOpenssl('TLS', () => {
	let certificates: ReturnType<typeof makeCertificates>;

	beforeAll(() => {
		certificates = makeCertificates();
	});

	it.each([
		['good', undefined],
		['expired', /^No secure connection to localhost:\d+: certificate has expired$/],
		['wrongHost', /^No secure connection to localhost:\d+: Hostname\/IP does not match/],
		['selfSigned', /^No secure connection to localhost:\d+: self[- ]signed certificate$/],
	] as const)('a certificate that is %s', async (kind, message) => {
		let requests = 0;
		const server = createHttps(certificates[kind], (request, response) => {
			requests++;
			request.resume().on('end', () => response.end(JSON.stringify(SUCCESS)));
		});
		server.on('tlsClientError', () => {});
		await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
		const { port } = server.address() as AddressInfo;
		const fault = {
			name: `TLS: ${kind} certificate`,
			message: message ?? /^$/,
			succeeds: !message,
		};
		const outcome = await suffer(fault, `https://localhost:${port}`, () => 1);
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
		expectOutcome(fault, outcome);
		expect(requests).toBe(message ? 0 : 4);
	});
});

describe('500 failures', () => {
	const failing = async (url: string, count: number, size: number) =>
		await update(url, {
			items: numbered(count).map((item) => ({
				...item,
				files: { data: { name: 'a.bin', contents: Buffer.alloc(size) } },
			})),
			updateFields: { attachments: 'data' },
			options: { maxConcurrent: 10 },
			node: { onError: 'continueErrorOutput' },
		});

	/** Descriptors that 500 failures leave open; the first ones load what stays loaded. */
	const leftOpen = async (url: string, size: number) => {
		await failing(url, 20, size);
		await new Promise((resolve) => setTimeout(resolve, 200));
		const before = openDescriptors();
		const { outputs } = await failing(url, 500, size);
		expect(outputs[1]).toHaveLength(500);
		await new Promise((resolve) => setTimeout(resolve, 200));
		return openDescriptors() - before;
	};

	const expectNoneLeft = (name: string, left: number) => {
		rows.push([name, `${left > 0 ? left : 'no'} descriptors left open`, '', 1, '']);
		expect(left).toBeLessThanOrEqual(0);
	};

	it('after the upload leave no file and no connection open', async () => {
		const server = await startServer((_, number) =>
			number % 2 === 0 ? (response) => response.socket!.resetAndDestroy() : { status: 500 },
		);
		const left = await leftOpen(server.url, 100_000);
		await server.close();
		expectNoneLeft('500 failures in a row after the upload of a file', left);
	});

	it('during the upload leave no file and no connection open', async () => {
		const server = createServer((socket) => {
			socket.on('error', () => {});
			socket.once('data', () => socket.resetAndDestroy());
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const left = await leftOpen(
			`http://127.0.0.1:${(server.address() as AddressInfo).port}`,
			2 ** 20,
		);
		await new Promise((resolve) => server.close(resolve));
		expectNoneLeft('500 failures in a row during the upload of a file', left);
	});
});
