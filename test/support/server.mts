import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import busboy from 'busboy';

export interface ReceivedFile {
	part: string;
	name: string | undefined;
	type: string;
	size: number;
	sha256: string;
}

/** One request as busboy decodes it. */
export interface Received {
	method: string;
	url: string;
	headers: IncomingHttpHeaders;
	fields: Array<[string, string]>;
	files: ReceivedFile[];
}

/** What the server answers to a request; a function may answer by hand. */
export type Answer =
	| { status?: number; headers?: Record<string, string>; body?: unknown; delayMs?: number }
	| ((response: ServerResponse, request: IncomingMessage) => void);

export const SUCCESS = {
	code: 200,
	error: 'null',
	msg: 'Succesfully update record',
	data: { wolkvox_id: '' },
};

/** A server whose answers a test writes: by request number, or by what was received. */
export interface ScriptedServer {
	url: string;
	port: number;
	requests: Received[];
	/** The largest number of requests that were under way at the same time. */
	mostAtOnce(): number;
	close(): Promise<void>;
}

export function fieldOf(request: Received, name: string): string | undefined {
	return request.fields.find(([field]) => field === name)?.[1];
}

async function decode(request: IncomingMessage): Promise<Received> {
	const received: Received = {
		method: request.method!,
		url: request.url!,
		headers: request.headers,
		fields: [],
		files: [],
	};
	if (!request.headers['content-type']?.startsWith('multipart/')) {
		request.resume();
		return received;
	}
	await new Promise<void>((resolve, reject) => {
		const parser = busboy({
			headers: request.headers,
			defParamCharset: 'utf8',
			limits: { fieldSize: 64 * 2 ** 20 },
		});
		parser.on('field', (name, value) => received.fields.push([name, value]));
		parser.on('file', (part, stream, { filename, mimeType }) => {
			const hash = createHash('sha256');
			let size = 0;
			stream.on('data', (chunk: Buffer) => {
				hash.update(chunk);
				size += chunk.length;
			});
			stream.on('end', () =>
				received.files.push({
					part,
					name: filename,
					type: mimeType,
					size,
					sha256: hash.digest('hex'),
				}),
			);
		});
		parser.on('close', resolve);
		parser.on('error', reject);
		request.on('error', reject);
		request.pipe(parser);
	});
	return received;
}

function send(response: ServerResponse, answer: Exclude<Answer, (...args: never[]) => void>): void {
	const { status = 200, headers = {}, body = SUCCESS } = answer;
	const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
	response.writeHead(status, { 'content-type': 'application/json', ...headers });
	response.end(text);
}

/** Starts a server on loopback that decodes each request with busboy and answers as it is told. */
export async function startServer(
	script: (request: Received, number: number) => Answer | Promise<Answer> = () => ({}),
): Promise<ScriptedServer> {
	const requests: Received[] = [];
	let underWay = 0;
	let most = 0;

	const server: Server = createServer(async (request, response) => {
		most = Math.max(most, ++underWay);
		response.once('close', () => underWay--);
		try {
			const received = await decode(request);
			requests.push(received);
			const answer = await script(received, requests.length - 1);
			if (typeof answer === 'function') return answer(response, request);
			if (answer.delayMs) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
			send(response, answer);
		} catch {
			response.destroy();
		}
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;

	return {
		url: `http://127.0.0.1:${port}`,
		port,
		requests,
		mostAtOnce: () => most,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
