import {
	isEmpty,
	isPlainObject,
	throwUserError,
	toJsonValue,
	toText,
	toWellFormed,
} from './values';

/** The labels of two parameters that hold fields together. */
export interface FieldLabels {
	rows: string;
	json: string;
}

/**
 * The fields of two parameters as one object; nothing if both are empty.
 *
 * @param rows names and values in two columns; a row wins over a key of the same name
 * @param json text or an object
 * @throws UserError if a name is missing or repeated, or if a value is invalid
 */
export function getJsonFields(
	rows: unknown,
	json: unknown,
	labels: FieldLabels,
): Record<string, unknown> | undefined {
	const fields = fieldsOfRows(rows, labels.rows);
	const typed = parseJsonObject(json, labels.json);
	if (typed === undefined && fields.length === 0) return undefined;

	return {
		...typed,
		...(toJsonValue(Object.fromEntries(fields), labels.rows) as object),
	};
}

function fieldsOfRows(value: unknown, label: string): Array<[string, unknown]> {
	const { field = [] } = (value ?? {}) as { field?: Array<{ name?: unknown; value?: unknown }> };
	const fields = field
		.filter((row) => !isEmpty(row.value))
		.map((row): [string, unknown] => [nameOf(row.name, label), row.value]);

	const names = fields.map(([name]) => name);
	const repeated = names.find((name, index) => names.indexOf(name) !== index);
	if (repeated !== undefined) throwRepeated(label, repeated);
	return fields;
}

function nameOf(value: unknown, label: string): string {
	const name =
		toText(value, `Name in ${label}`) ??
		throwUserError(
			`${label} has a value without a Name`,
			'Enter the name of each field, exactly as in the CRM',
		);
	return toWellFormed(name);
}

function throwRepeated(label: string, name: string): never {
	return throwUserError(
		`${label} contains "${name}" twice`,
		'A field can have one value. Remove one of the two.',
	);
}

/**
 * The names and values of a JSON parameter, as JSON can hold them; nothing if it is empty.
 *
 * @param value text or an object
 * @throws UserError with the label, if it is not one JSON object
 */
export function parseJsonObject(
	value: unknown,
	label: string,
): Record<string, unknown> | undefined {
	if (isEmpty(value)) return undefined;
	const parsed = typeof value === 'string' ? parseJson(value, label) : value;
	return isPlainObject(parsed)
		? (toJsonValue(parsed, label) as Record<string, unknown>)
		: throwUserError(
				`${label} is not a JSON object`,
				'Write names and values in braces, e.g. { "Contract number": 1234 }',
			);
}

function parseJson(json: string, label: string): unknown {
	const parsed = parseOrThrow(json, label);
	const repeated = repeatedNameIn(json);
	if (repeated !== undefined) throwRepeated(label, repeated);
	return parsed;
}

function parseOrThrow(json: string, label: string): unknown {
	try {
		return JSON.parse(json);
	} catch (error) {
		return throwUserError(
			`${label} is not valid JSON`,
			`${(error as Error).message}. Names and text need double quotes, e.g. { "Paid": "yes" }`,
		);
	}
}

/**
 * A name that an object in valid JSON has twice: `JSON.parse` drops the first value. In other text, a
 * string that never ends would make this search slow.
 */
function repeatedNameIn(json: string): string | undefined {
	const objects: Array<Set<string>> = [];
	for (const [token, name] of json.matchAll(/"((?:[^"\\]|\\.)*)"\s*:|"(?:[^"\\]|\\.)*"|[{}]/g)) {
		if (token === '{') objects.push(new Set());
		else if (token === '}') objects.pop();
		else if (name !== undefined && objects.at(-1)?.has(name)) return name;
		else if (name !== undefined) objects.at(-1)?.add(name);
	}
	return undefined;
}
