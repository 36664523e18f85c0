import type { IDataObject } from 'n8n-workflow';

import { caseIdOf, fieldOf, useServer } from '../support/server.mts';
import {
	CASE_ID,
	credentialFor,
	expectRefusal,
	locator,
	numbered,
	textFile,
	TOOL,
	update,
} from '../support/wolkvox.mts';

const server = useServer();

type Settings = Parameters<typeof update>[1];

/** Expects an update to be refused before anything is sent, and returns the advice. */
const expectUpdateRefusal = async (message: string | RegExp, settings: Settings, item = 0) =>
	expectRefusal(server, await update(server, settings), message, item);

describe('Case', () => {
	it('sends an ID with a # as it is', async () => {
		await update(server, { caseId: locator('id', 'CASO#12') });
		expect(server.requests.map(caseIdOf)).toEqual(['CASO#12']);
	});

	it.each<[string, unknown]>([
		["'Case' is empty", locator('id', '={{ $json.n === 1 ? " " : "x" }}')],
		["'Case' is empty", locator('id', '={{ $json.n === 1 ? undefined : "x" }}')],
		["'Case' must be text, but is an object", locator('id', '={{ $json.n === 1 ? {} : "x" }}')],
		[
			"The URL in 'Case' contains no case ID",
			locator(
				'url',
				`={{ "https://crm.wolkvox.com/" + ($json.n === 1 ? "cases/list" : "${CASE_ID}") }}`,
			),
		],
		[
			"The URL in 'Case' contains no case ID",
			locator('url', '={{ $json.n === 1 ? "c.test/" : "x" }}'),
		],
	])('%s: %j', async (message, caseId) => {
		await expectUpdateRefusal(message, { items: numbered(2), caseId }, 1);
	});

	it.each(['https://crm.wolkvox.com/case/A17', 'https://c.test/cases/list', 'c.test/?id=64cb'])(
		'is refused if it is a URL without an ID: %s',
		async (url) => {
			for (const mode of ['id', 'url'] as const) {
				const caseId = locator(mode, url);
				expect(
					await expectUpdateRefusal("The URL in 'Case' contains no case ID", { caseId }),
				).toContain('enter only the Wolkvox ID');
			}
		},
	);
});

