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

const notJson = (name: string, body: unknown, kind: string, status = 200, said?: string) => {
	const message = `HOST sent ${kind} instead of a response from Wolkvox (HTTP ${status})`;
	return fails(name, body, said === undefined ? message : `${message}: ${said}`, { status });
};

const otherJson = (name: string, body: unknown, said?: string, status = 200) =>
	notJson(name, body, 'other JSON', status, said);

const NOT_SAID = 'The response does not say what was found';

/** Wolkvox's own form, of which something does not prove that nothing was found. */
const unclear = (name: string, body: IDataObject, said?: string): QueryResponse =>
	fails(
		`not nothing: ${name}`,
		{ code: 200, ...body },
		said === undefined ? NOT_SAID : `${NOT_SAID}: ${said}`,
	);

/** The sentences with which Wolkvox has been seen to find nothing. */
const NO_MATCH = ['0 records were are found', 'There are no values in the specified page'];

const NOT_FOUND = NO_MATCH.flatMap((msg) => [
	findsNothing(`"${msg}" with an empty list`, { ...ENVELOPE, msg, data: [] }),
	findsNothing(`"${msg}" without data`, { ...ENVELOPE, msg }),
	findsNothing(`"${msg}" with null`, { ...ENVELOPE, msg, data: null }),
	findsNothing(`"${msg}" alone`, { msg }),
	findsNothing(`"${msg}" with code 416`, { code: '416', error: 'NOT SATISFIABLE', msg }),
	unclear(`"${msg}" with an error`, { msg, error: 'NOT FOUND' }, `NOT FOUND: ${msg}`),
	unclear(`"${msg}" and more`, { msg: `${msg} in time`, data: [] }, `${msg} in time`),
	fails(`"${msg}" with code 404`, { code: '404', error: 'X', msg }, msg, { httpCode: '404' }),
	fails(`"${msg}" with HTTP 400`, { code: 400, msg, data: [] }, msg, { status: 400 }),
	otherJson(`"${msg}" with an empty code`, { code: '', msg, data: [] }, msg),
]);

const OUT_OF_RANGE = [
	...[416, '416'].map((code) =>
		findsNothing(`code ${JSON.stringify(code)}`, {
			code,
			error: 'REQUESTED RANGE NOT SATISFIABLE',
			msg: '',
		}),
	),
	findsNothing('HTTP 416 with its code', { code: '416', data: [] }, { status: 416 }),
	fails('HTTP 416 with a code of failure', { code: '401', error: 'No token' }, 'No token', {
		status: 416,
		httpCode: '401',
	}),
	...[200, 403, 500, 502].map((status) =>
		fails(`code 416 with an error and HTTP ${status}`, { code: 416, error: 'Over' }, 'Over', {
			status,
			httpCode: '416',
		}),
	),
	...[403, 500, 502].map((status) =>
		fails(`code 416 with HTTP ${status}`, { code: 416, msg: NO_MATCH[0] }, NO_MATCH[0], {
			status,
			httpCode: '416',
		}),
	),
	fails('HTTP 416 with another message', { code: 416, msg: 'Bad page' }, 'Bad page', {
		status: 416,
	}),
	otherJson('HTTP 416 with JSON without a code', { error: 'RANGE' }, 'RANGE', 416),
	notJson('HTTP 416 without a body', '', 'an empty body', 416),
];

const EMPTY_DATA = [[], {}, { wolkvox_id: '', name: null }, null, undefined].flatMap((data) =>
	['', 'ok', 'Success', '0 registros fueron encontrados', '0 records found.'].map((msg) =>
		findsNothing(`data ${JSON.stringify(data)} and the message "${msg}"`, {
			code: 200,
			error: 'null',
			msg,
			data,
		}),
	),
);

