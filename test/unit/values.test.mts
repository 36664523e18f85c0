import type { IDataObject } from 'n8n-workflow';

import { WolkvoxCrm } from '../../nodes/WolkvoxCrm/WolkvoxCrm.node';
import {
	CREATE_CASE,
	CREATE_CONTACT,
	CREATE_RECORD,
	FIND_CASES,
	GET_CASE,
	locator,
	OPERATIONS,
	requiredFields,
	UPDATE_CASE,
	UPDATE_RECORD,
	UPSERTS,
	type Operation,
} from '../support/operations.mts';
import { FAILED_CALCULATIONS, FORMULA_ERRORS, NOT_VALID } from './failedCalculations.mts';
import { expectRefusal, parametersOf } from './product.mts';

const { description } = new WolkvoxCrm();

/** Each required parameter of each operation, as an expression and in each of its modes. */
const REQUIRED = [...OPERATIONS, ...UPSERTS].flatMap((operation) =>
	requiredFields(description, operation).flatMap(({ name, displayName, modes = [] }) =>
		['', ...modes.map((mode) => mode.name)].map((mode) => ({
			operation,
			name,
			label: displayName,
			mode,
		})),
	),
);

/** Values that are not text, as expressions, and what is said of each. */
const NOT_TEXT: Array<[value: string, problem: string]> = [
	...['undefined', 'null', '""', '" \\n"'].map((value): [string, string] => [value, 'is empty']),
	['{}', 'must be text, but is an object'],
	['({ a: 1 })', 'must be text, but is an object'],
	['[]', 'must be text, but is a list'],
	['["x"]', 'must be text, but is a list'],
	...FAILED_CALCULATIONS.map((value): [string, string] => [value, NOT_VALID]),
	['7615917337495251231', 'is a number with too many digits'],
];

/** An item without custom fields. */
const NO_CUSTOM = { item: { json: { custom: {} } } };

const FREE_TEXTS = ['Description', 'Solution'];

/** What the text of an object makes of a value, as in {{ 'agent ' + $json.agent }}. */
const SPOILED = 'x [object Object]';

describe.each(REQUIRED)('$operation.name: $label $mode', ({ operation, name, label, mode }) => {
	const given = (value: string) => ({
		[name]: mode ? { __rl: true, mode, value } : value,
	});

	it.each(NOT_TEXT)('is refused: %s %s', async (value, problem) => {
		await expectRefusal(operation, given(`={{ ${value} }}`), `'${label}' ${problem}`);
	});

	if (!FREE_TEXTS.includes(label)) {
		it('is refused with an object inside its text', async () => {
			await expectRefusal(operation, given(SPOILED), `'${label}' ${NOT_VALID}`);
		});
	}
});

describe('a copy of a date, which n8n does not turn into text', () => {
	it('is an object', async () => {
		const value = '={{ Object.assign({}, $now) }}';
		await expectRefusal(FIND_CASES, { value }, "'Value' must be text, but is an object");
	});
});

describe.each([
	{ name: 'Status', key: 'status', isName: true },
	{ name: 'Case Type', key: 'caseType', isName: true },
	{ name: 'Responsible', key: 'responsible', isName: true },
	{ name: 'Owner', key: 'owner', isName: true },
	{ name: 'Contact', key: 'contact', isName: true },
	{ name: 'Priority', key: 'priority', isName: true },
	{ name: 'Description', key: 'description', isName: false },
	{ name: 'Solution', key: 'solution', isName: false },
])('$name of Update Fields', ({ name, key, isName }) => {
	const update = (value: string) => ({ updateFields: { [key]: value } });
	const sent = async (value: string) =>
		(await parametersOf(UPDATE_CASE, update(value))).fields.map(([, text]: string[]) => text);

	it.each([...FORMULA_ERRORS, SPOILED, 'since Invalid Date', 'Invalid DateTime, agent 7'])(
		'is refused, or free text around what failed: %s',
		async (value) => {
			const isInText = !FORMULA_ERRORS.includes(value);
			if (isInText && !isName) return expect(await sent(value)).toEqual([value]);
			return await expectRefusal(UPDATE_CASE, update(value), `'${name}' ${NOT_VALID}`);
		},
	);

	it.each([
		...['Infinity', '-Infinity', 'Cell B4 shows #REF!', '#REF', '#1234', '#n/a', 'N/A'],
		...['#URGENTE!', 'Nancy', ' 0012 '],
	])('can be: %j', async (value) => {
		expect(await sent(value)).toEqual([value]);
	});
});

