import type { IDataObject } from 'n8n-workflow';

import { SUCCESS } from './server.mts';

/** Why a request was not confirmed; HOST stands for the server. */
export interface Failure {
	message: string;
	httpCode?: string;
	/** What became of a change; of a read it does not matter. */
	outcome?: 'refused' | 'notSent' | 'unknown';
	/** The node repeats the request: after so many milliseconds, or after its own delay. */
	repeatedAfter?: number | 'usual';
}

/** What the node makes of a response: what goes to the output (of a read, the records), or a failure. */
export type Result = { response: IDataObject } | { failure: Failure };

/** A response, and what it means for an operation that changes something and for one that reads. */
export interface ResponseCase {
	name: string;
	status?: number;
	headers?: Record<string, string>;
	/** A value for JSON, or text that is not JSON. */
	body: unknown;
	change: Result;
	read: Result;
}

type Sent = Omit<ResponseCase, 'change' | 'read'>;

const finds = (...data: IDataObject[]): Result => ({ response: { data } });

const fails = (message: string, httpCode?: string): Result => ({ failure: { message, httpCode } });

const applied = (name: string, body: unknown, response: IDataObject, read: Result) => ({
	name,
	body,
	change: { response },
	read,
});

/** A read fails with the same words, and is also repeated after 429 and after any server error. */
function failed(sent: Sent, change: Failure, read?: Result): ResponseCase {
	const { message, httpCode } = change;
	const isTemporary = httpCode === '429' || Number(httpCode) >= 500;
	const wait = change.repeatedAfter ?? (isTemporary ? 'usual' : undefined);
	const failure = { message, httpCode, ...(wait !== undefined && { repeatedAfter: wait }) };
	return { ...sent, change: { failure: change }, read: read ?? { failure } };
}

const refused = (sent: Sent, code: unknown, message: string, more: Partial<Failure> = {}) =>
	failed(sent, { outcome: 'refused', message, httpCode: String(code), ...more });

const unknown = (sent: Sent, message: string, read?: Result) =>
	failed(sent, { outcome: 'unknown', message, httpCode: String(sent.status ?? 200) }, read);

/** Wolkvox's own form, whose verdict counts unless a gateway speaks. */
function withStatus(status: number, more: Partial<Failure> = {}): ResponseCase {
	const isGateway = [502, 504].includes(status) || status >= 520;
	const name = `HTTP ${status} with Wolkvox's JSON`;
	const message = `Refused ${status}`;
	const sent = { name, status, body: { code: status, error: 'X', msg: message } };
	return refused(sent, status, message, { outcome: isGateway ? 'unknown' : 'refused', ...more });
}

const withCode = (code: number, more: Partial<Failure> = {}) =>
	[code, String(code)].map((given) =>
		refused(
			{
				name: `code ${JSON.stringify(given)} inside HTTP 200`,
				body: { code: given, error: 'X', msg: `Refused ${code}` },
			},
			code,
			`Refused ${code}`,
			more,
		),
	);

const withHeaders = (response: ResponseCase, headers: Record<string, string>): ResponseCase => ({
	...response,
	name: [response.name, ...Object.entries(headers).map((header) => header.join(': '))].join(', '),
	headers,
});

const withRetryAfter = (status: number, header: string, repeatedAfter: number | 'usual') =>
	withHeaders(withStatus(status, { repeatedAfter }), { 'retry-after': header });

const refusal = (name: string, body: IDataObject, message: string) =>
	refused({ name, body }, body.code, message);

const instead = (kind: string, status: number) =>
	`HOST sent ${kind} instead of a response from Wolkvox (HTTP ${status})`;

const notJson = (name: string, body: unknown, kind: string, status = 200) =>
	unknown({ name, status, body }, instead(kind, status));

/** JSON that is not in Wolkvox's own form, and what is quoted of it. */
const otherJson = (name: string, body: unknown, said?: string, status = 200) =>
	unknown(
		{ name, status, body },
		[instead('other JSON', status), ...(said === undefined ? [] : [said])].join(': '),
	);

