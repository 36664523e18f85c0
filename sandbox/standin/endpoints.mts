import type { IncomingMessage } from 'node:http';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Body, Json } from './body.mts';
import { insertCase, queryCases, updateCase } from './caseEndpoints.mts';
import type { Form } from './form.mts';
import {
	deleteRecords,
	insertRecord,
	queryRecords,
	queryRecordsByDate,
	updateRecord,
} from './recordEndpoints.mts';
import { missing, refusal, success, type Result } from './results.mts';
import type { State } from './state.mts';

const API = '/server/API/v2/';
const DAILY_QUOTA = 4800;

/** The parameters of a request, wherever they are. */
export interface Parameters extends Body {
	query: Record<string, string>;
}

interface Endpoint {
	method: 'GET' | 'POST';
	operation(parameters: Parameters): unknown;
	run(state: State, parameters: Parameters): Result;
}

const ENDPOINTS: Record<string, Endpoint> = {
	'cases/insert.php': withForm(insertCase),
	'cases/update.php': withForm(updateCase),
	'cases/queryCases.php': withJson(queryCases),
	'custom/insert.php': withJson(insertRecord),
	'custom/update.php': withJson(updateRecord),
	'custom/delete.php': withJson(deleteRecords),
	'custom/query.php': withJson(queryRecords),
	'custom/queryDates.php': withJson(queryRecordsByDate),
	'token/tokenInformation.php': {
		method: 'GET',
		operation: ({ query }) => query.operation,
		run: tokenInformation,
	},
};

function withForm(run: (state: State, form: Form) => Result): Endpoint {
	return { method: 'POST', operation: ({ fields }) => fields.operation, run };
}

function withJson(run: (state: State, json: Json) => Result): Endpoint {
	return {
		method: 'POST',
		operation: ({ json }) => json?.operation,
		run: (state, { json = {} }) => run(state, json),
	};
}

/** Finds the endpoint, checks the token, and runs it. */
export function callEndpoint(
	state: State,
	request: IncomingMessage,
	path: string,
	parameters: Parameters,
): Result {
	const name = path.startsWith(API) ? path.slice(API.length) : '';
	if (!Object.hasOwn(ENDPOINTS, name)) return refusal(404, 'There is no such API');
	const { method, operation, run } = ENDPOINTS[name];
	if (request.method !== method) return refusal(405, `Use ${method}`);
	return refuseToken(state, request, operation(parameters)) ?? run(state, parameters);
}

function refuseToken(state: State, request: IncomingMessage, operation: unknown) {
	const token = request.headers['wolkvox-token'];
	if (!token) return refusal(401, 'Please enter the Wolkvox-Token');
	if (!sameText(String(token), state.token)) return refusal(401, 'Please validate the token');
	if (!operation) return missing('operation');
	if (operation !== state.operation) {
		return refusal(403, `The token does not belong to the operation ${String(operation)}`);
	}
	state.calls++;
	return undefined;
}

function sameText(a: string, b: string) {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(a), digest(b));
}

function tokenInformation({ calls }: State): Result {
	return success('200', '1 records were are found', {
		description: 'sandbox',
		token_limit: DAILY_QUOTA,
		token_use_today: calls,
		available_consumition_options: DAILY_QUOTA - calls,
		hours_to_restart_count: 15,
	});
}
