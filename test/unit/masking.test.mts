import { CREATE_CASE, FIND_CASES, UPDATE_CASE } from '../support/operations.mts';
import { operationOf, parse, textFor } from './product.mts';

const [update, create, search] = [UPDATE_CASE, CREATE_CASE, FIND_CASES].map(operationOf);

const TOKEN = 'b1946ac92492d2347c6235b4d2611184';
const SPECIAL = 'ab/cd+ef==&"<gh>ij._klm';
const DIGITS = '7615917337495251231';

/** The output for a success with this in `data`, as text. */
const output = (data: unknown, token = TOKEN) =>
	JSON.stringify(parse(update, { body: { code: 200, msg: 'ok', data } }, { token }));

describe('the token in a success', () => {
	it.each([
		['as a value', { a: TOKEN }],
		['as a key', { [TOKEN]: 1 }],
		['deep inside', [{ a: [{ b: TOKEN }] }]],
		['in a longer word', `x${TOKEN}y`],
		['after a URL escape', `Wolkvox-Token%3D${TOKEN}%26`],
		['in capitals', TOKEN.toUpperCase()],
	])('is masked %s', (_, data) => {
		expect(output(data)).toContain('[token]');
		expect(output(data).toLowerCase()).not.toContain(TOKEN);
	});

	it.each([
		['as a number', '123456789012', 123456789012],
		['after an escaped line break', 'Ab12cd34ef', JSON.stringify('x\nAb12cd34ef')],
		['after another escape', 'Ab12cd34ef', '\\u00f1Ab12cd34ef'],
	])('is masked %s if it is short', (_, token, data) => {
		expect(output({ data }, token)).toContain('[token]');
		expect(output({ data }, token)).not.toContain(token);
	});

	it.each([
		['200', { count: '200', wolkvox_id: 'a200' }],
		['a', { wolkvox_id: 'a' }],
		['update', { wolkvox_id: 'preupdates1' }],
	])('%s, which words contain by chance, spoils nothing', (token, data) => {
		expect(parse(create, { body: { code: 200, data } }, { token })).toEqual({
			response: { code: 200, data },
		});
	});
});

describe('the token in a failure', () => {
	it.each([
		['the message of Wolkvox', { code: 400, msg: `Token ${TOKEN}` }],
		['a message that is cut', { code: 400, msg: `${'x'.repeat(480)} ${TOKEN}` }],
		['a web page', `<p>${TOKEN}`],
		['a web page that is cut', `<p>${'x'.repeat(480)} ${TOKEN}</p>`],
		['capitals', `<p>${TOKEN.toUpperCase()}`],
	])('is masked in %s', (_, body) => {
		const text = textFor(update, { status: 400, body }, { token: TOKEN });
		expect(text).toContain('[token]');
		expect(text.toLowerCase()).not.toContain(TOKEN.slice(0, 4));
	});

	it.each([
		['JSON', JSON.stringify(SPECIAL)],
		['JSON of PHP', SPECIAL.replaceAll('/', '\\/')],
		['JSON by numbers', SPECIAL.replaceAll('+', '\\u002b')],
		['a URL', encodeURIComponent(SPECIAL)],
		['a URL in small letters', encodeURIComponent(SPECIAL).toLowerCase()],
		['HTML', 'ab/cd+ef==&amp;&quot;&lt;gh&gt;ij._klm'],
		[
			'HTML by names',
			'ab&sol;cd&plus;ef&equals;&equals;&amp;&quot;&lt;gh&gt;ij&period;&lowbar;klm',
		],
		['HTML by numbers', 'ab&#47;cd&#x2B;ef==&#0038;"<gh>ij&#x2e;_klm'],
		['zero bytes', Array.from(SPECIAL).join('\0')],
	])('is masked if its special characters are escaped as in %s', (_, escaped) => {
		const response = { status: 403, body: `Denied: ${escaped} yours` };
		expect(textFor(update, response, { token: SPECIAL })).toMatch(/Denied: "?\[token\]"? yours/);
	});

	it.each([
		['as it is', TOKEN],
		[
			'percent-encoded',
			Array.from(TOKEN, (each) => `%${each.charCodeAt(0).toString(16)}`).join(''),
		],
		['with a soft hyphen inside', `${TOKEN.slice(0, 8)}\u00ad${TOKEN.slice(8)}`],
		['with a tab inside', `${TOKEN.slice(0, 8)}\t${TOKEN.slice(8)}`],
	])('is not quoted from the host of a redirect, %s', (_, token) => {
		const headers = { location: `https://${token}.example.com/` };
		const text = textFor(update, { status: 301, headers, body: '' }, { token: TOKEN });
		expect(text).toContain('redirected to');
		expect(text).not.toContain(TOKEN);
	});

	it('is not quoted from the ID of another record, with markup inside', () => {
		const body = {
			code: 200,
			data: { wolkvox_id: `${TOKEN.slice(0, 8)}<b></b>${TOKEN.slice(8)}` },
		};
		const text = textFor(update, { body }, { token: TOKEN });
		expect(text).toContain('The response is about another record');
		expect(text).not.toContain(TOKEN.slice(8));
	});
});

