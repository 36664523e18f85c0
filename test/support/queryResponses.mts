import type { IDataObject } from 'n8n-workflow';

/** A response to a search, and what the node must make of it; HOST stands for the server. */
export interface QueryResponse {
	name: string;
	status?: number;
	headers?: Record<string, string>;
	/** A value for JSON, or text that is not JSON. */
	body: unknown;
	expected: { records: IDataObject[] } | { message: string; httpCode?: string };
}

/** A case as the older collection of Wolkvox stores it. */
export const OLD_CASE = {
	wolkvox_id: '647f6ff1660dff48d803ffe6',
	caseType: 'Request',
	idPrefijo: 'TK-0012',
	status: { name: 'Cerrado', value: 'closed' },
	contact: 'Ana Ñáñez',
	contactEmail: 'ana@example.com',
	owner: { id: '1', mail: 'admin@demo' },
	responsible: { id: '2', mail: 'agent10@demo' },
	wolkvox_fecha_creacion: '2023-06-06 17:46:09',
	timeEstimated: null,
	caseExpired: false,
	history: [{ date: '2023/06/06 17:46:09', message: 'Creado 🙂', user: '' }],
	form: { 'Etapa del ciclo de vida ': { type: 'table', value: [{ a: 1 }, {}] } },
};

/** A case as the newer one stores it. */
export const NEW_CASE = {
	wolkvox_id: '64cbaaaaaaaaaaaaaaaaaaaa',
	Type: 'Claims',
	Prefix: 1024,
	Status: 'Abierto',
	StatusCondition: 'open',
	idcontact: '0012',
	emailcontact: 'luis@example.com',
	Owner: 'Admin',
	idOwner: 1,
	emailOwner: 'admin@demo',
	Responsible: 'Agente',
	idResponsible: 2,
	emailResponsible: 'agent10@demo',
	created_at: '2026-01-02 03:04:05',
	'Total (COP)': { value: '1000', symbol: 'COP', convert: 1000.5 },
	constructor: 'ACME',
	// Labels that are also names of the envelope.
	code: 'A1',
	msg: '',
	data: [],
	error: 'none',
};

const ENVELOPE = { code: '200', error: 'null', msg: '2 records were are found' };
const BOTH = [OLD_CASE, NEW_CASE];

const finds = (
	name: string,
	body: unknown,
	records: IDataObject[],
	more: Partial<QueryResponse> = {},
): QueryResponse => ({ name, body, expected: { records }, ...more });

const findsNothing = (
	name: string,
	body: unknown,
	more: Partial<QueryResponse> = {},
): QueryResponse => finds(`nothing: ${name}`, body, [], more);

const fails = (
	name: string,
	body: unknown,
	message: string,
	{
		status = 200,
		headers = {},
		httpCode = String(status),
	}: Partial<QueryResponse> & { httpCode?: string } = {},
): QueryResponse => ({ name, status, headers, body, expected: { message, httpCode } });

/** Records that are none; the code of the response says nothing about it. */
const noRecord = (body: unknown): QueryResponse => ({
	name: `no record: ${JSON.stringify(body).slice(-30)}`,
	body,
	expected: { message: 'The response contains a record that is not an object' },
});

/** The sentences with which Wolkvox has been seen to find nothing. */
const NO_MATCH = ['0 records were are found', 'There are no values in the specified page'];

const NOT_FOUND = NO_MATCH.flatMap((msg) => [
	findsNothing(`"${msg}" with an empty list`, { ...ENVELOPE, msg, data: [] }),
	findsNothing(`"${msg}" without data`, { ...ENVELOPE, msg }),
	findsNothing(`"${msg}" with null`, { ...ENVELOPE, msg, data: null }),
	findsNothing(`"${msg}" with an error beside it`, { ...ENVELOPE, msg, error: 'NOT FOUND' }),
	findsNothing(`"${msg}" with code 404`, { code: '404', error: 'NOT FOUND', msg }),
	findsNothing(
		`"${msg}" with HTTP 400`,
		{ code: 400, error: 'BAD REQUEST', msg, data: [] },
		{ status: 400 },
	),
	findsNothing(`"${msg}" alone`, { msg }),
]);

const OUT_OF_RANGE = [
	...[416, '416'].map((code) =>
		findsNothing(`code ${JSON.stringify(code)}`, {
			code,
			error: 'REQUESTED RANGE NOT SATISFIABLE',
			msg: 'No page',
		}),
	),
	findsNothing('HTTP 416 with JSON', { code: '416', msg: 'No page' }, { status: 416 }),
	findsNothing('HTTP 416 with JSON without a code', { error: 'RANGE' }, { status: 416 }),
	findsNothing('HTTP 416 without a body', '', { status: 416 }),
];

const EMPTY_DATA = [[], {}, null, '', undefined].flatMap((data) =>
	['', 'Succesfully', 'ok', '0 registros'].map((msg) =>
		findsNothing(`data ${JSON.stringify(data)} and the message "${msg}"`, {
			code: 200,
			error: 'null',
			msg,
			data,
		}),
	),
);

const NO_VERDICT = 'The response does not say whether Wolkvox accepted the request';

const notJson = (name: string, body: unknown, kind: string, status = 200) =>
	fails(name, body, `HOST sent ${kind} instead of a response from Wolkvox (HTTP ${status})`, {
		status,
	});

