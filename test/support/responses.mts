import type { IDataObject } from 'n8n-workflow';

import { SUCCESS } from './server.mts';

/** What the node must make of a response; HOST stands for the server. */
export type Outcome = { output: IDataObject } | Failure;

interface Failure {
	message: string;
	httpCode: string;
	/** The node may send the update again: after so many milliseconds, or after its own delay. */
	retryAfterMs?: number | 'usual';
	/** Wolkvox may have applied the update in spite of the response. */
	outcomeUnknown?: true;
}

/** A response to the update of `case0`: its body is a value for JSON, or text that is not JSON. */
export interface ResponseCase {
	name: string;
	status?: number;
	headers?: Record<string, string>;
	body: unknown;
	expected: Outcome;
}

const NO_VERDICT = 'The answer does not say whether the case was updated';
const GATEWAY = [502, 504, 520, 522, 524];

const success = (name: string, body: unknown, output: IDataObject): ResponseCase => ({
	name,
	body,
	expected: { output },
});

const failure = (status: number, message: string, more: Partial<Failure> = {}): Failure => ({
	message,
	httpCode: String(status),
	...(GATEWAY.includes(status) && { outcomeUnknown: true }),
	...more,
});

const withStatus = (status: number, more: Partial<Failure> = {}): ResponseCase => ({
	name: `HTTP ${status} with Wolkvox's JSON`,
	status,
	body: { code: status, error: 'X', msg: `Refused ${status}` },
	expected: failure(status, `Refused ${status}`, more),
});

const withCode = (code: number | string, more: Partial<Failure> = {}): ResponseCase => ({
	name: `code ${JSON.stringify(code)} inside HTTP 200`,
	body: { code, error: 'X', msg: `Refused ${code}` },
	expected: failure(Number(code), `Refused ${code}`, more),
});

const refusal = (name: string, body: IDataObject, message: string): ResponseCase => ({
	name,
	body,
	expected: failure(Number(body.code), message),
});

const withRetryAfter = (status: number, header: string, milliseconds: number): ResponseCase => ({
	...withStatus(status, { retryAfterMs: milliseconds }),
	name: `HTTP ${status} with Retry-After: ${header}`,
	headers: { 'retry-after': header },
});

const noVerdict = (name: string, body: unknown, message: string, status = 200): ResponseCase => ({
	name,
	status,
	body,
	expected: failure(status, message, { outcomeUnknown: true }),
});

const notJson = (name: string, body: unknown, kind: string, status = 200): ResponseCase =>
	noVerdict(name, body, `HOST sent ${kind} where Wolkvox sends JSON`, status);

const unexplained = (status: number, more: Partial<Failure> = {}): ResponseCase => ({
	name: `HTTP ${status} with a web page`,
	status,
	body: '<h1>Sorry',
	expected: failure(status, `HOST answered with HTTP ${status} and no explanation`, more),
});

const redirect = (status: number, location: string, target: string): ResponseCase => ({
	name: `HTTP ${status} with the location "${location}"`,
	status,
	headers: { location },
	body: '',
	expected: failure(status, `HOST does not serve the API: it points to ${target}`),
});

const DOCUMENTED = [400, 401, 403, 404, 405, 412, 416, 417];
const OTHERS = [
	402, 406, 408, 409, 410, 411, 413, 414, 415, 418, 421, 422, 423, 424, 425, 426, 428, 431, 451,
	500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 522, 524,
];

export const RESPONSES: ResponseCase[] = [
	success(
		'a success with the id of the case',
		{ ...SUCCESS, data: { wolkvox_id: '64cb' } },
		{ code: 200, msg: SUCCESS.msg, data: { wolkvox_id: '64cb' } },
	),
	success(
		'a success whose code is text',
		{ ...SUCCESS, code: '200' },
		{ code: 200, msg: SUCCESS.msg, data: { wolkvox_id: 'case0' } },
	),
	success(
		'a success with another code and a key that is not documented',
		{ code: 201, data: [], extra: 1 },
		{ code: 201, data: { wolkvox_id: 'case0' }, extra: 1 },
	),
	success(
		'a success that is only a code',
		{ code: 200 },
		{ code: 200, data: { wolkvox_id: 'case0' } },
	),
	success(
		'a success without a code',
		{ data: { a: 1 } },
		{ code: 200, data: { a: 1, wolkvox_id: 'case0' } },
	),

	...[...DOCUMENTED, ...OTHERS].map((status) => withStatus(status)),
	...[...DOCUMENTED, 500].flatMap((code) => [withCode(code), withCode(String(code))]),
	withStatus(429, { retryAfterMs: 'usual' }),
	...[429, '429'].map((code) => withCode(code, { retryAfterMs: 'usual' })),
	withRetryAfter(503, '0', 0),
	withRetryAfter(429, '1', 1000),
	withRetryAfter(503, 'Wed, 21 Oct 2015 07:28:00 GMT', 0),

	refusal('only an error', { code: '417', error: 'EXPECTATION FAILED' }, 'EXPECTATION FAILED'),
	refusal(
		'a failure without a description',
		{ code: 400, error: 'null', msg: '' },
		'Wolkvox did not update the case (code 400)',
	),
	refusal('a message of 1 MB', { code: 400, msg: 'm'.repeat(2 ** 20) }, 'm'.repeat(500)),

	noVerdict('JSON without code and data', { error: 'null' }, NO_VERDICT),
	noVerdict('JSON of another service', { ok: true }, NO_VERDICT),
	noVerdict('a code that is a word', { code: 'OK', data: {} }, NO_VERDICT),
	noVerdict(
		'an empty code',
		{ code: '', msg: SUCCESS.msg, data: { wolkvox_id: '64cb' } },
		SUCCESS.msg,
	),
	...[0, false, 302].map((code) => noVerdict(`code ${code}`, { code, msg: 'x' }, 'x')),

	notJson('a web page', '<!doctype html><p>Login', 'a web page'),
	notJson('a PHP notice in HTML', '<b>Notice</b>: x{"code":200}', 'a web page'),
	notJson('a PHP notice before the JSON', 'Notice: x {"code":200}', 'a text'),
	notJson('JSON that breaks off', '{"code":200,"error":"nu', 'a text'),
	notJson('10 MB of garbage', 'x'.repeat(10 * 2 ** 20), 'a text'),
	notJson('an empty response', '', 'an empty answer'),
	notJson('HTTP 204', '', 'an empty answer', 204),
	notJson('null', null, 'an empty answer'),
	notJson('a list', [{ code: 200, data: {} }], 'other data'),
	notJson('a number', 200, 'other data'),
	...[404, 502, 520, 524].map((status) => unexplained(status)),
	unexplained(429, { retryAfterMs: 'usual' }),

	...[300, 301, 302, 303, 305, 307, 308].map((status) =>
		redirect(status, 'http://localhost:1/elsewhere', 'localhost:1'),
	),
	redirect(302, '', 'another address'),
];