/** The statuses that come before the application, whoever sends them (RFC 9110, RFC 6585). */
const BEFORE_APPLICATION = [401, 404, 405, 411, 413, 414, 415, 417, 421, 426, 429, 431];

function webPage(status: number, more: Partial<Failure> = {}): ResponseCase {
	const sent = { name: `HTTP ${status} with a web page`, status, body: '<h1>Sorry' };
	const outcome = BEFORE_APPLICATION.includes(status) ? 'refused' : 'unknown';
	const failure = { outcome, message: instead('a web page', status), httpCode: String(status) };
	return failed(sent, { ...failure, ...more } as Failure);
}

/** Varnish puts this header on its own page, whatever became of the request. */
function busyPage(status: number, seconds: number): ResponseCase {
	const page = webPage(status);
	const { failure } = page.read as { failure: Failure };
	return withHeaders(
		{ ...page, read: { failure: { ...failure, repeatedAfter: seconds * 1000 } } },
		{ 'retry-after': String(seconds) },
	);
}

const contradiction = (status: number) =>
	unknown(
		{ name: `HTTP ${status} with a success`, status, body: SUCCESS },
		`The response contradicts itself: HTTP ${status}, but code 200`,
	);

function redirect(status: number, location = 'http://localhost:1/elsewhere'): ResponseCase {
	const name = `HTTP ${status} with the location "${location}"`;
	const target = location ? new URL(location).host : 'another address';
	return failed(
		{ name, status, headers: { location }, body: '' },
		{
			outcome: [301, 307, 308].includes(status) ? 'refused' : 'unknown',
			message: `HOST redirected to ${target} instead of serving the API`,
			httpCode: String(status),
		},
	);
}

/** Each status that tells of an error, except the two that have rows of their own. */
const ERROR_STATUSES = Array.from({ length: 200 }, (_, index) => 400 + index).filter(
	(status) => status !== 407 && status !== 429,
);

const POST_TOO_LARGE =
	'<br />\n<b>Warning</b>:  POST Content-Length of 9000000 bytes exceeds the limit of 8388608 bytes in <b>Unknown</b> on line <b>0</b><br />\n';

const TOO_LARGE = 'The attachments are larger than HOST accepts';

const NO_VERDICT = 'The response does not say whether Wolkvox accepted the request';

const NO_RESULT = 'The response does not say what was found';

const NO_RECORD = 'The response contains a record that is not an object';

/** An update is of the record `item0`. */
const ID = { wolkvox_id: 'item0' };

const LATER = { date: 'Wed, 21 Oct 2015 07:28:00 GMT' };

