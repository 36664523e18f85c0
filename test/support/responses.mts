import type { IDataObject } from 'n8n-workflow';

import { SUCCESS } from './server.mts';

/** What the node must make of a response; HOST stands for the server. */
export type Expected = { output: IDataObject } | ExpectedFailure;

interface ExpectedFailure {
	outcome: 'refused' | 'unknown';
	message: string;
	httpCode: string;
	/** The node may send the update again: after so many milliseconds, or after its own delay. */
	retryAfterMs?: number | 'usual';
}

/** A response to the update of `case0`: its body is a value for JSON, or text that is not JSON. */
export interface ResponseCase {
	name: string;
	status?: number;
	headers?: Record<string, string>;
	body: unknown;
	expected: Expected;
}

const NO_VERDICT = 'The response does not say whether Wolkvox accepted the request';
const isGateway = (status: number) => [502, 504].includes(status) || status >= 520;

const success = (name: string, body: unknown, output: IDataObject): ResponseCase => ({
	name,
	body,
	expected: { output },
});

const failure = (
	outcome: ExpectedFailure['outcome'],
	status: number,
	message: string,
	more: Partial<ExpectedFailure> = {},
): ExpectedFailure => ({ outcome, message, httpCode: String(status), ...more });

/** Wolkvox's own form, whose verdict counts unless a gateway speaks. */
const withStatus = (status: number, more: Partial<ExpectedFailure> = {}): ResponseCase => ({
	name: `HTTP ${status} with Wolkvox's JSON`,
	status,
	body: { code: status, error: 'X', msg: `Refused ${status}` },
	expected: failure(isGateway(status) ? 'unknown' : 'refused', status, `Refused ${status}`, more),
});

const withCode = (code: number | string, more: Partial<ExpectedFailure> = {}): ResponseCase => ({
	name: `code ${JSON.stringify(code)} inside HTTP 200`,
	body: { code, error: 'X', msg: `Refused ${code}` },
	expected: failure('refused', Number(code), `Refused ${code}`, more),
});

const refusal = (name: string, body: IDataObject, message: string): ResponseCase => ({
	name,
	body,
	expected: failure('refused', Number(body.code), message),
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
	expected: failure('unknown', status, message),
});

const sent = (kind: string, status: number) =>
	`HOST sent ${kind} instead of a response from Wolkvox (HTTP ${status})`;

const notJson = (name: string, body: unknown, kind: string, status = 200): ResponseCase =>
	noVerdict(name, body, sent(kind, status), status);

const webPage = (status: number, more: Partial<ExpectedFailure> = {}): ResponseCase => ({
	name: `HTTP ${status} with a web page`,
	status,
	body: '<h1>Sorry',
	expected: failure(status < 500 ? 'refused' : 'unknown', status, sent('a web page', status), more),
});

const contradiction = (status: number): ResponseCase =>
	noVerdict(
		`HTTP ${status} with a success`,
		SUCCESS,
		`The response contradicts itself: HTTP ${status}, but code 200`,
		status,
	);

const redirect = (status: number, location: string, target: string): ResponseCase => ({
	name: `HTTP ${status} with the location "${location}"`,
	status,
	headers: { location },
	body: '',
	expected: failure(
		[301, 307, 308].includes(status) ? 'refused' : 'unknown',
		status,
		`HOST redirected to ${target} instead of serving the API`,
	),
});

/** Each status that tells of an error, except the two that have rows of their own. */
const ERROR_STATUSES = Array.from({ length: 200 }, (_, index) => 400 + index).filter(
	(status) => status !== 407 && status !== 429,
);

