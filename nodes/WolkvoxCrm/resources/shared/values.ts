import { UserError } from 'n8n-workflow';

/** Stops at an invalid value: what is wrong with it, beginning with its label, and the way out. */
export function throwUserError(message: string, description: string): never {
	throw new UserError(message, { description });
}

/** What remains of a calculation or a date that failed in an expression; sent, it would corrupt a record. */
const FAILED_CALCULATIONS = [
	'Invalid DateTime',
	'Invalid Date',
	'NaN',
	'Infinity',
	'-Infinity',
	'[object Object]',
];

/** Nothing that could be sent: an update must never clear a field by accident. */
export function isEmpty(value: unknown): boolean {
	return (
		value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
	);
}

/** A resource locator has its mode beside its value; an expression may return the value alone. */
export function locatorValue(value: unknown): unknown {
	return isPlainObject(value) && 'mode' in value && 'value' in value ? value.value : value;
}

/**
 * The text to send, exactly as given; nothing for an empty value.
 *
 * @throws UserError with the label, if the value has no text
 */
export function toText(value: unknown, label: string): string | undefined {
	if (isEmpty(value)) return undefined;
	assertValid(value, label);
	if (value instanceof Date) return value.toISOString();
	if (isLuxonDate(value)) return String(value);
	if (['object', 'function', 'symbol'].includes(typeof value)) {
		throwUserError(
			`${label} must be text, but is ${Array.isArray(value) ? 'a list' : 'an object'}`,
			'Use an expression that picks one value, e.g. {{ $json.name }}',
		);
	}
	return String(value);
}

/** PHP reads JSON of up to 512 levels (`json_decode`). */
const DEEPEST_JSON = 500;

/**
 * A copy of a value as JSON can hold it, with halves of emojis replaced: PHP rejects a whole JSON text
 * for the sake of one.
 *
 * @param label of the parameter, and the path to the value inside it
 * @throws UserError if JSON would change or drop something in it
 */
export function toJsonValue(value: unknown, label: string, parents: unknown[] = []): unknown {
	assertValid(value, label);
	if (typeof value === 'string') return toWellFormed(value);
	const isUnknownToJson = ['bigint', 'function', 'symbol'].includes(typeof value);
	if (isUnknownToJson || parents.includes(value) || parents.length >= DEEPEST_JSON) {
		return throwNoJson(label);
	}
	if (typeof value !== 'object' || value === null) return value;

	const path = [...parents, value];
	if (Array.isArray(value)) {
		return Array.from(value, (entry, index) =>
			entry === undefined
				? throwNoJson(`${label}[${index}]`)
				: toJsonValue(entry, `${label}[${index}]`, path),
		);
	}
	if (isPlainObject(value)) {
		const entries = Object.entries(value).map(([name, entry]) => [
			toWellFormed(name),
			toJsonValue(entry, `${label}: "${name}"`, path),
		]);
		// Unlike an assignment, this keeps names such as __proto__.
		const copy = Object.fromEntries(entries) as object;
		return Object.keys(copy).length === entries.length ? copy : throwNoJson(label);
	}
	const { toJSON } = value as { toJSON?: () => unknown };
	return toJSON ? toJsonValue(toJSON.call(value), label, path) : throwNoJson(label);
}

function throwNoJson(label: string): never {
	return throwUserError(
		`${label} contains a value that cannot be converted to JSON`,
		'Use text, numbers, booleans, lists and objects. A value must not contain itself, more than 500 levels, or names that differ only in broken characters.',
	);
}

function assertValid(value: unknown, label: string): void {
	const isFailed =
		typeof value === 'string'
			? FAILED_CALCULATIONS.includes(value.trim())
			: (typeof value === 'number' && !Number.isFinite(value)) || isInvalidDate(value);
	if (isFailed) {
		throwUserError(
			`${label} is not a valid number, date or text`,
			'A calculation or a date in the expression failed: check what it gets from the item',
		);
	}
	if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
		throwTooManyDigits(label);
	}
}

export function throwTooManyDigits(label: string): never {
	return throwUserError(
		`${label} is a number with too many digits`,
		'JavaScript rounds numbers of more than 15 digits: write the number in quotes',
	);
}

/** Dates of JavaScript, and those of Luxon, which say so themselves. */
function isInvalidDate(value: unknown): boolean {
	return value instanceof Date
		? Number.isNaN(value.getTime())
		: typeof value === 'object' &&
				value !== null &&
				'isValid' in value &&
				value.isValid === false &&
				'toJSON' in value;
}

/** n8n converts such a date to text where it is in a collection, but not where it is a parameter of its own. */
function isLuxonDate(value: unknown): boolean {
	return (
		typeof value === 'object' && value !== null && 'isLuxonDateTime' in value && 'toISO' in value
	);
}

export function toWellFormed(text: string): string {
	return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** An object of names and values, and not a Map, a Date or the like, whose contents JSON cannot see. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
	const prototype = Object.getPrototypeOf(value) as { constructor?: { name: string } } | null;
	return prototype === null || prototype.constructor?.name === 'Object';
}

/**
 * The chosen value of an options parameter, which an expression can set to anything.
 *
 * @throws UserError with the label, if it is not one of the choices
 */
export function oneOf<Choice extends string>(
	value: unknown,
	label: string,
	choices: readonly Choice[],
): Choice {
	const choice = choices.find((known) => known === value);
	return (
		choice ?? throwUserError(`${label} must be ${choices.join(' or ')}`, 'Choose it from the list')
	);
}
