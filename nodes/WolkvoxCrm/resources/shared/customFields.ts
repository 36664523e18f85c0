import {
	isEmpty,
	isPlainObject,
	throwUserError,
	toJsonValue,
	toText,
	toWellFormed,
} from './values';

/**
 * Custom Fields and Custom Fields (JSON) as the JSON text of one object; nothing if both are empty.
 *
 * @param rows what Custom Fields holds; a row wins over a key of the same name
 * @param json what Custom Fields (JSON) holds: text or an object
 * @throws UserError if a name is missing or repeated, or if a value is invalid
 */
export function getCustomFields(rows: unknown, json: unknown): string | undefined {
	const fields = fieldsOfRows(rows);
	const typed = parseJson(json);
	if (typed === undefined && fields.length === 0) return undefined;

	const values = {
		...(toJsonValue(typed ?? {}, 'Custom Fields (JSON)') as object),
		...(toJsonValue(Object.fromEntries(fields), 'Custom Fields') as object),
	};
	return JSON.stringify(values);
}

function fieldsOfRows(value: unknown): Array<[string, unknown]> {
	const { field = [] } = (value ?? {}) as { field?: Array<{ name?: unknown; value?: unknown }> };
	const fields = field
		.filter((row) => !isEmpty(row.value))
		.map((row): [string, unknown] => [nameOf(row.name), row.value]);

	const names = fields.map(([name]) => name);
	const repeated = names.find((name, index) => names.indexOf(name) !== index);
	if (repeated !== undefined) throwRepeated('Custom Fields', repeated);
	return fields;
}

function throwRepeated(label: string, name: string): never {
	return throwUserError(
		`${label} contains "${name}" twice`,
		'A custom field can have one value. Remove one of the two.',
	);
}

/** A name that an object in a JSON text has twice: `JSON.parse` would drop the first value. */
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

function nameOf(value: unknown): string {
	const name =
		toText(value, 'Name in Custom Fields') ??
		throwUserError(
			'Custom Fields has a value without a Name',
			'Enter the name of each custom field, exactly as in the CRM',
		);
	return toWellFormed(name);
}

function parseJson(value: unknown): Record<string, unknown> | undefined {
	if (isEmpty(value)) return undefined;
	const parsed = typeof value === 'string' ? parse(value) : value;
	return isPlainObject(parsed)
		? parsed
		: throwUserError(
				'Custom Fields (JSON) is not a JSON object',
				'Write names and values in braces, e.g. { "Contract number": 1234 }',
			);
}

function parse(json: string): unknown {
	const repeated = repeatedNameIn(json);
	if (repeated !== undefined) throwRepeated('Custom Fields (JSON)', repeated);
	try {
		return JSON.parse(json);
	} catch (error) {
		return throwUserError(
			'Custom Fields (JSON) is not valid JSON',
			`${(error as Error).message}. Names and text need double quotes, e.g. { "Paid": "yes" }`,
		);
	}
}