describe.each([
	{ label: 'Email', key: 'email' },
	{ label: 'Identification', key: 'identification' },
	{ label: 'Name', key: 'name' },
	{ label: 'Phone', key: 'phone' },
])('$label of Contact Fields', ({ label, key }) => {
	it.each([
		[SPOILED, NOT_VALID],
		['#N/A', NOT_VALID],
		['={{ ["x"] }}', 'must be text, but is a list'],
		['={{ 7615917337495251231 }}', 'is a number with too many digits'],
	])('is refused: %s %s', async (value, problem) => {
		const contactFields = { [key]: value };
		await expectRefusal(CREATE_CONTACT, { contactFields }, `'${label}' ${problem}`);
	});
});

describe('Update Fields', () => {
	it.each(NOT_TEXT.filter(([, problem]) => problem !== 'is empty'))(
		'with a Status that is no text are refused: %s %s',
		async (value, problem) => {
			const updateFields = { status: `={{ ${value} }}` };
			await expectRefusal(UPDATE_CASE, { updateFields }, `'Status' ${problem}`);
		},
	);

	it.each<[string, IDataObject]>([
		['no fields', {}],
		['fields without a value', { status: ' \n', attachments: ' ', solution: '={{ null }}' }],
		['an expression without custom fields', { customFieldsJson: '={{ $json.custom }}' }],
		['a text without custom fields', { customFieldsJson: '={{ JSON.stringify({ a: $json.x }) }}' }],
		['a copy without custom fields', { customFieldsJson: '={{ ({ ...$json.custom }) }}' }],
	])('are refused without a value: %s', async (_, updateFields) => {
		await expectRefusal(UPDATE_CASE, { updateFields }, "'Update Fields' is empty", NO_CUSTOM);
	});

	it.each(['{}', ' { } ', '={{ {} }}', '={}'])(
		'can be custom fields that someone has left empty: %s',
		async (customFieldsJson) => {
			const { fields } = await parametersOf(UPDATE_CASE, { updateFields: { customFieldsJson } });
			expect(fields).toEqual([['form', '{}']]);
		},
	);

	it('can be other fields beside an expression without custom fields', async () => {
		const updateFields = { status: 'open', customFieldsJson: '={{ $json.custom }}' };
		const { fields } = await parametersOf(UPDATE_CASE, { updateFields }, NO_CUSTOM);
		expect(fields).toContainEqual(['form', '{}']);
	});
});

/** A text that must arrive as it is. */
const EXACT = "  Ñandú \"12\" \\ 'it's' <b> %20 & 🙂  0012  ";

const inRow = (value: string) => ({ field: [{ name: 'a', value }] });

describe.each<{ place: string; operation: Operation; given: (value: string) => IDataObject }>([
	{
		place: "'Solution'",
		operation: CREATE_CASE,
		given: (solution) => ({ additionalFields: { solution } }),
	},
	{
		place: '\'Custom Fields\': "a"',
		operation: UPDATE_CASE,
		given: (value) => ({ updateFields: { customFields: inRow(value) } }),
	},
	...[CREATE_RECORD, UPDATE_RECORD].map((operation) => ({
		place: '\'Fields\': "a"',
		operation,
		given: (value: string) => ({ fields: inRow(value) }),
	})),
])('$place of $operation.name', ({ place, operation, given }) => {
	it.each(FAILED_CALCULATIONS)('is refused if a calculation failed: %s', async (value) => {
		await expectRefusal(operation, given(`={{ ${value} }}`), `${place} ${NOT_VALID}`);
	});
});

