import { CREATE_CASE, DELETE_RECORD, FIND_CASES, UPDATE_CASE } from '../support/operations.mts';
import { QUERY_RESPONSES } from '../support/queryResponses.mts';
import { RESPONSES } from '../support/responses.mts';
import { operationOf, parse, textFor } from './product.mts';

const [update, create, remove, search] = [UPDATE_CASE, CREATE_CASE, DELETE_RECORD, FIND_CASES].map(
	operationOf,
);

describe.each([
	['an update', update, 'change'],
	['a create', create, 'change'],
	['a read', search, 'read'],
] as const)('a response to %s', (_, operation, effect) => {
	it.each(RESPONSES)('$name', (response) => {
		expect(parse(operation, response)).toEqual(response[effect]);
	});
});

describe('a response to a search', () => {
	it.each(QUERY_RESPONSES)('$name', ({ expected, ...response }) => {
		const result = parse(search, response);
		expect('failure' in result ? result.failure : { records: result.response.data }).toMatchObject(
			expected,
		);
	});
});

describe('a success that names a record', () => {
	const naming = (data: object | unknown[], top = {}) => ({ body: { code: 200, data, ...top } });

	it.each([
		['in data', naming({ wolkvox_id: 'other' })],
		['on top', naming({}, { wolkvox_id: 'other' })],
		['in a list', naming([{ _id: { $oid: 'other' } }])],
		['beside the right one', naming({ wolkvox_id: 'item0' }, { 'wolkvox-id': 'other' })],
	])('is none for the update or the deletion of another one: %s', (_, response) => {
		expect(parse(remove, response)).toEqual(parse(update, response));
		expect(parse(update, response)).toEqual({
			failure: {
				message: 'The response is about another record: "other"',
				httpCode: '200',
				outcome: 'unknown',
			},
		});
		expect(parse(create, response)).toHaveProperty('response');
	});

	it('is one for the update of this record, in capitals or without its ID', () => {
		for (const wolkvox_id of ['ITEM0', '', null, 'null']) {
			expect(parse(update, naming({ wolkvox_id }))).toHaveProperty('response');
		}
	});
});

describe('a status that comes before the application', () => {
	const BEFORE = [301, 307, 308, 401, 404, 405, 407, 411, 413, 414, 415, 417, 421, 426, 429, 431];
	const CREATED = { msg: 'Succesfully insert record', data: { wolkvox_id: 'new' } };

	it.each(BEFORE)('proves nothing if the response names a record and has no code: %d', (status) => {
		const outcomeOf = (body: object) => parse(create, { status, body });
		expect(outcomeOf(CREATED)).toMatchObject({ failure: { outcome: 'unknown' } });
		const refusal = { ...CREATED, msg: 'No', code: Math.max(status, 400) };
		expect(outcomeOf(refusal)).toMatchObject({ failure: { outcome: 'refused' } });
	});
});

describe('a code of failure', () => {
	const outcomeOf = (status: number, body: unknown) => parse(create, { status, body });

	it.each<[number, unknown]>([
		[500, { code: 500, message: 'socket hang up after the request was forwarded' }],
		[503, { code: 503, message: 'upstream request timeout' }],
		[200, { code: 400, msg: 'Succesfully insert record', data: {} }],
		[429, { msg: 'Succesfully insert record' }],
		[429, [{ msg: 'Succesfully insert record', data: { wolkvox_id: 'new' } }]],
	])(
		'refuses nothing in the form of another server, or beside words of success: %d %j',
		(status, body) => {
			expect(outcomeOf(status, body)).toMatchObject({ failure: { outcome: 'unknown' } });
		},
	);

	it.each(['msg', 'error', 'data'])("refuses a change in Wolkvox's own form, with %s", (key) => {
		const body = { code: 400, [key]: null };
		expect(outcomeOf(200, body)).toMatchObject({
			failure: { outcome: 'refused', message: 'Wolkvox rejected the request (code 400)' },
		});
		expect(outcomeOf(502, body)).toMatchObject({
			failure: { outcome: 'unknown', message: 'Wolkvox responded with code 400' },
		});
	});
});