const POST_TOO_LARGE =
	'<br />\n<b>Warning</b>:  POST Content-Length of 9000000 bytes exceeds the limit of 8388608 bytes in <b>Unknown</b> on line <b>0</b><br />\n';

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
		{ code: 201, data: {}, extra: 1 },
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
	success(
		'a success whose data is a list',
		{ code: 200, data: [{ a: 1 }] },
		{ code: 200, data: [{ a: 1 }] },
	),
	success('a success whose data is text', { code: 200, data: 'ok' }, { code: 200, data: 'ok' }),
	success(
		'a success that names an error',
		{ code: 200, error: 'one file was skipped', data: {} },
		{ code: 200, errorDetails: 'one file was skipped', data: { wolkvox_id: 'case0' } },
	),
	success(
		'a success with a null error',
		{ code: 200, error: null, data: {} },
		{ code: 200, data: { wolkvox_id: 'case0' } },
	),

	...ERROR_STATUSES.map((status) => withStatus(status)),
	...ERROR_STATUSES.map((status) => webPage(status)),
	...[400, 401, 403, 404, 405, 412, 416, 417, 500].flatMap((code) => [
		withCode(code),
		withCode(String(code)),
	]),
	...[400, 404, 500, 503, 507].map(contradiction),

	withStatus(429, { retryAfterMs: 'usual' }),
	webPage(429, { retryAfterMs: 'usual' }),
	...[429, '429'].map((code) => withCode(code, { retryAfterMs: 'usual' })),
	withRetryAfter(503, '0', 0),
	withRetryAfter(429, '1', 1000),
	withRetryAfter(503, 'Wed, 21 Oct 2015 07:28:00 GMT', 0),
	...['', '-5', 'Infinity', 'soon', 'soon 3', '1.5e9'].map((header) => ({
		...withStatus(429, { retryAfterMs: 'usual' }),
		name: `HTTP 429 with Retry-After: ${header.slice(0, 9)}`,
		headers: { 'retry-after': header },
	})),

	refusal('only an error', { code: '417', error: 'EXPECTATION FAILED' }, 'EXPECTATION FAILED'),
	refusal(
		'a failure without a description',
		{ code: 400, error: 'null', msg: '' },
		'Wolkvox rejected the request (code 400)',
	),
	refusal('a message of 1 MB', { code: 400, msg: 'm'.repeat(2 ** 20) }, 'm'.repeat(500)),
	refusal('a message that is a list', { code: 400, msg: ['No', 'way'] }, '["No","way"]'),
	refusal('a message that is an object', { code: 400, msg: { es: 'No' } }, '{"es":"No"}'),

	noVerdict('JSON without code and data', { error: 'null' }, NO_VERDICT),
	noVerdict('a message and empty data, without a code', { msg: 'No', data: [] }, 'No'),
	noVerdict('an empty object without a code', { data: {} }, NO_VERDICT),
	noVerdict('JSON of another service', { ok: true }, NO_VERDICT),
	noVerdict('a code that is a word', { code: 'OK', data: {} }, NO_VERDICT),
	noVerdict('a code that is an object', { code: { valueOf: 2 }, data: {} }, NO_VERDICT),
	noVerdict(
		'an error without a code',
		{ error: 'UNAUTHORIZED', msg: 'Token is not valid', data: {} },
		'Token is not valid',
	),
	noVerdict(
		'an empty code',
		{ code: '', msg: SUCCESS.msg, data: { wolkvox_id: '64cb' } },
		SUCCESS.msg,
	),
	...[0, false, 302].map((code) => noVerdict(`code ${code}`, { code, msg: 'x' }, 'x')),
	refusal('a code that is no HTTP status', { code: 1001, msg: 'x' }, 'x'),

	notJson('a web page', '<!doctype html><p>Login', 'a web page'),
	notJson('a PHP notice in HTML', '<b>Notice</b>: x{"code":200}', 'a web page'),
	notJson('a PHP notice before the JSON', 'Notice: x {"code":200}', 'unexpected content'),
	notJson('JSON that breaks off', '{"code":200,"error":"nu', 'unexpected content'),
	notJson('10 MB of garbage', 'x'.repeat(10 * 2 ** 20), 'unexpected content'),
	notJson('an empty response', '', 'an empty body'),
	notJson('HTTP 204', '', 'an empty body', 204),
	notJson('null', null, 'unexpected content'),
	notJson('a list', [{ code: 200, data: {} }], 'unexpected content'),
	notJson('a number', 200, 'unexpected content'),
	noVerdict(
		"PHP's word that the form is too large, with HTTP 200",
		POST_TOO_LARGE,
		'The attachments are larger than HOST accepts',
	),
	{
		name: "PHP's word that the form is too large, before JSON and with HTTP 400",
		status: 400,
		body: `${POST_TOO_LARGE}{"code":400,"msg":"SOME PARAMETERS ARE REQUIRED"}`,
		expected: failure('refused', 400, 'The attachments are larger than HOST accepts'),
	},

	...[300, 301, 302, 303, 305, 307, 308].map((status) =>
		redirect(status, 'http://localhost:1/elsewhere', 'localhost:1'),
	),
	redirect(302, '', 'another address'),
];