const contradiction = (status: number, data: unknown) =>
	fails(
		`HTTP ${status} with code 200 and ${JSON.stringify(data).slice(0, 4)}`,
		{ ...ENVELOPE, msg: 'Succesfully', data },
		`The response contradicts itself: HTTP ${status}, but code 200`,
		{ status },
	);

export const QUERY_RESPONSES: QueryResponse[] = [
	finds('a list', { ...ENVELOPE, data: BOTH }, BOTH),
	finds('a list, with a code that is a number', { ...ENVELOPE, code: 200, data: BOTH }, BOTH),
	finds('a list, with another code', { ...ENVELOPE, code: 206, data: BOTH }, BOTH),
	finds('a list without a code', { data: BOTH }, BOTH),
	finds('a list with an unknown message', { ...ENVELOPE, msg: '¡Listo!', data: BOTH }, BOTH),
	finds('a list with an unknown key', { ...ENVELOPE, 'Total records': 9, data: BOTH }, BOTH),
	finds('one object', { ...ENVELOPE, data: OLD_CASE }, [OLD_CASE]),
	finds('an object with numbered keys', { ...ENVELOPE, data: { 0: OLD_CASE, 2: NEW_CASE } }, BOTH),
	finds('a bare list', BOTH, BOTH),
	finds('a bare record', OLD_CASE, [OLD_CASE]),
	finds('a record without keys that are known', { ...ENVELOPE, data: [{ x: 1 }] }, [{ x: 1 }]),
	finds('a list that is declared as text/html', { ...ENVELOPE, data: BOTH }, BOTH, {
		headers: { 'content-type': 'text/html' },
	}),
	finds(
		'a list after a byte order mark',
		`\ufeff${JSON.stringify({ code: 200, data: BOTH })}`,
		BOTH,
	),

	...NOT_FOUND,
	...OUT_OF_RANGE,
	...EMPTY_DATA,
	findsNothing('an object without a value', { ...ENVELOPE, msg: '', data: { wolkvox_id: '' } }),
	findsNothing('a bare empty list', []),
	findsNothing('an empty list without a code', { data: [] }),

	...[400, '401', 403, '403', 404, 405, 412, 417, 500].map((code) =>
		fails(
			`code ${JSON.stringify(code)} under HTTP 200`,
			{ code, error: 'X', msg: `Refused ${code}`, data: [] },
			`Refused ${code}`,
			{ httpCode: String(code) },
		),
	),
	...[400, 401, 403, 404, 405, 412, 417, 429, 500, 502, 503, 504, 520].map((status) =>
		fails(
			`HTTP ${status}`,
			{ code: status, error: 'X', msg: `Refused ${status}`, data: [] },
			`Refused ${status}`,
			{ status },
		),
	),
	fails('records under another name', { ...ENVELOPE, msg: 'OK', records: BOTH }, 'OK'),
	fails('a message that only begins with 0', { ...ENVELOPE, msg: '0 calls left' }, '0 calls left'),
	fails(
		'an error and no records',
		{ code: 200, error: 'UNAUTHORIZED', msg: '', data: [] },
		'UNAUTHORIZED',
	),
	fails(
		'an error beside a message of success, and no records',
		{ code: 200, error: 'QUOTA', msg: 'Succesfully', data: [] },
		'QUOTA: Succesfully',
	),
	...[
		'TOKEN LIMIT EXCEEDED',
		'The field does not exist',
		'2 records were are found',
		'10 errors',
	].map((msg) => fails(`"${msg}" and no records`, { ...ENVELOPE, msg, data: [] }, msg)),
	fails('no verdict', {}, NO_VERDICT),
	fails('JSON of another service', { ok: true, result: BOTH }, NO_VERDICT),
	fails('a code that is a word, and no records', { code: 'OK', msg: '', data: [] }, NO_VERDICT),
	fails('no code, and an error', { error: 'X', data: BOTH }, 'X'),

	...[400, 404, 416, 500, 503].map((status) => contradiction(status, BOTH)),
	...[400, 404, 500, 503].map((status) => contradiction(status, [])),
	fails('a bare list under HTTP 500', BOTH, 'Wolkvox rejected the request (code 500)', {
		status: 500,
	}),
	fails('a bare empty list under HTTP 403', [], 'Wolkvox rejected the request (code 403)', {
		status: 403,
	}),

	...[[1, 2], ['a'], [[{ a: 1 }]], [null], [{ a: 1 }, 7], { 0: 'a' }, 'text', 5, true].map((data) =>
		noRecord({ ...ENVELOPE, data }),
	),
	noRecord([1]),

	notJson('a web page', '<!doctype html><p>Login', 'a web page'),
	notJson('a web page under HTTP 416', '<h1>Range', 'a web page', 416),
	notJson('a web page that quotes a sentence', `<p>${NO_MATCH[0]}`, 'a web page'),
	notJson('a PHP notice before the JSON', 'Notice: x {"code":200,"data":[]}', 'unexpected content'),
	notJson('JSON that breaks off', '{"code":200,"data":[{"a":1}', 'unexpected content'),
	notJson('an empty body', '', 'an empty body'),
	notJson('HTTP 204', '', 'an empty body', 204),
	notJson('null', null, 'unexpected content'),
	notJson('a number', 0, 'unexpected content'),
	...[301, 302, 303, 307, 308].map((status) =>
		fails(`HTTP ${status}`, '', 'HOST redirected to localhost:1 instead of serving the API', {
			status,
			headers: { location: 'http://localhost:1/login' },
		}),
	),
];
