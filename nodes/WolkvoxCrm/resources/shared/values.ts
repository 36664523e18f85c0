import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { adviceForObject } from './expression';

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

/** What remains of an object or a date that an expression put into a text. */
const NO_TEXT = /\[object Object\]|Invalid (?:Date(?:Time)?|Duration|Interval)/;

/** In English and in Spanish, as Excel and Google Sheets write them. */
const SPREADSHEET_ERRORS =
	/#N\/[AD]|#[¡¿]?(?:REF|VALUE|VALOR|DIV\/0|NAME|NOMBRE|NUM|NULL|NULO|ERROR|SPILL|DESBORDAMIENTO|CALC|FIELD|CAMPO|UNKNOWN|DESCONOCIDO|BLOCKED|BLOQUEADO|CONNECT|CONECTAR)[!?]/;

/** A text that is nothing but a calculation, a date or a formula that failed: sent, it would corrupt a record. */
const FAILED = new RegExp(`^\\s*(?:NaN|${NO_TEXT.source}|${SPREADSHEET_ERRORS.source})\\s*$`);

/** In a name, not even a part can be right. */
const FAILED_IN_NAME = new RegExp(`${FAILED.source}|${NO_TEXT.source}`);

/** Nothing that could be sent: an update must never clear a field by accident. */
export function isEmpty(value: unknown): boolean {
	return (
		value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
	);
}

/** What n8n stores of a resource locator; an object with anything else is a value. */
const LOCATOR_KEYS = ['__rl', 'mode', 'value', 'cachedResultName', 'cachedResultUrl', '__regex'];

/** A resource locator has its mode beside its value; an expression may return the value alone. */
export function locatorValue(value: unknown): unknown {
	const isLocator =
		isPlainObject(value) &&
		['mode', 'value'].every((key) => key in value) &&
		Object.keys(value).every((key) => LOCATOR_KEYS.includes(key));
	return isLocator ? value.value : value;
}

/**
 * The text to send, exactly as given; nothing for an empty value.
 *
 * @param place of the value, as messages name it: its quoted label, and the path inside it
 * @param getExpression the expression that returned the value, for the advice
 * @throws UserError if the value has no text
 */
export function toText(
	value: unknown,
	place: string,
	getExpression?: () => string | undefined,
): string | undefined {
	if (isEmpty(value)) return undefined;
	assertValid(value, place);
	if (value instanceof Date) return value.toISOString();
	if (isLuxonDate(value)) return String(value);
	if (['object', 'function', 'symbol'].includes(typeof value)) {
		throwUserError(
			`${place} must be text, but is ${Array.isArray(value) ? 'a list' : 'an object'}`,
			adviceForObject(value, getExpression?.()),
		);
	}
	return String(value);
}

/**
 * The text of a value that names something, such as a user, a status or a field, or that is looked for.
 *
 * @throws UserError as `toText`, and if a part of the text is an object or a date that has no text
 */
export function toName(
	value: unknown,
	place: string,
	getExpression?: () => string | undefined,
): string | undefined {
	const name = toText(value, place, getExpression);
	if (name !== undefined && FAILED_IN_NAME.test(name)) throwFailed(place);
	return name;
}

/** @throws UserError if a field cannot have this name */
export function assertFieldName(name: string, place: string): void {
	if (FAILED_IN_NAME.test(name)) throwFailed(place);
	if (name.startsWith('\0')) {
		throwUserError(
			`${place} begins with a zero byte`,
			'PHP, in which the API is written, would drop all fields. Remove the character, which cannot be seen.',
		);
	}
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
	if (value === undefined) {
		throwUserError(
			`${place} is undefined`,
			'The expression found nothing there. To send an empty value, let it return null or empty text, e.g. {{ $json.name ?? null }}',
		);
	}
	assertValid(value, place);
	if (typeof value === 'string') return toWellFormed(value);
	const isUnknownToJson = ['bigint', 'function', 'symbol'].includes(typeof value);
	if (isUnknownToJson || parents.includes(value) || parents.length >= MAX_JSON_DEPTH) {
		return throwNoJson(place);
	}
	if (typeof value !== 'object' || value === null) return value;

	const path = [...parents, value];
	if (Array.isArray(value)) {
		return Array.from(value, (entry, index) => toJsonValue(entry, `${place}[${index}]`, path));
	}
	if (isPlainObject(value)) {
		const entries = Object.entries(value).map(([name, entry]) => {
			assertFieldName(name, `A name in ${place}`);
			return [toWellFormed(name), toJsonValue(entry, `${place}: "${name}"`, path)];
		});
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
			? FAILED.test(value)
			: (typeof value === 'number' && !Number.isFinite(value)) || isInvalidDate(value);
	if (isFailed) throwFailed(place);
	if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
		throwTooManyDigits(place);
	}
}

function throwFailed(place: string): never {
	return throwUserError(
		`${place} is not a valid number, date or text`,
		'A calculation, a date or a formula failed, or an object stands where text belongs: check what the item has there',
	);
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
