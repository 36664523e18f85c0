import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';

import type { IDataObject } from 'n8n-workflow';
import { generate, type CertificateExtension, type SelfsignedOptions } from 'selfsigned';

import { freePort } from '../../tools/ports.mts';
import { expectNoneLeftOpen, openDescriptors } from '../support/descriptors.mts';
import { connectionsTo, forgetConnections } from '../support/connections.mts';
import { FAULTS, TIMEOUT_MS, type Fault } from '../support/faults.mts';
import { CREATE_CASE, FIND_CASES, UPDATE_CASE } from '../support/operations.mts';
import { itemOf, useServer } from '../support/server.mts';
import { BROKEN_COMPRESSION_HANGS, STATUS_IS_FORGOTTEN } from '../support/version.mts';
import {
	CONTINUE,
	execute,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	textFile,
	TOKEN,
	TWO_TRIES,
	update,
} from '../support/wolkvox.mts';

const server = useServer();

beforeEach(forgetConnections);

const certificates = makeCertificates();

/** Certificates, of which this process trusts all but the self-signed one, so that only the intended fault shows. */
async function makeCertificates() {
	const day = (offset: number) => new Date(Date.now() + offset * 86_400_000);
	const make = async (host: string, options: SelfsignedOptions = {}) => {
		const { private: key, cert } = await generate([{ name: 'commonName', value: host }], {
			keyType: 'ec',
			algorithm: 'sha256',
			notBeforeDate: day(-3),
			notAfterDate: day(2),
			...options,
		});
		return { key, cert };
	};
	const forClients: CertificateExtension[] = [
		{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
		{ name: 'extKeyUsage', clientAuth: true },
	];
	const trusted = {
		good: await make('localhost'),
		expired: await make('localhost', { notAfterDate: day(-1) }),
		'for another host': await make('crm.example.com'),
		'for clients': await make('localhost', { extensions: forClients }),
		'too weak': await make('localhost', { keyType: 'rsa', keySize: 768 }),
	};
	const original = tls.createSecureContext;
	// Node reads NODE_EXTRA_CA_CERTS only when it starts; this adds an authority later.
	tls.createSecureContext = (options) => {
		const context = original(options);
		const { addCACert } = context.context as { addCACert(pem: string): void };
		for (const { cert } of Object.values(trusted)) addCACert.call(context.context, cert);
		return context;
	};
	return { ...trusted, 'self-signed': await make('localhost') };
}

/** Speaks HTTPS on each connection, and hands over its socket, which carries the encrypted bytes. */
async function useHttps(kind: Fault['certificate'] | 'good', onSocket = (_: Socket) => {}) {
	const https = createHttpsServer(
		// Clients reject what this server may use.
		{ ...(await certificates)[kind!], ciphers: 'DEFAULT:@SECLEVEL=0' },
		(...exchange) => void server.handle(...exchange),
	);
	https.on('tlsClientError', () => {});
	server.onConnection = (socket) => {
		onSocket(socket);
		https.emit('connection', Duplex.from({ readable: socket, writable: socket }));
	};
	return `https://localhost:${server.port}`;
}

/** Lets the fault hit the requests for item 0, or all if it hits the connection; returns the address. */
async function cause({ respond, onData, certificate, url = () => server.url }: Fault) {
	if (respond) server.respond = (request) => (itemOf(request) === 0 ? respond : {});
	if (onData) server.onConnection = (socket) => socket.once('data', () => onData(socket));
	return certificate ? await useHttps(certificate) : await url(server);
}

const faults = FAULTS.filter(
	({ name }) => !(BROKEN_COMPRESSION_HANGS && name === 'broken compression'),
);

const FILE = { data: { name: 'a.bin', contents: Buffer.alloc(3 * 2 ** 20, 7) } };

const SMALL_FILE = { data: textFile('a.txt') };

// How each of these errors is explained to users and to agents: test/unit/network-errors.test.mts.
describe.each(faults)('$name', (fault) => {
	const { outcome, message } = fault.failure;

	it('fails an update, which is sent again only if it was not sent, and leaves nothing open', async () => {
		const descriptors = openDescriptors();
		const url = await cause(fault);
		const { run, outputs } = await update(
			{ url },
			{
				items: numbered(2, fault.onData ? FILE : SMALL_FILE),
				updateFields: { attachments: 'data' },
				options: { maxRetries: 0 },
				requestOptions: fault.name.includes('timeout') ? { timeout: TIMEOUT_MS } : {},
				node: { ...TWO_TRIES, ...CONTINUE },
			},
		);
		const text = message.replace('HOST', new URL(url).host);
		expect(outputs[1][0].json).toEqual({
			n: 0,
			error: outcome === 'unknown' ? `${text} [outcome unknown]` : text,
		});
		expect(outputs.map(pairedItems)).toEqual(fault.respond ? [[1], [0]] : [[], [0, 1]]);

		const items = fault.respond ? 1 : 2;
		const tries = outcome === 'unknown' ? 1 : 2;
		const sent = connectionsTo(new URL(url)) - (fault.respond ? 1 : 0);
		expect(sent).toBe(items * tries);

		expect(JSON.stringify(run)).not.toContain(TOKEN);
		server.disconnect();
		await expectNoneLeftOpen(descriptors);
	});
});

const NAMED = Object.fromEntries(FAULTS.map((fault) => [fault.name, fault]));

it.each(['a closed connection', 'a refused connection'])(
	'after %s, a create is sent again only if it was not sent, and a read always',
	async (name) => {
		const fault = NAMED[name];
		const url = await cause(fault);
		for (const operation of [CREATE_CASE, FIND_CASES]) {
			forgetConnections();
			const { error } = await execute({ url }, operation, {
				options: { maxRetries: 0 },
				node: TWO_TRIES,
			});
			const { outcome, message } = fault.failure;
			expect(error).toMatchObject({ message: message.replace('HOST', new URL(url).host) });
			const isOnce = operation === CREATE_CASE && outcome === 'unknown';
			expect(connectionsTo(new URL(url))).toBe(isOnce ? 1 : 2);
		}
	},
);

it('a response before the upload ends is read', async () => {
	const json = '{"code":413,"msg":"File too big"}';
	const head =
		'HTTP/1.1 413 Too Large\r\nContent-Type: application/json\r\nContent-Length: 33\r\n\r\n';
	server.onConnection = (socket) => socket.once('data', () => void socket.write(head + json));
	const { error } = await update(server, {
		items: numbered(1, FILE),
		updateFields: { attachments: 'data' },
	});
	expect(error).toMatchObject({
		message: 'File too big',
		httpCode: '413',
		context: { outcome: 'refused' },
	});
});

it.each([UPDATE_CASE, CREATE_CASE])(
	'a success before the file was sent to its end leaves $name unknown, and it is sent once',
	async (operation) => {
		let opened = 0;
		server.onConnection = (socket) => {
			opened++;
			const json = '{"code":200,"msg":"Succesfully" }';
			const head =
				'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 33\r\n\r\n';
			socket.once('data', () => void socket.pause().write(head + json));
		};
		const fields = { attachments: 'data' };
		const { error } = await execute(server, operation, {
			items: numbered(1, { data: { name: 'a.bin', contents: Buffer.alloc(30 * 2 ** 20) } }),
			parameters: { updateFields: fields, additionalFields: fields },
			node: RETRY_ON_FAIL,
		});
		expect(error).toMatchObject({
			message: 'Wolkvox responded before all files were sent',
			context: { outcome: 'unknown' },
		});
		expect(opened).toBe(1);
	},
);

describe('HTTPS', () => {
	it('with a good certificate is used', async () => {
		const { outputs } = await update({ url: await useHttps('good') });
		expect(outputs[0]).toHaveLength(1);
	});

	it.each([
		['plain text', Buffer.from('<html>Gateway error</html>')],
		['a record that cannot be decrypted', Buffer.from([23, 3, 3, 0, 32, ...Array(32).fill(7)])],
	])('that breaks after the request leaves the outcome unknown: %s', async (_, bytes) => {
		let socket!: Socket;
		const url = await useHttps('good', (each) => (socket = each));
		server.respond = () => () => void socket.write(bytes);
		const { error } = await update({ url }, { node: RETRY_ON_FAIL });
		expect(server.requests).toHaveLength(1);
		expect(error!.message).toMatch(/^The secure connection to localhost:\d+ broke: [a-z0-9 ]+$/);
		expect(error!.description).toContain('may have applied the update');
	});
});

describe('a proxy', () => {
	const VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'];

	beforeEach(() => VARIABLES.forEach((name) => delete process.env[name]));
	afterEach(() => VARIABLES.forEach((name) => delete process.env[name]));

	/** All that has arrived at the proxy, as text. */
	let received = '';

	/** Updates a case by way of a proxy in two tries, in none of which the token leaves. */
	const updateBy = async (requestOptions: IDataObject = {}, url = 'https://localhost:1') => {
		const { error } = await execute({ url }, UPDATE_CASE, {
			items: numbered(1, FILE),
			parameters: { updateFields: { attachments: 'data' } },
			requestOptions,
			options: { maxRetries: 1 },
			node: TWO_TRIES,
		});
		expect(received).not.toContain(TOKEN);
		return error!;
	};

	/** Lets a proxy send this when it was asked to connect; the rest follows later. */
	const respond = (head: string, rest = '') => {
		received = '';
		server.onConnection = (socket) => {
			socket.on('data', (bytes) => (received += bytes.toString('latin1')));
			socket.once('data', () => {
				socket.write(head);
				setTimeout(() => socket.end(rest), rest ? 80 : 0);
			});
		};
	};
	const LOGIN = 'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 5\r\n\r\n';
	const NEEDS_LOGIN = 'requires a user name and password';
	/** What comes after the status, too late for n8n. */
	const logins = STATUS_IS_FORGOTTEN ? [] : ['', 'Login'];

	it.each([
		...logins.map((rest) => [LOGIN, rest, `The proxy 127.0.0.1 ${NEEDS_LOGIN}`, 'notSent']),
		['', '', 'The proxy 127.0.0.1 cannot be reached', 'notSent'],
		[
			'HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\nDenied',
			'',
			'The proxy 127.0.0.1 or localhost:1 sent unexpected content instead of a response from Wolkvox (HTTP 403)',
			'unknown',
		],
	])('that sends %j, then %j is not called Wolkvox', async (head, rest, message, outcome) => {
		respond(head, rest);
		expect(await updateBy({ proxy: server.url })).toMatchObject({ message, context: { outcome } });
		// The node itself does not ask it again, but Retry On Fail does, if nothing was sent.
		expect(connectionsTo(new URL(server.url))).toBe(outcome === 'notSent' ? 2 : 1);
	});

	it('that refuses the connection is named instead of the server', async () => {
		const error = await updateBy({ proxy: `http://127.0.0.1:${await freePort()}` });
		expect(error.message).toBe('The proxy 127.0.0.1 refused the connection');
		expect(error.description).toMatch(/^Check 'Proxy' under Settings > Request Options\. /);
	});

	it('without a secure connection is named beside the server', async () => {
		const reasonBy = async (proxy: string) => (await updateBy({ proxy })).message.split(': ');
		const both = 'No secure connection to localhost:1 or to the proxy';
		expect(await reasonBy(await useHttps('self-signed'))).toEqual([
			`${both} localhost`,
			'self-signed certificate',
		]);
		respond('HTTP/1.1 400 Bad Request\r\n\r\n');
		expect(await reasonBy(`https://${server.host}`)).toEqual([
			`${both} 127.0.0.1`,
			'the server does not speak HTTPS',
		]);
	});

	it.each([
		['HTTPS_PROXY', 'https://localhost:4443'],
		['https_proxy', 'https://127.0.0.1:4443'],
		['ALL_PROXY', 'https://127.0.0.1:4444'],
		['HTTP_PROXY', 'http://localhost:4480'],
	])("in n8n's environment is named if it cannot be reached: %s, %s", async (variable, url) => {
		const proxy = `127.0.0.1:${await freePort()}`;
		process.env[variable] = `http://${proxy}`;
		const error = await updateBy({}, url);
		expect(error.message).toBe(`The proxy ${proxy} in n8n's environment refused the connection`);
		expect(error.description).toContain('check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY.');
		expect(connectionsTo(new URL(`http://${proxy}`))).toBe(2);
	});

	it.each([
		['', '', "The proxy in n8n's environment cannot be reached"],
		...logins.slice(1).map((rest) => [LOGIN, rest, `A proxy on the way ${NEEDS_LOGIN}`]),
	])("in n8n's environment that sends %j, then %j is named", async (head, rest, message) => {
		respond(head, rest);
		process.env.HTTPS_PROXY = server.url;
		expect(await updateBy()).toMatchObject({ message, context: { outcome: 'notSent' } });
	});

	it('of a kind that n8n would go round is refused, and no one is connected to', async () => {
		const url = `https://localhost:${server.port}`;
		const error = await updateBy({ proxy: 'SOCKS5://127.0.0.1:9' }, url);
		expect(error.message).toBe(
			"'Proxy' begins with socks5://, but n8n uses only HTTP proxies [item 0]",
		);
		expect(error.description).toContain('http:// or https://');
		expect(connectionsTo(new URL(url))).toBe(0);
	});
});

describe('Timeout', () => {
	it('has effect if it is shorter than a millisecond', async () => {
		server.respond = () => () => {};
		const { error } = await update(server, { requestOptions: { timeout: 0.5 } });
		expect(error!.message).toBe('Wolkvox did not respond within 0.001 seconds');
	});

	it.each([-1, Infinity, 1e12, '', 'soon'])('waits for a response if it is %p', async (timeout) => {
		server.respond = () => ({ delayMs: 50 });
		const { outputs } = await update(server, { requestOptions: { timeout } });
		expect(outputs[0]).toHaveLength(1);
	});
});
