import type { IDataObject } from 'n8n-workflow';

import {
	CREATE_CASE,
	CREATE_RECORD,
	FIND_CASES,
	FIND_RECORDS,
	FIND_RECORDS_BY_DATE,
	GET_CASE,
	itemOf,
	OPERATIONS,
	SEARCHES,
	successFor,
	UPDATE_RECORD,
	type Operation,
} from '../support/operations.mts';
import { useServer } from '../support/server.mts';
import {
	CONTINUE,
	credentialFor,
	execute,
	expectRefusal,
	numbered,
	pairedItems,
	textFile,
	TOOL,
	update,
} from '../support/wolkvox.mts';

const server = useServer();

type Settings = Parameters<typeof execute>[2];

const refusalOf = async (
	{ parameters }: Operation,
	message: string | RegExp,
	settings: Settings,
	item = 0,
) => expectRefusal(server, await execute(server, parameters, settings), message, item);

/** What an operation cannot do without: the parameter, and its label. */
const REQUIRED: Array<{ operation: Operation; labels: Record<string, string> }> = [
	{
		operation: CREATE_CASE,
		labels: {
			caseType: 'Case Type',
			contact: 'Contact',
			description: 'Description',
			status: 'Status',
			priority: 'Priority',
			responsible: 'Responsible',
			owner: 'Owner',
		},
	},
	{ operation: GET_CASE, labels: { caseId: 'Case' } },
	{ operation: FIND_CASES, labels: { searchBy: 'Search By', value: 'Value' } },
	{ operation: CREATE_RECORD, labels: { module: 'Module' } },
	{
		operation: FIND_RECORDS,
		labels: { module: 'Module', fieldName: 'Field Name', value: 'Value' },
	},
	{ operation: FIND_RECORDS_BY_DATE, labels: { module: 'Module', from: 'From', to: 'To' } },
	{ operation: UPDATE_RECORD, labels: { module: 'Module', recordId: 'Record' } },
];

const parameters = REQUIRED.flatMap(({ operation, labels }) =>
	Object.entries(labels).map(([parameter, label]) => ({
		name: `${operation.name}: ${label}`,
		operation,
		parameter,
		label,
	})),
);

describe('of two items, the second is refused, and the first is not sent:', () => {
	describe.each(parameters)('$name', ({ operation, parameter, label }) => {
		/** The value for the first item, so that only the second is wrong. */
		const valid = ['from', 'to'].includes(parameter) ? '2026-11-01' : 'x';

		/** What an expression returns for the second item, in the field itself and in one with modes. */
		const refuse = async (message: string | RegExp, value: string) => {
			const expression = `={{ $json.n === 1 ? ${value} : "${valid}" }}`;
			const given = operation.parameters[parameter];
			const isLocator = typeof given === 'object';
			for (const each of isLocator ? [expression, { ...given, value: expression }] : [expression]) {
				const settings = { items: numbered(2), parameters: { [parameter]: each as string } };
				expect(await refusalOf(operation, message, settings, 1)).toMatch(/\S/);
			}
		};

		it.each(['undefined', 'null', '""', '" \\n"'])('empty: %s', async (value) => {
			await refuse(`'${label}' is empty`, value);
		});

		it.each([
			['{}', 'an object'],
			['({ a: 1 })', 'an object'],
			['[]', 'a list'],
			['["x"]', 'a list'],
		])('not text: %s', async (value, kind) => {
			await refuse(`'${label}' must be text, but is ${kind}`, value);
		});

		it('a copy of a date, which has no text', async () => {
			await refuse(
				new RegExp(`^'${label}' (must be text|is not a valid)`),
				'Object.assign({}, $now)',
			);
		});

		it.each([
			'Number("1,200")',
			'1 / 0',
			'new Date("x")',
			'DateTime.fromISO("31/12/2026")',
			'"Invalid DateTime"',
			'"[object Object]"',
		])('a calculation that failed: %s', async (value) => {
			await refuse(`'${label}' is not a valid number, date or text`, value);
		});

		it('a number that JavaScript rounds', async () => {
			await refuse(`'${label}' is a number with too many digits`, '7615917337495251231');
		});
	});
});

it.each(REQUIRED)(
	'in a run that continues, $operation.name is sent for the other items',
	async ({ operation, labels }) => {
		const [[parameter, label]] = Object.entries(labels);
		server.respond = (request) => ({ body: successFor(request) });
		const { outputs } = await execute(server, operation.parameters, {
			items: numbered(3),
			node: CONTINUE,
			parameters: { [parameter]: '={{ $json.n === 1 ? "" : "item" + $json.n }}' },
		});
		expect(server.requests.map(itemOf)).toEqual([0, 2]);
		expect(pairedItems(outputs[0])).toEqual([0, 2]);
		expect(outputs[1]).toEqual([
			{ json: { n: 1, error: `'${label}' is empty [item 1]` }, pairedItem: { item: 1 } },
		]);
	},
);

