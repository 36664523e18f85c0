import type { Socket } from 'node:net';

import { freePort } from '../../tools/ports.mts';
import type { Failure } from './responses.mts';
import { LOST, type ScriptedResponse, type ScriptedServer } from './server.mts';

/** Why no response arrives, and what the node must make of it; HOST stands for the server. */
export interface Fault {
	name: string;
	/** What the server does once it has the whole request … */
	respond?: ScriptedResponse;
	/** … or what happens to the connection when the first bytes have arrived … */
	onData?: (socket: Socket) => void;
	/** … or the certificate of the server … */
	certificate?: 'expired' | 'for another host' | 'for clients' | 'self-signed' | 'too weak';
	/** … or the address. */
	url?: (server: ScriptedServer) => string | Promise<string>;
	/** What Node.js throws then; `test/engine/network-faults.test.mts` makes it do so. */
	error: { message: string; code: string };
	failure: Failure;
}

/** The timeout of the requests that these faults hit. */
export const TIMEOUT_MS = 1000;

const writing = (text: string) => (socket: Socket) => void socket.write(text);

/** What may have been applied, and is repeated only if it is a read. */
const unknown = (message: string): Failure => ({ outcome: 'unknown', message });

const TIMED_OUT = {
	error: { message: `timeout of ${TIMEOUT_MS}ms exceeded`, code: 'ECONNABORTED' },
	failure: unknown('Wolkvox did not respond within 1 seconds'),
};

const BROKEN = unknown('The connection to HOST broke before Wolkvox responded');

const UNREADABLE = unknown('HOST sent a response that cannot be read');

const AFTER_THE_REQUEST: Fault[] = [
	{ name: 'no response before the timeout', respond: () => {}, ...TIMED_OUT },
	{
		name: 'half a response before the timeout',
		respond: (response) => void response.writeHead(200, { 'content-length': '100' }).write('{'),
		...TIMED_OUT,
	},
	{
		name: 'a reset',
		respond: (response) => void response.socket!.resetAndDestroy(),
		error: { message: 'read ECONNRESET', code: 'ECONNRESET' },
		failure: BROKEN,
	},
	{
		name: 'a closed connection',
		respond: LOST,
		error: { message: 'socket hang up', code: 'ECONNRESET' },
		failure: BROKEN,
	},
	{
		name: 'a connection that is closed within the response',
		respond: (response) => {
			response.writeHead(200, { 'content-length': '100' }).write('{');
			setTimeout(() => response.destroy(), 20);
		},
		error: { message: 'stream has been aborted', code: 'ERR_BAD_RESPONSE' },
		failure: UNREADABLE,
	},
	{
		name: 'broken compression',
		respond: { headers: { 'content-encoding': 'gzip' }, body: 'not compressed' },
		error: { message: 'incorrect header check', code: 'Z_DATA_ERROR' },
		failure: UNREADABLE,
	},
];

const WITHIN_THE_REQUEST: Fault[] = [
	{
		name: 'a reset before the upload ends',
		onData: (socket) => void socket.resetAndDestroy(),
		error: { message: 'read ECONNRESET', code: 'ECONNRESET' },
		failure: BROKEN,
	},
	{
		name: 'a reset during the upload',
		onData: (socket) => void socket.once('data', () => socket.resetAndDestroy()),
		error: { message: 'write ECONNRESET', code: 'ECONNRESET' },
		failure: BROKEN,
	},
	{
		name: 'a response that is not HTTP',
		onData: writing('SSH-2.0-OpenSSH_9.6\r\n'),
		error: {
			message: 'Parse Error: Expected HTTP/, RTSP/ or ICE/',
			code: 'HPE_INVALID_CONSTANT',
		},
		failure: UNREADABLE,
	},
	{
		name: 'a header larger than Node reads',
		onData: writing(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`),
		error: { message: 'Parse Error: Header overflow', code: 'HPE_HEADER_OVERFLOW' },
		failure: UNREADABLE,
	},
	{
		name: 'broken chunks',
		onData: writing('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n'),
		error: {
			message: 'Parse Error: Invalid character in chunk size',
			code: 'HPE_INVALID_CHUNK_SIZE',
		},
		failure: UNREADABLE,
	},
];

const BEFORE_THE_REQUEST: Fault[] = [
	{
		name: 'a refused connection',
		url: async () => `http://127.0.0.1:${await freePort()}`,
		error: { message: 'connect ECONNREFUSED 127.0.0.1:443', code: 'ECONNREFUSED' },
		failure: {
			outcome: 'notSent',
			message: 'The server HOST refused the connection',
			repeatedAfter: 'usual',
		},
	},
	{
		name: 'an unknown host',
		url: () => 'https://nowhere.invalid',
		error: { message: 'getaddrinfo ENOTFOUND host.test', code: 'ENOTFOUND' },
		failure: {
			outcome: 'notSent',
			message: 'The server HOST was not found',
			repeatedAfter: 'usual',
		},
	},
	{
		name: 'plain HTTP where HTTPS is expected',
		url: ({ host }) => `https://${host}`,
		onData: writing('HTTP/1.1 400 Bad\r\n\r\n'),
		error: {
			message:
				'write EPROTO 80:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/openssl/ssl3_record.c:350:\n',
			code: 'EPROTO',
		},
		failure: {
			outcome: 'notSent',
			message: 'No secure connection to HOST: the server does not speak HTTPS',
		},
	},
	...(
		[
			['expired', 'certificate has expired', 'CERT_HAS_EXPIRED'],
			[
				'for another host',
				"Hostname/IP does not match certificate's altnames: Host: localhost. is not in the cert's altnames: DNS:crm.example.com",
				'ERR_TLS_CERT_ALTNAME_INVALID',
			],
			['for clients', 'unsuitable certificate purpose', 'INVALID_PURPOSE'],
			['self-signed', 'self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
			['too weak', 'EE certificate key too weak', 'UNSPECIFIED'],
		] as const
	).map(([certificate, reason, code]): Fault => {
		return {
			name: `a certificate that is ${certificate}`,
			certificate,
			error: { message: reason, code },
			failure: { outcome: 'notSent', message: `No secure connection to HOST: ${reason}` },
		};
	}),
];

export const FAULTS = [...AFTER_THE_REQUEST, ...WITHIN_THE_REQUEST, ...BEFORE_THE_REQUEST];
