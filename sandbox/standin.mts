import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { listen } from '../tools/ports.mts';
import { ABOUT } from './standin/about.mts';
import { readBody } from './standin/body.mts';
import type { Case } from './standin/cases.mts';
import { callEndpoint } from './standin/endpoints.mts';
import type { StoredRecord } from './standin/records.mts';
import { State, type LogEntry, type Settings, type StateOptions } from './standin/state.mts';

export type { LogEntry } from './standin/state.mts';

export interface StandInOptions extends StateOptions {
	/** 0 picks any free port. */
	port?: number;
	host?: string;
}

export interface StandIn {
	url: string;
	token: string;
	cases: Case[];
	/** Contacts and the records of all other modules. */
	records: StoredRecord[];
	settings: Settings;
	log: LogEntry[];
	close(): Promise<void>;
}

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
		records: state.records,
		settings: state.settings,
		log: state.log,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

async function respond(
	state: State,
	page: Buffer,
	request: IncomingMessage,
	response: ServerResponse,
) {
	const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in');
	const views: Record<string, () => void> = {
		'/': () => send(response, 200, page, 'text/html; charset=utf-8'),
		'/cases.json': () => sendJson(response, 200, state.cases),
		'/records.json': () => sendJson(response, 200, state.records),
		'/log.json': () => sendJson(response, 200, state.log),
		'/about.json': () => sendJson(response, 200, ABOUT),
	};
	const view = views[pathname];
	if (view) return view();

	// PHP starts a script only after it has read the whole body, so every refusal comes after that.
	const parameters = { query: Object.fromEntries(searchParams), ...(await readBody(request)) };
	const { status, body } = callEndpoint(state, request, pathname, parameters);
	const { query, fields, files, json } = parameters;
	state.write({
		at: new Date().toISOString(),
		method: request.method ?? '',
		path: pathname,
		code: status,
		query,
		fields,
		files,
		...(json && { body: withoutToken(json) }),
	});
	sendJson(response, status, body);
}

/** Some clients of Wolkvox send the token in the body too. */
function withoutToken({ 'wolkvox-token': _token, ...json }: Record<string, unknown>) {
	return json;
}

function sendJson(response: ServerResponse, status: number, body: unknown) {
	send(response, status, JSON.stringify(body), 'application/json; charset=utf-8');
}

function send(response: ServerResponse, status: number, body: string | Buffer, type: string) {
	response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
}