describe('Update Fields', () => {
	it.each<[string, IDataObject]>([
		["'Update Fields' is empty", {}],
		["'Update Fields' is empty", { status: ' \n', attachments: ' ' }],
		["'Status' must be text, but is an object", { status: '={{ {} }}' }],
		["'Case Type' must be text, but is a list", { caseType: '={{ ["Request"] }}' }],
		["'Custom Fields (JSON)' is not valid JSON", { customFieldsJson: "{'a': 1}" }],
		["'Custom Fields (JSON)' is not a JSON object", { customFieldsJson: '[1]' }],
		["'Custom Fields (JSON)' is not a JSON object", { customFieldsJson: 'null' }],
		["'Custom Fields (JSON)' is not a JSON object", { customFieldsJson: '={{ 5 }}' }],
		[
			"'Custom Fields' has a value without a 'Name'",
			{ customFields: { field: [{ name: ' ', value: 'x' }] } },
		],
		[
			`'Custom Fields' contains "a" twice`,
			{
				customFields: {
					field: [
						{ name: 'a', value: '1' },
						{ name: 'a', value: '2' },
					],
				},
			},
		],
		[`'Attachments': this item has no binary field "report"`, { attachments: 'report' }],
		[
			"'Attachments' is neither the name of a binary field nor binary data",
			{ attachments: '={{ { a: 1 } }}' },
		],
		[
			`'Attachments': n8n no longer has the contents of "a.txt"`,
			{
				attachments: '={{ { mimeType: "text/plain", fileName: "a.txt", id: "filesystem-v2:x" } }}',
			},
		],
	])('%s: %j', async (message, updateFields) => {
		expect(await expectUpdateRefusal(message, { updateFields })).toBeTruthy();
	});

	it.each([
		'Number($json.amount)',
		'1 / 0',
		'new Date("x")',
		'DateTime.fromISO("31/12/2026")',
		'"Invalid DateTime"',
		'"Invalid Date"',
		'"NaN"',
		'"Infinity"',
		'"-Infinity"',
		'"[object Object]"',
	])('a calculation that failed: %s', async (value) => {
		const items = [{ json: { n: 0, amount: '1,200' } }];
		for (const [place, updateFields] of [
			["'Status'", { status: `={{ ${value} }}` }],
			[
				`'Custom Fields': "Amount"`,
				{ customFields: { field: [{ name: 'Amount', value: `={{ ${value} }}` }] } },
			],
			[`'Custom Fields (JSON)': "Amount"`, { customFieldsJson: `={{ ({ Amount: ${value} }) }}` }],
			[
				`'Custom Fields (JSON)': "a"[1]: "b"`,
				{ customFieldsJson: `={{ ({ a: [0, { b: ${value} }] }) }}` },
			],
		] as Array<[string, IDataObject]>) {
			await expectUpdateRefusal(`${place} is not a valid number, date or text`, {
				items,
				updateFields,
			});
		}
	});

	it('a date in Case that is not valid', async () => {
		const caseId = locator('id', '={{ DateTime.fromISO("31/12/2026") }}');
		await expectUpdateRefusal("'Case' is not a valid number, date or text", { caseId });
	});

	it.each<[string, string]>([
		['{"Amount": 1e400}', '"Amount" is not a valid number, date or text'],
		['{"Phone": 7615917337495251231}', '"Phone" is a number with too many digits'],
		['{"a": {"b": [9007199254740993]}}', '"a": "b"[0] is a number with too many digits'],
		['{"Rate": 12345678901.123456789}', '12345678901.123456789 is a number with too many digits'],
	])('numbers that JavaScript cannot hold: %s', async (customFieldsJson, message) => {
		await expectUpdateRefusal(`'Custom Fields (JSON)': ${message}`, {
			updateFields: { customFieldsJson },
		});
	});

	it.each([
		'new Map([["a", 1]])',
		'new Set(["a"])',
		'new Date(0)',
		'$now',
		'$now.diff($now)',
		'[{ a: 1 }]',
		'"text"',
	])('no object of names and values: %s', async (value) => {
		await expectUpdateRefusal(
			/^'Custom Fields \(JSON\)' is not (a JSON object|valid JSON) \[item 0\]$/,
			{
				updateFields: { customFieldsJson: `={{ ${value} }}` },
			},
		);
	});

	it.each(['0.30000000000000004', '1.50000000000000000000', '0.000001234567890123', '-2.5e-7'])(
		'a number that JavaScript holds is sent: %s',
		async (number) => {
			await update(server, { updateFields: { customFieldsJson: `{"Rate": ${number}}` } });
			const form = fieldOf(server.requests[0], 'form') as string;
			expect(JSON.parse(form)).toEqual({ Rate: Number(number) });
		},
	);

	it('long text is sent', async () => {
		const text = JSON.stringify({ note: `${'x'.repeat(16_000_000)}"` });
		await update(server, {
			items: [{ json: { n: 0, text } }],
			updateFields: { customFieldsJson: '={{ $json.text }}' },
		});
		expect(fieldOf(server.requests[0], 'form')).toBe(text);
	});

	it.each(['{"\\ud800": 1, "\\ud801": 2}', '={{ ({ "\\ud800": 1, "\\ud801": 2 }) }}'])(
		'two names that differ only in halves of emojis: %s',
		async (customFieldsJson) => {
			await expectUpdateRefusal(
				"'Custom Fields (JSON)' contains a value that cannot be converted to JSON",
				{ updateFields: { customFieldsJson } },
			);
		},
	);

	it.each(['new Map([["a", 1]])', 'new Set(["a"])', '/x/', '() => 1', '10n', 'Symbol("x")'])(
		'a value that JSON would drop: %s',
		async (value) => {
			await expectUpdateRefusal(
				`'Custom Fields (JSON)': "a" contains a value that cannot be converted to JSON`,
				{ updateFields: { customFieldsJson: `={{ ({ a: ${value} }) }}` } },
			);
		},
	);

	it.each<[string, string, string]>([
		['{"a": 1, "b": {"c": 1}, "a": 2}', '"a"', 'a name that stands twice'],
		['{"b": {"c": 1, "d": "}", "c": 2}}', '"c"', 'a name that stands twice in an inner object'],
		['{"Paid": "yes", "\\u0050aid": "no"}', '"Paid"', 'a name that stands twice, once escaped'],
	])('%s: %s (%s)', async (customFieldsJson, name) => {
		await expectUpdateRefusal(`'Custom Fields (JSON)' contains ${name} twice`, {
			updateFields: { customFieldsJson },
		});
	});

	it.each([
		['an empty place in a list', '={{ ({ a: [1, undefined] }) }}', '"a"[1]'],
		['600 levels', `{"a": ${'['.repeat(600)}${']'.repeat(600)}}`, '"a"'],
	])('%s cannot be converted to JSON', async (_, customFieldsJson, place) => {
		const { error } = await update(server, { updateFields: { customFieldsJson } });
		expect(error!.message).toMatch(/cannot be converted to JSON \[item 0\]$/);
		expect(error!.message).toContain(`'Custom Fields (JSON)': ${place}`);
		expect(server.requests).toHaveLength(0);
	});

	it.each(['undefined', 'null', '[undefined]', '$json.nothing', '$json.nothing?.binary.data'])(
		'an expression in Attachments that finds nothing: %s',
		async (value) => {
			await expectUpdateRefusal("'Attachments': the expression found no file", {
				updateFields: { status: 'closed', attachments: `={{ ${value} }}` },
			});
		},
	);

	it.each(['data:text/plain;base64,aGk=', 'plain text', 'aGk=aGk=!'])(
		'a file in memory that is not base64: %s',
		async (data) => {
			await expectUpdateRefusal(`'Attachments': the contents of "a.txt" are not base64`, {
				binaryMode: 'default',
				items: [
					{
						json: { n: 0 },
						binary: { data: { mimeType: 'text/plain', fileName: 'a.txt', data } },
					},
				],
				updateFields: { attachments: 'data' },
			});
		},
	);

	it('more files than PHP accepts together', async () => {
		const names = Array.from({ length: 21 }, (_, index) => `f${index}`);
		const settings = {
			items: numbered(1, Object.fromEntries(names.map((name) => [name, textFile(`${name}.txt`)]))),
			updateFields: { attachments: names.join(',') },
		};
		await expectUpdateRefusal("'Attachments' has 21 files, but only 20 can be sent together", {
			...settings,
			options: { multipleFiles: 'together' },
		});
		await update(server, settings);
		expect(server.requests).toHaveLength(21);
	});

	it('says which binary fields the item has', async () => {
		const advice = await expectUpdateRefusal(
			`'Attachments': this item has no binary field "report"`,
			{
				items: numbered(1, { data: textFile('a.txt') }),
				updateFields: { attachments: 'report' },
			},
		);
		expect(advice).toMatch(/^The item has: data\. /);
	});

	it('refuses a binary field that contains no file', async () => {
		await expectUpdateRefusal(`'Attachments': the binary field "data" contains no file`, {
			items: [{ json: { n: 0 }, binary: { data: { mimeType: 'text/plain', fileName: 'a.txt' } } }],
			updateFields: { attachments: 'data' },
		});
	});

	it('refuses attachments if an AI agent calls the node', async () => {
		await expectUpdateRefusal(
			/^'Attachments' cannot be used when an AI agent calls this node \[item 0\]\. /,
			{ node: TOOL, updateFields: { attachments: 'data' } },
		);
	});

	it.each(['default', 'filesystem'] as const)(
		'advises an expression that works (binary data: %s)',
		async (binaryMode) => {
			const items = numbered(1, { data: textFile('a.txt') });
			const advice = await expectUpdateRefusal(
				"'Attachments' is neither the name of a binary field nor binary data",
				{ binaryMode, items, updateFields: { attachments: '={{ 5 }}' } },
			);
			const [advised] = /\{\{.*\}\}/.exec(advice!)!;
			await update(server, { binaryMode, items, updateFields: { attachments: `=${advised}` } });
			expect(server.requests.map(({ files }) => files[0].name)).toEqual(['a.txt']);
		},
	);
});