describe.each(SEARCHES)('$name', (operation) => {
	it.each([0, -1, 1.5, 'x', '={{ null }}', '={{ "" }}', '={{ 1 / 0 }}', '={{ {} }}', '={{ [] }}'])(
		'Limit %j',
		async (limit) => {
			await refusalOf(operation, "'Limit' must be a whole number from 1", {
				parameters: { returnAll: false, limit },
			});
		},
	);

	it.each(['={{ "yes" }}', '={{ "true" }}', '={{ 1 }}', '={{ null }}', '={{ {} }}'])(
		'Return All %j',
		async (returnAll) => {
			await refusalOf(operation, "'Return All' must be true or false", {
				parameters: { returnAll, limit: 5 },
			});
		},
	);

	const LABEL = 'Additional Body Fields (JSON)';

	it.each([
		['{', 'is not valid JSON'],
		["{'page': 2}", 'is not valid JSON'],
		['[{"page": 2}]', 'is not a JSON object'],
		['null', 'is not a JSON object'],
		['={{ 5 }}', 'is not a JSON object'],
		['{"page": 1, "page": 2}', 'contains "page" twice'],
	])(`${LABEL} %s: %s`, async (bodyFields, problem) => {
		await refusalOf(operation, `'${LABEL}' ${problem}`, { options: { bodyFields } });
	});

	it(`${LABEL} with a calculation that failed`, async () => {
		await refusalOf(operation, `'${LABEL}': "page" is not a valid number, date or text`, {
			options: { bodyFields: '={{ ({ page: Number("x") }) }}' },
		});
	});
});

it.each([
	{ ...FIND_CASES, reserved: ['operation', 'field', 'value'] },
	{ ...FIND_RECORDS, reserved: ['operation', 'module', 'field', 'value'] },
	{ ...FIND_RECORDS_BY_DATE, reserved: ['operation', 'module', 'date', 'from', 'to'] },
])('$name: Body Fields cannot replace what the node sends', async (operation) => {
	for (const name of operation.reserved) {
		for (const bodyFields of [`{"page": 2, "${name}": "x"}`, `={{ ({ ${name}: null }) }}`]) {
			const advice = await refusalOf(
				operation,
				`'Additional Body Fields (JSON)' contains "${name}", which the node itself sends`,
				{ options: { bodyFields } },
			);
			expect(advice).toMatch(/^Remove it/);
		}
	}
});

describe('dates that are not in the form of Wolkvox, or not in the calendar', () => {
	it.each([
		'2026-02-30',
		'2026-13-01',
		'2026-11-01 24:00',
		'2026-11-01 25:61',
		'2026/11/01',
		'01-11-2026',
		'2026-11-01T08:00',
		'2026-11-01 8:00',
		'2026-11-01 08:00 PM',
		'2026-11-01 08:00:00.000',
		'20261101',
		'yesterday',
		'={{ $now }}',
		'={{ new Date() }}',
		'={{ 20261101 }}',
	])('%s', async (date) => {
		for (const [parameter, label] of [
			['from', 'From'],
			['to', 'To'],
		]) {
			const advice = await refusalOf(
				FIND_RECORDS_BY_DATE,
				`'${label}' must be a date such as 2026-11-25 08:00`,
				{ parameters: { [parameter]: date } },
			);
			expect(advice).toContain("$now.toFormat('yyyy-MM-dd HH:mm')");
		}
	});

	it.each(["={{ $now.toFormat('yyyy-MM-dd HH:mm') }}", '2028-02-29', '2026-12-31 23:59:59'])(
		'%s is sent',
		async (from) => {
			await execute(server, FIND_RECORDS_BY_DATE.parameters, { parameters: { from } });
			expect(server.requests).toHaveLength(1);
		},
	);
});

describe('an ID', () => {
	it.each([
		{ ...GET_CASE, parameter: 'caseId', label: 'Case', noun: 'case' },
		{ ...UPDATE_RECORD, parameter: 'recordId', label: 'Record', noun: 'record' },
	])('is not in the URL: $name', async ({ parameter, label, noun, ...operation }) => {
		await refusalOf(operation, `The URL in '${label}' contains no ${noun} ID`, {
			parameters: { [parameter]: 'https://crm.wolkvox.com/list' },
		});
	});
});

