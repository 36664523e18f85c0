import {
	isEmpty,
	isPlainObject,
	throwTooManyDigits,
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
	assertKeepsAll(json, label);
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

/** A string with the colon after a name, a brace, or a number with decimals. */
const JSON_TOKENS = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}]|\d+\.[\de+-]+/gi;

/**
 * Refuses what `JSON.parse` drops in silence: of a name that an object has twice, the first value; of a
 * number with decimals, the digits that JavaScript cannot hold.
 *
 * @param json valid JSON: in other text, a string that never ends would make this search slow
 */
function assertKeepsAll(json: string, label: string): void {
	const objects: Array<Set<string>> = [];
	for (const [token, text, colon] of json.matchAll(JSON_TOKENS)) {
		if (token === '{') objects.push(new Set());
		else if (token === '}') objects.pop();
		else if (text === undefined) assertKeepsDigits(token, label);
		else if (colon !== undefined) {
			const name = JSON.parse(text) as string;
			if (objects.at(-1)!.has(name)) throwRepeated(label, name);
			objects.at(-1)!.add(name);
		}
	}
}

function assertKeepsDigits(number: string, label: string): void {
	const digits = digitsOf(number);
	if (digits.length > 15 && digits !== digitsOf(String(Number(number))))
		throwTooManyDigits(`${label}: ${number}`);
}

/** The digits that count, without the zeros at both ends. */
function digitsOf(number: string): string {
	return number
		.replace(/e.*$/i, '')
		.replace('.', '')
		.replace(/^0+|0+$/g, '');
}
