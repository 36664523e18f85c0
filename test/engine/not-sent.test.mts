import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { TlsOptions } from 'node:tls';

import { freePort } from '../../tools/ports.mts';
import { makeCertificates } from '../support/certificates.mts';
import { connectionsTo, forgetConnections } from '../support/connections.mts';
import { hasProgram } from '../support/programs.mts';
import { useServer } from '../support/server.mts';
import {
	RETRY_ON_FAIL,
	TOKEN,
	expectRefusal,
	numbered,
	textFile,
	update,
} from '../support/wolkvox.mts';

// Certificates are made, and each run has two tries, on a busy machine.
jest.setTimeout(60_000);

const server = useServer();

/** All that has arrived at the server, as text. */
let received: string;

const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [
	name,
	name.toLowerCase(),
]);

beforeEach(() => {
	received = '';
	for (const name of PROXIES) delete process.env[name];
});
afterAll(() => PROXIES.forEach((name) => delete process.env[name]));

/** Lets a function have each connection, after the first bytes have arrived. */
const onFirstBytes = (act: (socket: Socket) => void) => {
	server.onConnection = (socket) => {
		socket.on('data', (bytes) => (received += bytes.toString('latin1')));
		socket.once('data', () => act(socket));
	};
};

/** Updates a case with a file in two tries, and says how often somebody was asked to take it. */
const tryToUpdate = async (url: string, requestOptions = {}, asked = server.url) => {
	forgetConnections();
	const { error } = await update(
		{ url },
		{
			items: numbered(1, { data: textFile('a.txt') }),
			updateFields: { status: 'open', attachments: 'data' },
			options: { maxRetries: 1 },
			requestOptions,
			node: { ...RETRY_ON_FAIL, maxTries: 2 },
		},
	);
	expect(error!.context!.outcome).toBe('notSent');
	expect(server.requests).toHaveLength(0);
	expect(received).not.toContain(TOKEN);
	return { error: error!, asked: connectionsTo(new URL(asked)) };
};

/** The node itself does not ask again, but Retry On Fail does. */
const ONCE_A_TRY = 2;

const describeWithOpenssl = hasProgram('openssl', ['version'], 'openssl')
	? describe
	: describe.skip;