describe('a token of digits', () => {
	const read = (json: string, token: string) =>
		parse(update, { body: `{"code":200,"data":${json}}` }, { token });

	it.each([
		['that JavaScript rounds', DIGITS, `{"t":${DIGITS}}`],
		['that it holds', '123456789012', '{"t":123456789012}'],
		['in a list', DIGITS, `{"t":[1,{"u":${DIGITS}}]}`],
		['as a server rounds it', DIGITS, '{"t":7.6159173374952512e18}'],
		['with decimals', '123456789012', '{"t":123456789012.0}'],
		['with an exponent', '123456789012', '{"t":1.23456789012e11}'],
		['as a part of a longer number', '1234567890123456', '{"t":12345678901234560}'],
	])('is masked as a number %s', (_, token, json) => {
		expect(JSON.stringify(read(json, token))).toContain('"[token]"');
	});

	it.each([
		['another number', DIGITS, '{"n":7615917337495999999}'],
		['a short token', '12345', '{"n":12345}'],
		['a token that is no number', '00123456', '{"n":123456}'],
	])('does not spoil %s', (_, token, json) => {
		expect(read(json, token)).toEqual({ response: { code: 200, data: JSON.parse(json) } });
	});
});

/** The token in pieces, or in another form, that a reader could put together. */
const HIDDEN = [
	['with markup inside', `${TOKEN.slice(0, 6)}<b>${TOKEN.slice(6)}</b>`],
	['with an empty tag inside', `${TOKEN.slice(0, 6)}<wbr/>${TOKEN.slice(6)}`],
	['with white space inside', TOKEN.replace(/.{8}/g, '$& ')],
	['with unseen characters inside', Array.from(TOKEN).join('\u200b')],
	['as decimal entities', Array.from(TOKEN, (each) => `&#${each.charCodeAt(0)};`).join('')],
	[
		'as hexadecimal entities without a semicolon',
		Array.from(TOKEN, (each) => `&#x${each.charCodeAt(0).toString(16)}`).join('\n'),
	],
];

describe('a response that hides the token', () => {
	const read = (body: unknown, token = TOKEN) => textFor(update, { status: 403, body }, { token });

	it.each(HIDDEN)('is not quoted, %s, if it is a page', (_, token) => {
		const text = read(`<p>Denied: your token ${token} is wrong</p>`);
		expect(text).toContain('HTTP 403');
		expect(text).not.toContain('Denied');
	});

	it.each(HIDDEN)('is not quoted, %s, if it is a message of Wolkvox', (_, token) => {
		const text = read({ code: 403, msg: `Denied: ${token}` });
		expect(text).toContain('Wolkvox rejected the request (code 403)');
		expect(text).not.toContain('Denied');
		expect(read({ code: 403, error: `Denied: ${token}`, msg: 'Forbidden' })).toMatch(
			/^Forbidden\n/,
		);
	});

	it('is not quoted if the token begins where a quote ends', () => {
		const text = read(`Denied ${'<i></i>'.repeat(710)}${HIDDEN[0][1]}`);
		expect(text).not.toContain(TOKEN.slice(0, 4));
	});

	it('is not quoted with a short token', () => {
		expect(read('<p>Denied: Ab<b>12</b>cd</p>', 'Ab12cd')).not.toContain('Denied');
	});

	it('is quoted, masked, if the token is in one piece', () => {
		expect(read(`<p>Denied: <b>${TOKEN}</b></p>`)).toContain('Denied: [token]');
	});
});

describe('the token in one of 5,000 records', () => {
	const records = Array.from({ length: 5000 }, (_, n) => ({ n, notes: 'ñ'.repeat(100) }));
	const escape = (character: string) => `\\u00${character.charCodeAt(0).toString(16)}`;

	it.each([
		['as it is', TOKEN],
		['in capitals', TOKEN.toUpperCase()],
		['in JSON escapes', Array.from(TOKEN, escape).join('')],
		['with one escape', `${escape(TOKEN[0])}${TOKEN.slice(1)}`],
	])('is masked, and the others stay as they are: %s', (_, token) => {
		const all = [...records.slice(0, 4321), { VALUE: 'KEY' }, ...records.slice(4322)];
		const body = JSON.stringify({ code: 200, data: all }).replace(/VALUE|KEY/g, token);
		expect(JSON.parse(body).data[4321]).not.toHaveProperty('VALUE');

		const expected: object[] = [...all];
		expected[4321] = { '[token]': '[token]' };
		expect(parse(search, { body }, { token: TOKEN })).toEqual({ response: { data: expected } });
	});
});
