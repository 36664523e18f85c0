import type { IDataObject } from 'n8n-workflow';

import {
	CREATE_CASE,
	CREATE_RECORD,
	SEARCHES,
	UPDATE_CASE,
	UPDATE_RECORD,
	type Operation,
} from '../support/operations.mts';
import { FAILED_CALCULATIONS, NOT_VALID } from './failedCalculations.mts';
import { expectRefusal, parametersOf } from './product.mts';

/** Each field for JSON, and the field of names and values beside it. */
const JSON_FIELDS: Array<{
	label: string;
	operation: Operation;
	rows?: { label: string; with: (field: IDataObject[]) => IDataObject };
	withJson: (json: string) => IDataObject;
}> = [
	{
		label: 'Custom Fields (JSON)',
		operation: UPDATE_CASE,
		rows: {
			label: 'Custom Fields',
			with: (field) => ({ updateFields: { customFields: { field } } }),
		},
		withJson: (customFieldsJson) => ({ updateFields: { customFieldsJson } }),
	},
	{
		label: 'Custom Fields (JSON)',
		operation: CREATE_CASE,
		rows: {
			label: 'Custom Fields',
			with: (field) => ({ additionalFields: { customFields: { field } } }),
		},
		withJson: (customFieldsJson) => ({ additionalFields: { customFieldsJson } }),
	},
	...[CREATE_RECORD, UPDATE_RECORD].map((operation) => ({
		label: 'Fields (JSON)',
		operation,
		rows: { label: 'Fields', with: (field: IDataObject[]) => ({ fields: { field } }) },
		withJson: (fieldsJson: string) => ({ fields: {}, options: { fieldsJson } }),
	})),
	...[...SEARCHES, CREATE_RECORD, UPDATE_RECORD].map((operation) => ({
		label: 'Additional Body Fields (JSON)',
		operation,
		withJson: (bodyFields: string) => ({ options: { bodyFields } }),
	})),
];

/** Names that no field has, and what is said of each. */
const INVALID_NAMES = [
	...['[object Object]', 'a [object Object]', 'Invalid DateTime', '#N/A'].map((name) => [
		name,
		NOT_VALID,
	]),
	['\0a', 'begins with a zero byte'],
];