describe('an object where a text is needed', () => {
	const item = {
		json: {
			status: { id: 4, name: 'Open' },
			'my field': { 'own key': 1, deep: {} },
			list: ['a'],
			empty: {},
		},
	};
	const adviceFor = async (operation: Operation, changed: IDataObject, label: string) =>
		await expectRefusal(operation, changed, new RegExp(`^'${label}' must be text, but is `), {
			item,
		});

	it.each([
		['={{ $json.status }}', "id, name. Drag 'name' below it instead: {{ $json.status.name }}"],
		['={{$json["status"]}}', `id, name. Drag 'name' below it instead: {{ $json["status"].name }}`],
		[
			"={{ $json['my field'] }}",
			`own key, deep. Drag 'own key' below it instead: {{ $json['my field']["own key"] }}`,
		],
		['={{ $json.status ?? "" }}', "id, name. Drag 'name' below it instead"],
	])('is refused with its keys: %s', async (status, advice) => {
		expect(await adviceFor(UPDATE_CASE, { updateFields: { status } }, 'Status')).toBe(
			`The object has: ${advice}.`,
		);
	});

	it.each(['={{ $json.empty }}', '={{ $json.list }}'])('can have no keys: %s', async (status) => {
		expect(await adviceFor(UPDATE_CASE, { updateFields: { status } }, 'Status')).toBe(
			'Use an expression that picks one value, e.g. {{ $json.name }}.',
		);
	});

	it('is refused likewise in Case and in required fields', async () => {
		const value = '={{ $json.status }}';
		for (const advice of [
			await adviceFor(GET_CASE, { caseId: locator('id', value) }, 'Case'),
			await adviceFor(FIND_CASES, { value }, 'Value'),
		]) {
			expect(advice).toContain('{{ $json.status.name }}');
		}
	});

	it.each(["'status'", "'status', '', 'json'"])(
		'is refused without the expression if a model wrote it: $fromAI(%s)',
		async (given) => {
			const updateFields = { status: `={{ $fromAI(${given}) }}` };
			const fromModel = { isTool: true, item: { json: { status: { name: 'open' } } } };
			const message = "'Status' must be text, but is an object";
			expect(await expectRefusal(UPDATE_CASE, { updateFields }, message, fromModel)).toBe(
				"The object has: name. Drag 'name' below it instead.",
			);
		},
	);
});

describe('the parts of the form of a case', () => {
	const AS_TEXT: Array<[value: string, text: string]> = [
		['={{ 3 }}', '3'],
		['={{ 0 }}', '0'],
		['={{ false }}', 'false'],
		[
			'={{ DateTime.fromISO("2026-01-02T03:04:05Z", { zone: "utc" }) }}',
			'2026-01-02T03:04:05.000Z',
		],
		['={{ new Date(0) }}', '1970-01-01T00:00:00.000Z'],
		['Incidentes ', 'Incidentes '],
		[EXACT, EXACT],
	];

	it.each(AS_TEXT)('have %j as the text %j', async (value, text) => {
		const updateFields = { owner: value, solution: value };
		const { fields } = await parametersOf(UPDATE_CASE, { updateFields });
		expect(fields).toEqual([
			['owner', text],
			['solution', text],
		]);
		const created = await parametersOf(CREATE_CASE, { contact: value });
		expect(created.fields).toContainEqual(['contact', text]);
	});

	it('are only those that have a value', async () => {
		const updateFields = {
			status: 'open',
			solution: '',
			priority: '={{ $json.missing }}',
			owner: '={{ null }}',
			caseType: locator('list', ''),
			customFields: { field: [{ name: 'Empty', value: '' }] },
			customFieldsJson: ' ',
		};
		const { fields } = await parametersOf(UPDATE_CASE, { updateFields });
		expect(fields).toEqual([['status', 'open']]);
	});

	it.each([locator('name', 'Claims'), locator('list', 'Claims'), '={{ "Claims" }}'])(
		'have the case type of %j',
		async (caseType) => {
			const { fields } = await parametersOf(UPDATE_CASE, { updateFields: { caseType } });
			expect(fields).toEqual([['case-type', 'Claims']]);
		},
	);

	it('have Custom Fields before those of Custom Fields (JSON)', async () => {
		const customFields = { field: [{ name: 'b', value: '={{ 5 }}' }] };
		const updateFields = { customFieldsJson: '{"a": 1, "b": 2}', customFields };
		const { fields } = await parametersOf(UPDATE_CASE, { updateFields });
		expect(fields).toEqual([['form', '{"a":1,"b":5}']]);
	});
});

describe('Options of a case', () => {
	it.each<[string, IDataObject]>([
		["'Attachment Part Name' must be file or files", { attachmentField: '={{ "" }}' }],
		["'Attachment Part Name' must be file or files", { attachmentField: '[x' }],
		["'Multiple Files' must be onePerRequest or together", { multipleFiles: '={{ "Together" }}' }],
	])('%s: %j', async (message, options) => {
		await expectRefusal(UPDATE_CASE, { options }, message);
		await expectRefusal(CREATE_CASE, { options }, message);
	});
});