/** Keys beside empty data that count. */
const COUNTS = [
	{ total: 0 },
	{ count: '0', records: 0, page: 3, per_page: 50, limit: '50', Páginas: 1 },
	{ registros: 0, cantidad: 0, pagina: 1, limite: 10 },
	// With this number, a search goes on, or fails as incomplete.
	{ 'Total records': 9, page: 4 },
];

/** Keys beside empty data that can mean anything but nothing. */
const OTHER_KEYS = [
	{ total: 3 },
	{ count: '2' },
	{ cantidad: '3' },
	{ count: 'many' },
	{ page: 'next' },
	{ total: null },
	{ status: 'error' },
	{ success: false },
	{ message: '' },
	{ errors: [] },
	{ error_code: 17, error_msg: 'Too many rows' },
	{ wolkvox_id: 'abc', Status: 'open' },
	{ records: BOTH },
	{ result: BOTH },
	{ response: { data: BOTH } },
];

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
	finds('a list without a code, but with IDs', { data: BOTH }, BOTH),
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
	...COUNTS.map((counts) =>
		findsNothing(JSON.stringify(counts), { ...ENVELOPE, msg: '', data: [], ...counts }),
	),
	...OTHER_KEYS.map((keys) => unclear(JSON.stringify(keys).slice(0, 50), { ...keys, data: [] })),
	unclear('records under another name', { msg: 'OK', records: BOTH }, 'OK'),
	...[
		'Succesfully',
		'Successfully connected, but the query timed out',
		'Success: 0 of 3 shards responded',
		'0 records were are found, as the quota is used up',
		'0 registros encontrados. Error de conexión',
		'TOKEN LIMIT EXCEEDED',
		'The field does not exist',
		'2 records were are found',
		'10 records were are found',
		'0 calls left',
		'0 registros',
	].map((msg) => unclear(`"${msg}"`, { msg, data: [] }, msg)),
	unclear('an error', { error: 'UNAUTHORIZED', msg: '', data: [] }, 'UNAUTHORIZED'),
	unclear(
		'an error beside a message of success',
		{ error: 'QUOTA', msg: 'OK', data: [] },
		'QUOTA: OK',
	),
	unclear('records beside an error', { error: 'X', msg: '', data: BOTH }, 'X'),

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
	otherJson('no verdict', {}),
	otherJson('JSON of another service', { ok: true, result: BOTH }),
	otherJson('a timeout of another service', { ok: false, reason: 'timeout', data: '' }),
	otherJson('an empty list without a code', { data: [] }),
	otherJson('an empty list with a message, but without a code', { data: [], msg: 'OK' }, 'OK'),
	otherJson('records without a code and IDs', { data: [{ a: 1 }] }),
	otherJson('a code that is a word, and no records', { code: 'OK', msg: '', data: [] }),
	otherJson('no code, and an error', { error: 'X', data: BOTH }, 'X'),
	otherJson('an object without an ID', { msg: 'No' }, 'No'),

	...[400, 404, 416, 500, 503].map((status) => contradiction(status, BOTH)),
	...[400, 404, 500, 503].map((status) => contradiction(status, [])),
	notJson('a bare list under HTTP 500', BOTH, 'unexpected content', 500),
	notJson('a bare empty list', [], 'unexpected content'),
	...[{ error: 'Timeout' }, { code: 401, msg: 'No token' }].map((entry) =>
		notJson(`a bare list of ${JSON.stringify(entry)}`, [entry], 'unexpected content'),
	),
	unclear('a failure in data', { data: { code: 500, error: 'Timeout' } }),
	unclear('a record without fields', { data: [{}] }),
	unclear('the first of several pages', { data: [], pages: 3 }),
	otherJson('a bare record under HTTP 500', OLD_CASE, undefined, 500),

	...[
		[1, 2],
		['a'],
		[[{ a: 1 }]],
		[null],
		[{ a: 1 }, 7],
		{ 0: 'a' },
		'text',
		'',
		5,
		true,
		false,
	].map((data) => noRecord({ ...ENVELOPE, data })),
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