describe.each(JSON_FIELDS)('$label of $operation.name', ({ label, operation, rows, withJson }) => {
	/** With the reason of the parser, whose words differ between versions of Node.js. */
	const notValid = new RegExp(`^'${label.replace(/[()]/g, '\\$&')}' is not valid JSON: \\S`);

	it.each(['{', "{'page': 2}"])('is refused with the reason: %s', async (json) => {
		expect(await expectRefusal(operation, withJson(json), notValid)).toBe(
			'Names and text need double quotes, e.g. { "Paid": "yes" }.',
		);
	});

	it.each([
		'={ "note": "{{ \'a "quote"\' }}" }',
		'={{ "{ \\"note\\": \\"" + \'"\' + "\\" }" }}',
		'={{ "text" }}',
		'={{ $now }}',
	])('is refused with the advice for an expression: %s', async (json) => {
		const advice = await expectRefusal(operation, withJson(json), notValid);
		const otherWay = rows ? ` Or use '${rows.label}'.` : '';
		expect(advice).toMatch(/^A quote or a line break in a value breaks the JSON\./);
		expect(advice.split('write {{ JSON.stringify($json.name) }} ')).toEqual([
			expect.anything(),
			`without quotes around it.${otherWay}`,
		]);
	});

	it.each<[json: string, problem: string]>([
		['[{"page": 2}]', 'is not a JSON object'],
		['null', 'is not a JSON object'],
		['={{ 5 }}', 'is not a JSON object'],
		['={{ [{ a: 1 }] }}', 'is not a JSON object'],
		...['new Map([["a", 1]])', 'new Set(["a"])', 'new Date(0)', '$now.diff($now)'].map(
			(value): [string, string] => [`={{ ${value} }}`, 'is not a JSON object'],
		),

		['{"a": 1, "b": {"c": 1}, "a": 2}', 'contains "a" twice'],
		['{"b": {"c": 1, "d": "}", "c": 2}}', 'contains "c" twice'],
		['{"Paid": "yes", "\\u0050aid": "no"}', 'contains "Paid" twice'],
		...['{"\\ud800": 1, "\\ud801": 2}', '={{ ({ "\\ud800": 1, "\\ud801": 2 }) }}'].map(
			(value): [string, string] => [value, 'contains a value that cannot be converted to JSON'],
		),
		...['new Map([["a", 1]])', 'new Set(["a"])', '/x/', '() => 1', '10n', 'Symbol("x")'].map(
			(value): [string, string] => [
				`={{ ({ a: ${value} }) }}`,
				': "a" contains a value that cannot be converted to JSON',
			],
		),
		['={{ ({ a: $json.missing }) }}', ': "a" is undefined'],
		['={{ ({ a: { b: [1, $json.missing] } }) }}', ': "a": "b"[1] is undefined'],

		['{"Amount": 1e400}', `: "Amount" ${NOT_VALID}`],
		['{"Phone": 7615917337495251231}', ': "Phone" is a number with too many digits'],
		['{"a": {"b": [9007199254740993]}}', ': "a": "b"[0] is a number with too many digits'],
		...['12345678901.123456789', '1234567890123456789e-5', '1E-400', '9007199254740993e0'].map(
			(number): [string, string] => [
				`{"a": "1.5", "b": [${number}]}`,
				`: ${number} is a number with too many digits`,
			],
		),
		[`{"a": ${'1'.repeat(300)}}`, ': "a" is a number with too many digits'],
		...FAILED_CALCULATIONS.flatMap(
			(value): Array<[string, string]> => [
				[`={{ ({ Amount: ${value} }) }}`, `: "Amount" ${NOT_VALID}`],
				[`={{ ({ a: [0, { b: ${value} }] }) }}`, `: "a"[1]: "b" ${NOT_VALID}`],
			],
		),
	])('is refused: %s %s', async (json, problem) => {
		const isInside = problem.startsWith(':');
		const message = `'${label}'${isInside ? '' : ' '}${problem}`;
		await expectRefusal(operation, withJson(json), message);
	});

	it.each(INVALID_NAMES)('is refused with the name %j', async (name, problem) => {
		const json = JSON.stringify({ list: [{ [name]: 1 }] });
		const message = `A name in '${label}': "list"[0] ${problem}`;
		await expectRefusal(operation, withJson(json), message);
	});

	it('is refused with more than 500 levels', async () => {
		const json = `{"a": ${'['.repeat(600)}${']'.repeat(600)}}`;
		const message = /\[0\] contains a value that cannot be converted to JSON$/;
		await expectRefusal(operation, withJson(json), message);
	});

	it('is refused at once, however long it is', async () => {
		// The time of this process, which does not depend on others; if it grew with the square of the length, it would be minutes.
		const started = process.cpuUsage();
		await expectRefusal(operation, withJson(`{"a":"${'\\"'.repeat(200_000)}`), notValid);
		const number = `{"a": ${'1'.repeat(300_000)}}`;
		await expectRefusal(operation, withJson(number), `'${label}': "a" ${NOT_VALID}`);
		expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
	});
});

const WITH_ROWS = JSON_FIELDS.filter(({ rows }) => rows);