describe('the credential', () => {
	it.each([
		["'Token' in the Wolkvox CRM credential is empty", { token: ' ' }],
		["'CRM Operation Name' in the Wolkvox CRM credential is empty", { operation: '' }],
		["'Custom Server' in the Wolkvox CRM credential is empty", { customServer: '' }],
		[
			`'Custom Server' in the Wolkvox CRM credential is not a server name: "a@b"`,
			{ customServer: 'http://a@b/' },
		],
		[
			"'Token' in the Wolkvox CRM credential has characters not allowed in a token, such as a space or an accent",
			{ token: 'a\r\nX-Evil: 1' },
		],
	])('%s', async (message, change) => {
		const credential = { ...credentialFor(server.url), ...change };
		await expectUpdateRefusal(message, { items: numbered(3), credential });
	});
});

describe('Request Options', () => {
	it.each([{ allowUnauthorizedCerts: true }, {}])(
		'a proxy that could read the token is refused: %j',
		async (options) => {
			await expectUpdateRefusal(
				/^'Proxy' cannot be combined with 'Ignore SSL Issues'.* \[item 0\]$/,
				{
					requestOptions: { proxy: server.url, ...options },
				},
			);
		},
	);
});

describe('Options', () => {
	it.each<[string, IDataObject]>([
		["'Attachment Part Name' must be file or files", { attachmentField: '={{ "" }}' }],
		["'Attachment Part Name' must be file or files", { attachmentField: '[x' }],
		["'Multiple Files' must be onePerRequest or together", { multipleFiles: '={{ "Together" }}' }],
		["'Max Retries' must be a whole number from 0 to 5", { maxRetries: 'many' }],
		["'Max Retries' must be a whole number from 0 to 5", { maxRetries: 6 }],
		["'Max Retries' must be a whole number from 0 to 5", { maxRetries: -1 }],
		["'Max Concurrent Requests' must be a whole number from 1 to 20", { maxConcurrent: 0 }],
		["'Max Concurrent Requests' must be a whole number from 1 to 20", { maxConcurrent: 1.5 }],
		[
			"'Max Concurrent Requests' must be a whole number from 1 to 20",
			{ maxConcurrent: '={{ 2 }}' },
		],
	])('%s: %j', async (message, options) => {
		await expectUpdateRefusal(message, { items: numbered(3), options });
	});
});

it('a stored file that is gone is found before an earlier item is sent', async () => {
	const gone = '({ mimeType: "text/plain", fileName: "a.txt", id: "filesystem-v2:x" })';
	await expectUpdateRefusal(
		`'Attachments': n8n no longer has the contents of "a.txt"`,
		{
			items: numbered(4),
			updateFields: { status: 'open', attachments: `={{ $json.n === 3 ? ${gone} : "" }}` },
		},
		3,
	);
});

it('a resource or an operation that the node does not know is sent nowhere', async () => {
	for (const parameters of [{ operation: 'merge' }, { resource: 'company' }]) {
		const { error } = await update(server, { parameters });
		expect(error!.message).toContain('The Wolkvox CRM node does not know this operation');
		expect(error!.description).toContain('update the package');
		expect(server.requests).toHaveLength(0);
	}
});
