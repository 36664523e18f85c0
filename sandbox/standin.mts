import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { listen } from './listen.mts';
import { ABOUT } from './standin/about.mts';
import { applyUpdate, newCase, seedCases, type Case } from './standin/cases.mts';
import { readForm, type Form, type UploadedFile } from './standin/form.mts';

const API = '/server/API/v2';
const CLOSING_STATUSES = ['closed', 'cerrado'];
const DAILY_QUOTA = 4800;
const LOG_LENGTH = 5000;
const REASONS: Record<number, string> = {
	400: 'BAD REQUEST',
	401: 'UNAUTHORIZED',
	403: 'FORBIDDEN',
	404: 'NOT FOUND',
	405: 'METHOD NOT ALLOWED',
	412: 'PRECONDITION FAILED',
};

export interface StandInOptions {
	/** 0 picks any free port. */
	port?: number;
	host?: string;
	/** The only token it accepts, and the operation that the token belongs to. */
	token?: string;
	operation?: string;
	/** Creates a case for every unknown id. */
	acceptAnyCase?: boolean;
}

/** One request to the API. The token is never in it. */
export interface LogEntry {
	at: string;
	method: string;
	path: string;
	code: number;
	fields: Record<string, string>;
	files: UploadedFile[];
}

export interface StandIn {
	url: string;
	token: string;
	cases: Case[];
	log: LogEntry[];
	close(): Promise<void>;
}

interface Result {
	status: number;
	body: unknown;
}

interface Endpoint {
	method: 'GET' | 'POST';
	run(state: State, form: Form): Result;
}

const ENDPOINTS: Record<string, Endpoint> = {
	[`${API}/cases/update.php`]: { method: 'POST', run: updateCase },
	[`${API}/token/tokenInformation.php`]: { method: 'GET', run: tokenInformation },
};

/**
 * Starts a stand-in for the part of Wolkvox's CRM API that this package uses. It is a test double:
 * `standin/about.mts` tells what of it is documented and what is assumed.
 */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
	const { port, host = '127.0.0.1' } = options;
	const state = new State(options);
	const page = await readFile(join(import.meta.dirname, 'standin', 'page.html'));
	const server = createServer((request, response) => {
		respond(state, page, request, response).catch(() => response.destroy());
	});
	// A large file on a slow connection may take longer than Node's five minutes.
	server.requestTimeout = 0;
	return {
		url: `http://${host}:${await listen(server, port, host)}`,
		token: state.token,
		cases: state.cases,
		log: state.log,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

class State {
	readonly cases: Case[] = seedCases();
	readonly log: LogEntry[] = [];
	readonly token: string;
	readonly operation: string;
	readonly acceptAnyCase: boolean;
	calls = 0;

	constructor({
		token = 'sandbox-token',
		operation = 'demo',
		acceptAnyCase = false,
	}: StandInOptions) {
		this.token = token;
		this.operation = operation;
		this.acceptAnyCase = acceptAnyCase;
	}

	find(id: string) {
		const known = this.cases.find((one) => one.id === id);
		if (known || !this.acceptAnyCase) return known;
		const created = newCase(id);
		this.cases.push(created);
		return created;
	}

	write(entry: LogEntry) {
		this.log.push(entry);
		if (this.log.length > LOG_LENGTH) this.log.shift();
	}
}

async function respond(
	state: State,
	page: Buffer,
	request: IncomingMessage,
	response: ServerResponse,
) {
	const url = new URL(request.url ?? '/', 'http://stand-in');
	const views: Record<string, () => void> = {
		'/': () => send(response, 200, page, 'text/html; charset=utf-8'),
		'/cases.json': () => sendJson(response, 200, state.cases),
		'/log.json': () => sendJson(response, 200, state.log),
		'/about.json': () => sendJson(response, 200, ABOUT),
	};
	const view = views[url.pathname];
	if (view) return view();

	// PHP starts a script only after it has read the whole body, so every refusal comes after that.
	const form = await readForm(request);
	const { status, body } = callEndpoint(state, request, url, form);
	state.write({
		at: new Date().toISOString(),
		method: request.method ?? '',
		path: url.pathname,
		code: status,
		fields: form.fields,
		files: form.files,
	});
	sendJson(response, status, body);
}

function callEndpoint(state: State, request: IncomingMessage, url: URL, form: Form): Result {
	const endpoint = ENDPOINTS[url.pathname];
	if (!endpoint) return refusal(404, 'There is no such API');
	const { method, run } = endpoint;
	if (request.method !== method) return refusal(405, `Use ${method}`);
	const operation = method === 'GET' ? url.searchParams.get('operation') : form.fields.operation;
	return refuseToken(state, request, operation) ?? run(state, form);
}

function refuseToken(state: State, request: IncomingMessage, operation?: string | null) {
	const token = request.headers['wolkvox-token'];
	if (!token) return refusal(401, 'Please enter the Wolkvox-Token');
	if (!sameText(String(token), state.token)) return refusal(401, 'Please validate the token');
	if (!operation) return refusal(400, 'The parameter operation is required');
	if (operation !== state.operation) {
		return refusal(403, `The token does not belong to the operation ${operation}`);
	}
	state.calls++;
	return undefined;
}

function sameText(a: string, b: string) {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(a), digest(b));
}

function updateCase(state: State, form: Form): Result {
	const id = form.fields['wolkvox-id'];
	if (!id) return refusal(400, 'The parameter wolkvox-id is required');
	const customFields = parseCustomFields(form.fields.form);
	if (!customFields) return refusal(400, 'The parameter form must be a JSON object');
	if (lacksSolution(form.fields)) return refusal(412, 'A closed case needs a solution');
	const target = state.find(id);
	if (!target) return refusal(404, `There is no case with the id ${id}`);

	applyUpdate(target, form, customFields);
	return success(200, 'Succesfully update record', { wolkvox_id: '' });
}

function parseCustomFields(text = '{}'): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
		return isObject ? (value as Record<string, unknown>) : undefined;
	} catch {
		return undefined;
	}
}

function lacksSolution({ status = '', solution = '' }: Record<string, string>) {
	return CLOSING_STATUSES.includes(status.toLowerCase()) && solution.trim() === '';
}

function tokenInformation(state: State): Result {
	return success('200', '1 records were are found', {
		description: 'sandbox',
		token_limit: DAILY_QUOTA,
		token_use_today: state.calls,
		available_consumition_options: DAILY_QUOTA - state.calls,
		hours_to_restart_count: 15,
	});
}

function success(code: number | string, msg: string, data: unknown): Result {
	return { status: 200, body: { code, error: 'null', msg, data } };
}

function refusal(code: number, msg: string): Result {
	return { status: code, body: { code, error: REASONS[code], msg, data: {} } };
}

function sendJson(response: ServerResponse, status: number, body: unknown) {
	send(response, status, JSON.stringify(body), 'application/json; charset=utf-8');
}

function send(response: ServerResponse, status: number, body: string | Buffer, type: string) {
	response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
}
