import type { INodeProperties } from 'n8n-workflow';

import { parseLossless, throwRepeated } from './losslessJson';
import type { Field } from './values';
import {
	isEmpty,
	isPlainObject,
	quotedLabel,
	throwUserError,
	toJsonValue,
	toText,
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
	values: Record<string, unknown>,
	rows: Field,
	json: Field,
): Record<string, unknown> | undefined {
	const place = quotedLabel(rows);
	const fields = toEntries(values[rows.name], place);
	const typed = parseJsonObject(values[json.name], json);
	if (typed === undefined && fields.length === 0) return undefined;

	return { ...typed, ...(toJsonValue(Object.fromEntries(fields), place) as object) };
}

function toEntries(value: unknown, place: string): Array<[string, unknown]> {
	const { field = [] } = (value ?? {}) as { field?: Array<{ name?: unknown; value?: unknown }> };
	const entries = field
		.filter((row) => !isEmpty(row.value))
		.map((row): [string, unknown] => [toName(row.name, place), row.value]);

	const names = entries.map(([name]) => name);
	const repeated = names.find((name, index) => names.indexOf(name) !== index);
	if (repeated !== undefined) throwRepeated(repeated, place);
	return entries;
}

function toName(value: unknown, place: string): string {
	const name =
		toText(value, `'Name' in ${place}`) ??
		throwUserError(
			`${place} has a value without a 'Name'`,
			'Enter the name of each field, exactly as in the CRM',
		);
	return toWellFormed(name);
}

/**
 * The names and values of a JSON parameter, as JSON can hold them; nothing if it is empty.
 *
 * @param value text or an object
 * @throws UserError if it is not one JSON object
 */
export function parseJsonObject(value: unknown, field: Field): Record<string, unknown> | undefined {
	if (isEmpty(value)) return undefined;
	const place = quotedLabel(field);
	const parsed = typeof value === 'string' ? parseLossless(value, place) : value;
	return isPlainObject(parsed)
		? (toJsonValue(parsed, place) as Record<string, unknown>)
		: throwUserError(
				`${place} is not a JSON object`,
				'Write names and values in braces, e.g. { "Contract number": 1234 }',
			);
}