describe.each(WITH_ROWS)('$rows.label and $label of $operation.name', (kind) => {
	const { operation, withJson } = kind;
	const rows = kind.rows!;

	/** What is sent for a value. */
	const sent = async (given: IDataObject) => {
		const { fields } = await parametersOf(operation, given);
		return Array.isArray(fields)
			? JSON.parse(fields.find(([part]) => part === 'form')![1])
			: JSON.parse(JSON.stringify(fields));
	};

	it('refuse a value without a name, and a name that stands twice', async () => {
		await expectRefusal(
			operation,
			rows.with([{ name: ' ', value: 'x' }]),
			`'${rows.label}' has a value without a 'Name'`,
		);
		await expectRefusal(
			operation,
			rows.with(['1', '2'].map((value) => ({ name: 'a', value }))),
			`'${rows.label}' contains "a" twice`,
		);
	});

	it.each(INVALID_NAMES)('refuse the name %j', async (name, problem) => {
		const given = rows.with([{ name, value: 'x' }]);
		await expectRefusal(operation, given, `'Name' in '${rows.label}' ${problem}`);
	});

	it('accept a zero byte inside a name', async () => {
		expect(await sent(rows.with([{ name: 'a\0', value: 'x' }]))).toEqual({ 'a\0': 'x' });
	});

	it.each([
		'{"address": {"type": "address"}, "sizes": [1, 2.5, null], "paid": true, "empty": "", "nothing": null}',
		'={{ { "a": [1, { "b": null }], "c": "é" } }}',
		'{"a": "Infinity", "b": ["Cell B4 shows #REF!", "since Invalid Date"]}',
		...[
			'0.30000000000000004',
			'1.50000000000000000000',
			'0.000001234567890123',
			'-2.5E-7',
			'1e5',
			'100000000000000000000e-5',
			'0.0',
			'0e7',
		].map((number) => `{"Rate": ${number}}`),
		...['constructor', 'prototype', '__proto__', 'toString', ' ', '0', 'ñ 🙂\\n'].map(
			(name) => `{"${name}": "x", "a": {"${name}": [{"${name}": 1}]}}`,
		),
	])('keep names and values of JSON as they are: %s', async (json) => {
		const text = json.replace(/^=\{\{(.*)\}\}$/, '$1');
		expect(JSON.stringify(await sent(withJson(json)))).toBe(JSON.stringify(JSON.parse(text)));
	});

	it('accept an expression that follows the advice for it', async () => {
		const json = '={ "note": {{ JSON.stringify(\'a "quote"\\n\') }} }';
		expect(await sent(withJson(json))).toEqual({ note: 'a "quote"\n' });
	});

	it('keep the null of an expression', async () => {
		expect(await sent(withJson('={{ ({ a: $json.missing ?? null }) }}'))).toEqual({ a: null });
	});

	it('replace half an emoji, as PHP could read nothing of the JSON', async () => {
		expect(await sent(withJson('{"a\\ud83d": [{"b": "x\\ud83d"}]}'))).toEqual({
			'a\ufffd': [{ b: 'x\ufffd' }],
		});
		expect(await sent(rows.with([{ name: 'a\ud83d', value: 'x\ud83d' }]))).toEqual({
			'a\ufffd': 'x\ufffd',
		});
	});

	it('keep the spaces of a typed name and value, the type of an expression, and skip empty values', async () => {
		const given = rows.with([
			{ name: 'Etapa ', value: ' 0012 ' },
			{ name: 'number', value: '={{ 5 }}' },
			{ name: '__proto__', value: 'kept' },
			{ name: 'empty', value: '' },
			{ name: 'missing', value: '={{ undefined }}' },
		]);
		expect(JSON.stringify(await sent(given))).toBe(
			'{"Etapa ":" 0012 ","number":5,"__proto__":"kept"}',
		);
	});
});

it('long text in JSON is kept', async () => {
	const note = `${'x'.repeat(16_000_000)}"`;
	const fieldsJson = JSON.stringify({ note });
	const { fields } = await parametersOf(UPDATE_RECORD, { fields: {}, options: { fieldsJson } });
	expect(JSON.stringify(fields) === fieldsJson).toBe(true);
});

describe.each([CREATE_RECORD, UPDATE_RECORD])('Fields of $name', (operation) => {
	it.each<IDataObject>([
		{},
		{ options: { fieldsJson: '{}' } },
		{ options: { fieldsJson: ' \n' }, fields: { field: [{ name: 'a', value: ' ' }] } },
		{ fields: { field: [{ name: 'a', value: '={{ undefined }}' }] } },
	])('are refused without a value: %j', async (given) => {
		await expectRefusal(operation, { fields: {}, ...given }, "'Fields' is empty");
	});
});
