import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

/** What a reader of a parameter needs of its description. */
export type Field = Pick<INodeProperties, 'name' | 'displayName'>;

/** A parameter as messages name it. */
export function quotedLabel({ displayName }: Field): string {
	return `'${displayName}'`;
}

/** Stops at an invalid value: what is wrong with it, beginning with its place, and the way out. */
export function throwUserError(message: string, description: string): never {
	throw new UserError(message, { description });
}

/** The text of a calculation or a date that failed in an expression: sent, it would corrupt a record. */
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
 * @param place of the value, as messages name it: its quoted label, and the path inside it
 * @throws UserError if the value has no text
 */
export function toText(value: unknown, place: string): string | undefined {
	if (isEmpty(value)) return undefined;
	assertValid(value, place);
	if (value instanceof Date) return value.toISOString();
	if (isLuxonDate(value)) return String(value);
	if (['object', 'function', 'symbol'].includes(typeof value)) {
		throwUserError(
			`${place} must be text, but is ${Array.isArray(value) ? 'a list' : 'an object'}`,
			'Use an expression that picks one value, e.g. {{ $json.name }}',
		);
	}
	return String(value);
}

/** PHP reads JSON of up to 512 levels (`json_decode`). */
const MAX_JSON_DEPTH = 500;

/**
 * A copy of a value as JSON can hold it, without lone surrogates: one of them makes PHP reject the whole
 * JSON.
 *
 * @param place of the value, as for `toText`
 * @throws UserError if JSON would change or drop something in it
 */
export function toJsonValue(value: unknown, place: string, parents: unknown[] = []): unknown {
	assertValid(value, place);
	if (typeof value === 'string') return toWellFormed(value);
	const isUnknownToJson = ['bigint', 'function', 'symbol'].includes(typeof value);
	if (isUnknownToJson || parents.includes(value) || parents.length >= MAX_JSON_DEPTH) {
		return throwNoJson(place);
	}
	if (typeof value !== 'object' || value === null) return value;

	const path = [...parents, value];
	if (Array.isArray(value)) {
		return Array.from(value, (entry, index) =>
			entry === undefined
				? throwNoJson(`${place}[${index}]`)
				: toJsonValue(entry, `${place}[${index}]`, path),
		);
	}
	if (isPlainObject(value)) {
		const entries = Object.entries(value).map(([name, entry]) => [
			toWellFormed(name),
			toJsonValue(entry, `${place}: "${name}"`, path),
		]);
		// Unlike an assignment, this keeps names such as __proto__.
		const copy = Object.fromEntries(entries) as object;
		return Object.keys(copy).length === entries.length ? copy : throwNoJson(place);
	}
	const { toJSON } = value as { toJSON?: () => unknown };
	return toJSON ? toJsonValue(toJSON.call(value), place, path) : throwNoJson(place);
}

function throwNoJson(place: string): never {
	return throwUserError(
		`${place} contains a value that cannot be converted to JSON`,
		'Use text, numbers, booleans, lists and objects. A value must not contain itself, more than 500 levels, or names that differ only in broken characters.',
	);
}

function assertValid(value: unknown, place: string): void {
	const isFailed =
		typeof value === 'string'
			? FAILED_CALCULATIONS.includes(value.trim())
			: (typeof value === 'number' && !Number.isFinite(value)) || isInvalidDate(value);
	if (isFailed) {
		throwUserError(
			`${place} is not a valid number, date or text`,
			'A calculation or a date in the expression failed: check what it gets from the item',
		);
	}
	if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
		throwTooManyDigits(place);
	}
}

export function throwTooManyDigits(place: string): never {
	return throwUserError(
		`${place} is a number with too many digits`,
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
 * The choice for one of the options, which an expression can set to anything.
 *
 * @throws UserError if the option does not have this choice
 */
export function getChoice(options: IDataObject, option: INodeProperties): string {
	const choices = (option.options as INodePropertyOptions[]).map(({ value }) => value);
	const { [option.name]: value = option.default } = options;
	if (!choices.includes(value as string)) {
		throwUserError(
			`${quotedLabel(option)} must be ${choices.join(' or ')}`,
			'Choose it from the list',
		);
	}
	return value as string;
}