describe.each([CREATE_RECORD, UPDATE_RECORD])('Fields of $name', (operation) => {
	const rows = (...field: IDataObject[]) => ({ field });

	it.each<[string, IDataObject]>([
		["'Fields' is empty", {}],
		["'Fields' is empty", { fields: rows({ name: 'a', value: ' ' }), fieldsJson: ' \n' }],
		["'Fields' is empty", { fieldsJson: '{}' }],
		["'Fields' is empty", { fields: rows({ name: 'a', value: '={{ $json.missing }}' }) }],
		["'Fields' has a value without a 'Name'", { fields: rows({ name: ' ', value: 'x' }) }],
		[
			`'Fields' contains "a" twice`,
			{ fields: rows({ name: 'a', value: '1' }, { name: 'a', value: '2' }) },
		],
		[
			`'Fields': "a" is not a valid number, date or text`,
			{ fields: rows({ name: 'a', value: '={{ Number("x") }}' }) },
		],
		["'Fields (JSON)' is not valid JSON", { fieldsJson: '{' }],
		["'Fields (JSON)' is not a JSON object", { fieldsJson: '[]' }],
		[`'Fields (JSON)' contains "a" twice`, { fieldsJson: '{"a": 1, "a": 2}' }],
		[
			`'Fields (JSON)': "a"[0]: "b" is not a valid number, date or text`,
			{ fieldsJson: '={{ ({ a: [{ b: DateTime.fromISO("x") }] }) }}' },
		],
		[
			`'Fields (JSON)': "a" is a number with too many digits`,
			{ fieldsJson: '{"a": 7615917337495251231}' },
		],
	])('%s: %j', async (message, given) => {
		await refusalOf(operation, message, { parameters: { fields: {}, ...given } });
	});
});

describe('Additional Fields of Case: Create', () => {
	const refuse = async (message: string | RegExp, additionalFields: IDataObject, more = {}) =>
		await refusalOf(CREATE_CASE, message, { parameters: { additionalFields }, ...more });

	const files = (count: number) =>
		Object.fromEntries(
			Array.from({ length: count }, (_, index) => [`f${index}`, textFile(`${index}.txt`)]),
		);

	it('accept two files only together', async () => {
		const items = numbered(1, files(2));
		for (const options of [{}, { multipleFiles: 'onePerRequest' }]) {
			const advice = await refuse(
				"'Attachments' has 2 files, but a case can be created with one",
				{ attachments: 'f0, f1' },
				{ items, options },
			);
			expect(advice).toMatch(/^Each request would create another case\. /);
		}
	});

	it('accept 20 files together, and no more', async () => {
		const options = { multipleFiles: 'together' };
		const attachments = '={{ Object.keys($binary) }}';
		const items = numbered(1, files(21));
		await refuse(
			"'Attachments' has 21 files, but only 20 can be sent together",
			{ attachments },
			{ items, options },
		);
		await execute(server, CREATE_CASE.parameters, {
			items: numbered(1, files(20)),
			options,
			parameters: { additionalFields: { attachments } },
		});
		expect(server.requests.map((request) => request.files.length)).toEqual([20]);
	});

	it.each<[string, IDataObject]>([
		["'Solution' must be text, but is a list", { solution: '={{ ["x"] }}' }],
		["'Solution' is not a valid number, date or text", { solution: '={{ Number("x") }}' }],
		["'Custom Fields (JSON)' is not valid JSON", { customFieldsJson: '{' }],
		[
			"'Custom Fields' has a value without a 'Name'",
			{ customFields: { field: [{ name: '', value: 'x' }] } },
		],
		[`'Attachments': this item has no binary field "report"`, { attachments: 'report' }],
		["'Attachments': the expression found no file", { attachments: '={{ $json.missing }}' }],
	])('%s: %j', async (message, additionalFields) => {
		await refuse(message, additionalFields);
	});

	it('accept no files from an AI agent', async () => {
		await refuse(
			/^'Attachments' cannot be used when an AI agent calls this node \[item 0\]\. /,
			{ attachments: 'data' },
			{ node: TOOL },
		);
	});

	it('with options that do not exist', async () => {
		const items = numbered(1, files(2));
		const settings = { items, options: { multipleFiles: '={{ "Together" }}' } };
		await refuse("'Multiple Files' must be onePerRequest or together", {}, settings);
	});
});

describe.each(OPERATIONS)('$name', (operation) => {
	it.each([
		["'Token' in the Wolkvox CRM credential is empty", { token: ' ' }],
		["'CRM Operation Name' in the Wolkvox CRM credential is empty", { operation: '' }],
		["'Custom Server' in the Wolkvox CRM credential is empty", { customServer: '' }],
	])('%s', async (message, change) => {
		const credential = { ...credentialFor(server.url), ...change };
		await refusalOf(operation, message, { items: numbered(3), credential });
	});

	it.each([
		["'Max Retries' must be a whole number from 0 to 5", { maxRetries: 6 }],
		["'Max Concurrent Requests' must be a whole number from 1 to 20", { maxConcurrent: 0 }],
	])('%s', async (message, options) => {
		await refusalOf(operation, message, { items: numbered(3), options });
	});

	it('a proxy that could read the token', async () => {
		await refusalOf(operation, /^'Proxy' cannot be combined with .* \[item 0\]$/, {
			requestOptions: { proxy: server.url },
		});
	});
});

it('broken JSON is refused at once, however long it is', async () => {
	const started = performance.now();
	const { error } = await update(server, {
		items: [{ json: { n: 0, text: `{"a":"${'\\"'.repeat(200_000)}` } }],
		updateFields: { customFieldsJson: '={{ $json.text }}' },
	});
	expect(error!.message).toBe("'Custom Fields (JSON)' is not valid JSON [item 0]");
	expect(performance.now() - started).toBeLessThan(5000);
	expect(server.requests).toEqual([]);
});