describe("PHP's words about a form that is too large", () => {
	const WORDS = 'POST Content-Length of 12 bytes exceeds the limit of 8 bytes';
	const outcomeOf = (body: string) => parse(create, { body });

	it.each([
		`<br />\n<b>Warning</b>:  ${WORDS} in <b>Unknown</b>`,
		`<br />\n<b>Warning</b>:  PHP Request Startup: ${WORDS} in <b>Unknown</b>{"msg":"x"}`,
		`PHP Warning:  ${WORDS} in Unknown on line 0`,
	])('refuse it at the beginning: %j', (body) => {
		expect(outcomeOf(body)).toMatchObject({ failure: { outcome: 'refused' } });
	});

	it.each([JSON.stringify({ data: { description: WORDS } }), `<html>You sent: ${WORDS}</html>`])(
		'prove nothing where a response repeats what was sent: %j',
		(body) => {
			expect(outcomeOf(body)).toMatchObject({ failure: { outcome: 'unknown' } });
		},
	);
});

describe('a response before all files were sent', () => {
	const early = (status: number, code: number) =>
		parse(update, { status, body: { code, msg: 'Said' } }, { isSentWhole: false });

	it('is no proof that a change was applied, but can refuse it', () => {
		expect(early(200, 200)).toMatchObject({
			failure: { message: 'Wolkvox responded before all files were sent', outcome: 'unknown' },
		});
		expect(early(413, 413)).toMatchObject({ failure: { message: 'Said', outcome: 'refused' } });
	});
});

describe('the advice after values were refused', () => {
	const FULL_FORM = 'a form that is too large for the server arrives empty';

	it.each([400, 412, 416, 417])('names the size of the files: code %d', (code) => {
		const response = { body: { code, msg: 'No' } };
		expect(textFor(update, response, { fileBytes: 8_400_000 })).toContain('8.4 MB');
		expect(textFor(update, response, { fileBytes: 2_000 })).toContain('0.002 MB');
		expect(textFor(update, response, { fileBytes: 8_400_000 })).toContain(FULL_FORM);
		expect(textFor(update, response)).not.toContain(FULL_FORM);
	});
});

describe('the charset of a response', () => {
	const json = '{"code":400,"msg":"Descripción"}';

	it.each([
		['application/json; charset=ISO-8859-1', Buffer.from(json, 'latin1')],
		['application/json; charset="utf-16le"', Buffer.from(json, 'utf16le')],
		['application/json', Buffer.from(json)],
		['application/json; charset=unheard-of', Buffer.from(json)],
		['text/html', Buffer.from(`\ufeff${json}`)],
	])('is the one that is declared: %s', (contentType, body) => {
		const response = { status: 400, headers: { 'content-type': contentType }, body };
		expect(parse(update, response)).toMatchObject({ failure: { message: 'Descripción' } });
	});
});

describe('a long response', () => {
	it.each([0, 1, 2, 3])('keeps every character, shifted by %i bytes', (shift) => {
		const text = 'x'.repeat(shift) + 'ñ€😀'.repeat(50_000);
		const body = { code: '200', data: [{ text }] };
		expect(parse(search, { body })).toMatchObject({ response: { data: [{ text }] } });
	});

	it('of data nested 100,000 deep, which n8n cannot save, has an unknown outcome', () => {
		const body = `{"code":200,"data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
		expect(parse(update, { body })).toMatchObject({ failure: { outcome: 'unknown' } });
	});
});

describe('a page that is not from Wolkvox', () => {
	const page = (text: string) => ({
		status: 403,
		headers: { 'content-type': 'text/html' },
		body: `<html><style>p{}</style><h1>${text}</h1>`,
	});

	it('is quoted without its markup, and does not blame the token', () => {
		const text = textFor(update, page('Blocked by the firewall'));
		expect(text).toContain('Its response begins: Blocked by the firewall');
		expect(text).not.toMatch(/token/i);
	});

	it('is quoted with its entities as characters', () => {
		const text = 'A &lt; B &amp; &quot;C&quot;&nbsp;&#233; &#x1F642; &#99999999; &unheard;';
		expect(textFor(update, page(text))).toContain('A < B & "C" é 🙂 &#99999999; &unheard;');
	});

	it.each(['<', '<script>', '<style ', 'if a < b then '])(
		'costs no noticeable time if it is 1 MB of %j',
		(text) => {
			// The time of this process, which does not depend on others; if it grew with the square of the length, it would be minutes.
			const started = process.cpuUsage();
			parse(update, page(text.repeat(2 ** 20 / text.length)));
			expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
		},
	);
});