describeWithOpenssl('TLS', () => {
	let certificates: ReturnType<typeof makeCertificates>;

	beforeAll(() => {
		certificates = makeCertificates();
	});

	/** Speaks HTTPS on each connection. */
	const useTls = (kind: keyof typeof certificates, options: TlsOptions = {}) => {
		const https = createHttpsServer(
			{ ...certificates[kind], ...options },
			(...exchange) => void server.handle(...exchange),
		);
		https.on('tlsClientError', () => {});
		server.onConnection = (socket) =>
			https.emit('connection', Duplex.from({ readable: socket, writable: socket }));
		return `https://localhost:${server.port}`;
	};

	/** Lets the server use what clients reject. */
	const WEAK = { ciphers: 'DEFAULT:@SECLEVEL=0' };

	it.each<[keyof typeof certificates, string]>([
		['forClients', 'unsuitable certificate purpose'],
		['pathTooLong', 'path length constraint exceeded'],
		['shortKey', 'EE certificate key too weak'],
		['sha1', 'CA signature digest algorithm too weak'],
	])("nothing is sent to a certificate that OpenSSL rejects: %s, '%s'", async (kind, reason) => {
		const url = useTls(kind, WEAK);
		const { error, asked } = await tryToUpdate(url, {}, url);
		expect(error.message).toBe(`No secure connection to localhost:${server.port}: ${reason}`);
		expect(error.description).toContain('n8n does not trust the certificate');
		expect(asked).toBe(ONCE_A_TRY);
	});

	it('a proxy with a certificate that is not trusted is named beside the server', async () => {
		const proxy = useTls('selfSigned');
		const { error, asked } = await tryToUpdate('https://localhost:1', { proxy }, proxy);
		expect(error.message).toBe(
			'No secure connection to localhost:1 or to the proxy localhost: self-signed certificate',
		);
		expect(error.description).toMatch(/^Check 'Proxy' under Settings > Request Options\. /);
		expect(asked).toBe(ONCE_A_TRY);
	});

	it('a proxy for https:// that speaks plain HTTP is named beside the server', async () => {
		onFirstBytes((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
		const proxy = `https://${server.host}`;
		const { error, asked } = await tryToUpdate('https://localhost:1', { proxy });
		expect(error.message).toBe(
			'No secure connection to localhost:1 or to the proxy 127.0.0.1: the server does not speak HTTPS',
		);
		expect(error.description).toMatch(/^Check 'Proxy' under Settings > Request Options\. /);
		expect(asked).toBe(ONCE_A_TRY);
	});
});

describe('a proxy that wants a login', () => {
	const PAGE = '<h1>Proxy login</h1>';
	const HEAD = `HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: ${PAGE.length}\r\n\r\n`;

	beforeEach(() =>
		onFirstBytes((socket) => {
			socket.write(HEAD);
			setTimeout(() => socket.end(PAGE), 80);
		}),
	);

	it('and sends its page later is named, and nothing was sent', async () => {
		const { error, asked } = await tryToUpdate('https://localhost:1', { proxy: server.url });
		expect(error).toMatchObject({
			message: 'The proxy 127.0.0.1 requires a user name and password',
			httpCode: '407',
		});
		expect(asked).toBe(ONCE_A_TRY);
	});

	it("in n8n's environment and sends its page later: nothing was sent", async () => {
		process.env.HTTPS_PROXY = server.url;
		const { error, asked } = await tryToUpdate('https://localhost:1');
		expect(error).toMatchObject({
			message: 'A proxy on the way requires a user name and password',
			httpCode: '407',
		});
		expect(asked).toBe(ONCE_A_TRY);
	});
});

describe("a proxy in n8n's environment that cannot be reached is named", () => {
	it.each<[string, string]>([
		['HTTPS_PROXY', 'https://localhost:4443'],
		['https_proxy', 'https://127.0.0.1:4443'],
		['ALL_PROXY', 'https://127.0.0.1:4444'],
		['HTTP_PROXY', 'http://localhost:4480'],
	])('by %s, for %s', async (name, url) => {
		const proxy = `127.0.0.1:${await freePort()}`;
		process.env[name] = `http://${proxy}`;
		const { error, asked } = await tryToUpdate(url, {}, `http://${proxy}`);
		expect(error.message).toBe(`The proxy ${proxy} in n8n's environment refused the connection`);
		expect(error.description).toContain(
			'Ask the person who runs n8n to check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY.',
		);
		expect(asked).toBe(ONCE_A_TRY);
	});

	it('if it closes the connection without a response', async () => {
		onFirstBytes((socket) => void socket.end());
		process.env.HTTPS_PROXY = server.url;
		const { error } = await tryToUpdate('https://localhost:4443');
		expect(error.message).toBe("The proxy in n8n's environment cannot be reached");
	});
});

describe("a scheme of 'Proxy' that n8n would go round", () => {
	it.each(['socks4', 'socks5', 'socks', 'ftp', 'SOCKS5'])(
		'is refused, and no one is connected to: %s://',
		async (scheme) => {
			onFirstBytes((socket) => void socket.destroy());
			forgetConnections();
			const url = `https://localhost:${server.port}`;
			const result = await update(
				{ url },
				{ requestOptions: { proxy: `${scheme}://127.0.0.1:9` } },
			);
			const advice = expectRefusal(
				server,
				result,
				`'Proxy' begins with ${scheme.toLowerCase()}://, but n8n uses only HTTP proxies`,
			);
			expect(advice).toContain('http:// or https://');
			expect(connectionsTo(new URL(url))).toBe(0);
			expect(received).toBe('');
		},
	);
});
