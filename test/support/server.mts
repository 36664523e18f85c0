import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import { readParts, type UploadedFile } from '../../sandbox/standin/form.mts';
import { listen } from '../../tools/ports.mts';

/** One request, with its form as busboy decodes it, or its JSON. */
export interface ReceivedRequest {
	method: string;
	url: string;
	headers: IncomingHttpHeaders;
	/** Nothing if the body is no JSON. */
	json?: unknown;
	fields: Array<[name: string, value: string]>;
	files: UploadedFile[];
}

/** What the server sends back; a function writes the response itself. */
export type ScriptedResponse =
	| { status?: number; headers?: Record<string, string>; body?: unknown; delayMs?: number }
	| ((response: ServerResponse, request: IncomingMessage) => void);

/** The response that the vendor's page documents for an update. */
export const SUCCESS = {
	code: 200,
	error: 'null',
	msg: 'Succesfully update record',
	data: { wolkvox_id: '' },
};

/** What Wolkvox responds to a query, as integrations have seen it. */
export function found(...records: unknown[]) {
	return {
		code: '200',
		error: 'null',
		msg: `${records.length} records were are found`,
		data: records,
	};
}

/** A success for any of the operations, with the item that the request names as the ID of a record. */
export function successFor(request: ReceivedRequest): object {
	const item = itemOf(request);
	const wolkvox_id = Number.isNaN(item) ? '' : `item${item}`;
	if (request.url.endsWith('/update.php')) return SUCCESS;
	if (/\/(insert|delete)\.php$/.test(request.url)) return { ...SUCCESS, data: { wolkvox_id } };
	// A search finds a record with the value that it looks for.
	const { field, value } = (request.json ?? {}) as Record<string, string>;
	return found({ ...(field && { [field]: value }), wolkvox_id });
}

export const REFUSED = { status: 400, body: { code: 400, error: 'BAD REQUEST', msg: 'No' } };

/** Refused for the time being: Wolkvox asks to wait so many seconds. */
export const busyFor = (seconds: number | string) => ({
	status: 429,
	headers: { 'retry-after': String(seconds) },
	body: { code: 429, msg: 'Busy' },
});

/** The connection breaks when Wolkvox has the whole request. */
export const LOST: ScriptedResponse = (response) => void response.destroy();

/** Responds like Wolkvox, unless a test scripts something else. */
export class ScriptedServer {
	port!: number;

	requests!: ReceivedRequest[];

	/** The largest number of requests that were in flight at the same time. */
	mostConcurrent!: number;

	respond!: (request: ReceivedRequest, index: number) => ScriptedResponse;

	/** What happens to a new connection; HTTP is spoken on it unless a test says otherwise. */
	onConnection!: (socket: Socket) => void;

	private listener!: Server;

	private sockets!: Set<Socket>;

	private inFlight!: number;

	private readonly http = createHttpServer((request, response) => {
		this.handle(request, response).catch(() => response.destroy());
	});

	/** The numbers of the items whose requests have arrived, in that order. */
	get sentItems(): number[] {
		return this.requests.map(itemOf);
	}

	get host(): string {
		return `127.0.0.1:${this.port}`;
	}

	get url(): string {
		return `http://${this.host}`;
	}

	async start(): Promise<void> {
		this.requests = [];
		this.sockets = new Set();
		this.inFlight = this.mostConcurrent = 0;
		this.respond = () => ({});
		this.onConnection = (socket) => this.http.emit('connection', socket);
		this.listener = createServer((socket) => {
			this.sockets.add(socket.on('error', () => {}));
			socket.once('close', () => this.sockets.delete(socket));
			this.onConnection(socket);
		});
		this.port = await listen(this.listener);
	}

	async close(): Promise<void> {
		this.disconnect();
		await new Promise((resolve) => this.listener.close(resolve));
	}

	/** Responds to the first requests for an item like this; the others succeed. */
	fail(item: number, response: ScriptedResponse = REFUSED, times = Infinity): void {
		this.respond = (request) => (itemOf(request) === item && times-- > 0 ? response : {});
	}

	disconnect(): void {
		for (const socket of this.sockets) socket.destroy();
	}

	/** Decodes the request, records it, and sends the scripted response. */
	readonly handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		this.mostConcurrent = Math.max(this.mostConcurrent, ++this.inFlight);
		response.once('close', () => this.inFlight--);
		const received = await decode(request);
		this.requests.push(received);
		const scripted = this.respond(received, this.requests.length - 1);
		if (typeof scripted === 'function') return scripted(response, request);

		const { status = 200, headers, body = successFor(received), delayMs } = scripted;
		if (delayMs) await sleep(delayMs);
		const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
		response
			.writeHead(status, { 'content-type': 'application/json', ...headers })
			.end(isRaw ? body : JSON.stringify(body));
	};
}

/** A server on loopback for each test of a file or a describe block; it closes by itself. */
export function useServer(): ScriptedServer {
	const server = new ScriptedServer();
	beforeEach(async () => await server.start());
	afterEach(async () => await server.close());
	return server;
}

export function fieldOf(request: ReceivedRequest, name: string): string | undefined {
	return request.fields.find(([field]) => field === name)?.[1];
}

/** The number of the item that a request names; NaN if it names none. */
export function itemOf({ fields, json }: ReceivedRequest): number {
	return Number(/item(\d+)/.exec(JSON.stringify([fields, json]))?.[1]);
}

/** The CRM operation that a request names, in its form, its JSON or its URL. */
export function companyOf(request: ReceivedRequest): string {
	const { operation } = (request.json ?? {}) as { operation?: string };
	const { searchParams } = new URL(request.url, 'http://localhost');
	return fieldOf(request, 'operation') ?? operation ?? searchParams.get('operation')!;
}

export function caseIdOf(request: ReceivedRequest): string {
	return fieldOf(request, 'wolkvox-id')!;
}

/** Lets a request that was about to leave arrive: each timer lets the event loop, however busy, read its sockets once. */
export async function waitForLateRequests(): Promise<void> {
	for (let turn = 0; turn < 8; turn++) await sleep(3);
}

async function decode(request: IncomingMessage): Promise<ReceivedRequest> {
	const { method = '', url = '', headers } = request;
	const received: ReceivedRequest = { method, url, headers, fields: [], files: [] };
	const { 'content-type': contentType = '' } = headers;
	if (!contentType.startsWith('multipart/')) {
		const body = await text(request);
		return contentType.startsWith('application/json') && body !== ''
			? { ...received, json: JSON.parse(body) }
			: received;
	}
	return { ...received, ...(await readParts(request)) };
}