export const RESPONSES: ResponseCase[] = [
	applied(
		'a success with the ID of the record',
		{ ...SUCCESS, data: ID },
		{ code: 200, msg: SUCCESS.msg, data: ID },
		finds(ID),
	),
	applied(
		'a success whose code is text',
		{ ...SUCCESS, code: '200' },
		{ code: 200, msg: SUCCESS.msg, data: SUCCESS.data },
		fails(`${NO_RESULT}: ${SUCCESS.msg}`, '200'),
	),
	applied(
		'a success with another code and a key that is not documented',
		{ code: 201, data: ID, extra: 1 },
		{ code: 201, data: ID, extra: 1 },
		finds(ID),
	),
	applied('a success that is only a code', { code: 200 }, { code: 200 }, finds()),
	applied(
		'a success whose data is a list',
		{ code: 200, data: [{ a: 1 }] },
		{ code: 200, data: [{ a: 1 }] },
		finds({ a: 1 }),
	),
	applied(
		'a success whose data is text',
		{ code: 200, data: 'ok' },
		{ code: 200, data: 'ok' },
		fails(NO_RECORD),
	),
	applied(
		'a success that names an error',
		{ code: 200, error: 'one file was skipped', data: {} },
		{ code: 200, errorDetails: 'one file was skipped', data: {} },
		fails(`${NO_RESULT}: one file was skipped`, '200'),
	),
	applied(
		'a success with a null error',
		{ code: 200, error: null, data: ID },
		{ code: 200, data: ID },
		finds(ID),
	),
	...['Succesfully edit record', 'Succesfully update record', ' SUCCESFULLY Insert record'].map(
		(msg) =>
			applied(
				`a success without a code, but with an ID and "${msg}"`,
				{ error: 'null', msg, data: ID },
				{ msg, data: ID },
				finds(ID),
			),
	),
	applied(
		'a success without a code, but with an ID on top and words of success',
		{ msg: SUCCESS.msg, ...ID },
		{ msg: SUCCESS.msg, ...ID },
		finds({ msg: SUCCESS.msg, ...ID }),
	),

	...ERROR_STATUSES.map((status) => withStatus(status)),
	...ERROR_STATUSES.map((status) => webPage(status)),
	...[400, 401, 403, 404, 405, 412, 416, 417, 500].flatMap((code) => withCode(code)),
	...[400, 404, 429, 500, 503, 507].map(contradiction),
	failed(
		{ name: 'HTTP 407 with a web page', status: 407, body: '<h1>Proxy' },
		{
			outcome: 'notSent',
			message: 'A proxy on the way requires a user name and password',
			httpCode: '407',
		},
	),

	withStatus(429, { repeatedAfter: 'usual' }),
	webPage(429, { repeatedAfter: 'usual' }),
	...withCode(429, { repeatedAfter: 'usual' }),
	withRetryAfter(503, '0', 0),
	withRetryAfter(429, '0', 0),
	withRetryAfter(429, '1', 1000),
	withRetryAfter(503, LATER.date, 'usual'),
	...['', '-5', 'Infinity', 'soon', 'soon 3', '1.5e9'].map((header) =>
		withRetryAfter(429, header, 'usual'),
	),
	...[
		{ 'retry-after': 'Wed, 21 Oct 2015 07:28:09 GMT', wait: 9_000 },
		{ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT', wait: 'usual' as const },
		{ 'retry-after': 'Wed, 21 Oct 2015 07:27:00 GMT', wait: 'usual' as const },
	].map(({ wait, ...header }) =>
		withHeaders(withStatus(503, { repeatedAfter: wait }), { ...header, ...LATER }),
	),
	withHeaders(withStatus(503), { 'retry-after': 'soon' }),
	busyPage(503, 0),
	busyPage(503, 5),
	...[
		['31', '31 seconds'],
		['86401', 'more than a day'],
	].map(([header, wait]) => {
		const message = `Refused 429. Wolkvox asks you to wait ${wait}`;
		const failure = { outcome: 'refused', message, httpCode: '429' } as const;
		const response = failed(withStatus(429), failure, fails(message, '429'));
		return withHeaders(response, { 'retry-after': header });
	}),

	refusal('only an error', { code: '417', error: 'EXPECTATION FAILED' }, 'EXPECTATION FAILED'),
	refusal(
		'a failure without a description',
		{ code: 400, error: 'null', msg: '' },
		'Wolkvox rejected the request (code 400)',
	),
	refusal('a message of 1 MB', { code: 400, msg: 'm'.repeat(2 ** 20) }, 'm'.repeat(500)),
	refusal('a message that is a list', { code: 400, msg: ['No', 'way'] }, '["No","way"]'),
	refusal('a message that is an object', { code: 400, msg: { es: 'No' } }, '{"es":"No"}'),
	refusal('a code that is no HTTP status', { code: 1001, msg: 'x' }, 'x'),

	...[0, 302].map((code) =>
		unknown(
			{ name: `code ${code}`, body: { code, msg: 'x' } },
			`${NO_VERDICT}: x`,
			fails(`${NO_RESULT}: x`, '200'),
		),
	),

	otherJson('JSON without code and data', { error: 'null' }),
	otherJson('a message and an empty list', { msg: 'No', data: [] }, 'No'),
	otherJson('an empty object without a code', { data: {} }),
	otherJson('an object without a code and an ID', { data: { a: 1 } }),
	otherJson('a success without a code and an ID', { ...SUCCESS, code: undefined }, SUCCESS.msg),
	otherJson(
		'words of success without a code, beside an error',
		{ msg: SUCCESS.msg, error: 'X', data: ID },
		SUCCESS.msg,
	),
	...['OK', 'Succesfully', `Not ${SUCCESS.msg}`, `${SUCCESS.msg}: no`].map((msg) => ({
		...otherJson(`"${msg}" and an ID without a code`, { msg, data: ID }, msg),
		read: finds(ID),
	})),
	{ ...otherJson('nothing but an ID', { data: ID }), read: finds(ID) },
	{ ...otherJson('success: false', { success: false, data: ID }), read: finds(ID) },
	otherJson('an error as data', { status: 'error', data: { priority: 'does not exist' } }),
	otherJson('errors beside data', { errors: ['x'], data: { a: 1 } }),
	otherJson('a message of another service', { message: 'Internal error', data: { trace: 'x' } }),
	otherJson('JSON of another service', { ok: true }),
	...[400, 403, 500].map((status) =>
		otherJson(`HTTP ${status} with other JSON`, { message: 'Forbidden' }, undefined, status),
	),
	otherJson('a code that is a word', { code: 'OK', data: {} }),
	otherJson('a code that is an object', { code: { valueOf: 2 }, data: {} }),
	otherJson('a code that is false', { code: false, msg: 'x' }, 'x'),
	otherJson(
		'an error without a code',
		{ error: 'UNAUTHORIZED', msg: 'Token is not valid', data: {} },
		'Token is not valid',
	),
	otherJson('an empty code', { code: '', msg: SUCCESS.msg, data: ID }, SUCCESS.msg),

	notJson('a web page', '<!doctype html><p>Login', 'a web page'),
	notJson('a PHP notice in HTML', '<b>Notice</b>: x{"code":200}', 'a web page'),
	notJson('a PHP notice before the JSON', 'Notice: x {"code":200}', 'unexpected content'),
	notJson('JSON that breaks off', '{"code":200,"error":"nu', 'unexpected content'),
	notJson('1 MB of garbage', 'x'.repeat(2 ** 20), 'unexpected content'),
	notJson('an empty body', '', 'an empty body'),
	notJson('HTTP 204', '', 'an empty body', 204),
	notJson('null', null, 'unexpected content'),
	notJson('a number', 200, 'unexpected content'),
	unknown(
		{ name: 'a list', body: [{ a: 1 }] },
		instead('unexpected content', 200),
		finds({ a: 1 }),
	),
	refused(
		{ name: 'the word of PHP that a form is too large', body: POST_TOO_LARGE },
		200,
		TOO_LARGE,
	),
	refused(
		{
			name: 'the word of PHP that a form is too large, before JSON and with HTTP 400',
			status: 400,
			body: `${POST_TOO_LARGE}{"code":400,"msg":"SOME PARAMETERS ARE REQUIRED"}`,
		},
		400,
		TOO_LARGE,
	),

	...[300, 301, 302, 303, 305, 307, 308].map((status) => redirect(status)),
	redirect(302, ''),
];

/** One response for each outcome and each way of saying it; the unit tests read all of them. */
export const WAYS = [
	'a success with the ID of the record',
	'a success whose code is text',
	"HTTP 404 with Wolkvox's JSON",
	'code 412 inside HTTP 200',
	'HTTP 403 with a web page',
	'HTTP 404 with a web page',
	"HTTP 429 with Wolkvox's JSON, retry-after: 0",
	"HTTP 503 with Wolkvox's JSON, retry-after: 0",
	'HTTP 503 with a web page, retry-after: 0',
	'HTTP 301 with the location "http://localhost:1/elsewhere"',
	"HTTP 502 with Wolkvox's JSON",
	'HTTP 500 with a web page',
	'HTTP 503 with a success',
	'JSON without code and data',
	'an empty body',
	'HTTP 302 with the location ""',
].map((name) => RESPONSES.find((response) => response.name === name)!);
