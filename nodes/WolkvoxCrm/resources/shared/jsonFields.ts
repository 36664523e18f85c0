import type { IExecutePaginationFunctions, INodeProperties } from 'n8n-workflow';

import { getExpression, toGiven } from './given';
import { parseLossless, throwRepeated } from './losslessJson';
import type { Field } from './values';
import {
	assertFieldName,
	isEmpty,
	isPlainObject,
	quotedLabel,
	throwUserError,
	toJsonValue,
	toName,
	toWellFormed,
} from './values';

interface FieldsParameter {
	displayName: string;
	name: string;
	description: string;
	placeholder: string;
}

/** Names and values in two columns. n8n shows hints inside a row only, so the hint belongs to the name. */
export function fieldRows(
	parameter: FieldsParameter,
	name: { placeholder: string; hint?: string },
): INodeProperties {
	return {
		...parameter,
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		default: {},
		options: [
			{
				displayName: 'Field',
				name: 'field',
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						...name,
						description:
							'The name of the field, exactly as in the CRM: capitalization, accents and trailing spaces matter',
					},
					{
						displayName: 'Value',
						name: 'value',
						type: 'string',
						default: '',
						placeholder: 'e.g. 1234',
						description: 'The new value. An empty value is not sent.',
					},
				],
			},
		],
	};
}

/** The same as JSON, for values that are not text. */
export function fieldsAsJson(parameter: FieldsParameter): INodeProperties {
	return {
		...parameter,
		type: 'json',
		default: '',
		hint: `Names and values in braces, ${parameter.placeholder}`,
	};
}

/**
 * The fields of two parameters as one object; nothing if both are empty.
 *
 * @param values of the parameters, by their names
 * @param rows names and values in two columns; a row wins over a key of the same name
 * @param json text or an object
 * @throws UserError if a name is missing or repeated, or if a value is invalid
 */
export function getJsonFields(
	context: IExecutePaginationFunctions,
	values: Record<string, unknown>,
	rows: Field,
	json: Field,
): Record<string, unknown> | undefined {
	const place = quotedLabel(rows);
	const fields = toEntries(context, values[rows.name], place);
	const typed = parseJsonObject(context, values[json.name], json, rows);
	if (typed === undefined && fields.length === 0) return undefined;

	return { ...typed, ...(toJsonValue(Object.fromEntries(fields), place) as object) };
}

function toEntries(
	context: IExecutePaginationFunctions,
	parameter: unknown,
	place: string,
): Array<[string, unknown]> {
	const { field = [] } = (parameter ?? {}) as {
		field?: Array<{ name?: unknown; value?: unknown }>;
	};
	const entries = field
		.map((row) => ({ name: toGiven(context, row.name), value: toGiven(context, row.value) }))
		.filter(({ value }) => !isEmpty(value))
		.map(({ name, value }): [string, unknown] => [toFieldName(name, place), value]);

	const names = entries.map(([name]) => name);
	const repeated = names.find((name, index) => names.indexOf(name) !== index);
	if (repeated !== undefined) throwRepeated(repeated, place);
	return entries;
}

function toFieldName(value: unknown, place: string): string {
	const namePlace = `'Name' in ${place}`;
	const name =
		toName(value, namePlace) ??
		throwUserError(
			`${place} has a value without a 'Name'`,
			'Enter the name of each field, exactly as in the CRM',
		);
	assertFieldName(name, namePlace);
	return toWellFormed(name);
}

/**
 * The names and values of a JSON parameter, as JSON can hold them; nothing if it is empty.
 *
 * @param parameter text or an object
 * @param rows the parameter that takes the same in two columns, if there is one
 * @throws UserError if it is not one JSON object
 */
export function parseJsonObject(
	context: IExecutePaginationFunctions,
	parameter: unknown,
	field: Field,
	rows?: Field,
): Record<string, unknown> | undefined {
	const value = toGiven(context, parameter);
	if (isEmpty(value)) return undefined;
	const place = quotedLabel(field);
	const parsed =
		typeof value === 'string'
			? parseLossless(value, place, () => adviceForJson(getExpression(context, field), rows))
			: value;
	return isPlainObject(parsed)
		? (toJsonValue(parsed, place) as Record<string, unknown>)
		: throwUserError(
				`${place} is not a JSON object`,
				'Write names and values in braces, e.g. { "Contract number": 1234 }',
			);
}

/** What to do about text that is not JSON, which an expression may have returned. */
function adviceForJson(expression?: string, rows?: Field): string {
	if (expression === undefined) return 'Names and text need double quotes, e.g. { "Paid": "yes" }.';
	const otherWay = rows ? ` Or use ${quotedLabel(rows)}.` : '';
	return `A quote or a line break in a value breaks the JSON. In place of "{{ $json.name }}", write {{ JSON.stringify($json.name) }} without quotes around it.${otherWay}`;
}
