import { entityPattern } from './htmlEntities';

/** In characters. A shorter token is not masked: it would occur by chance in the numbers and words of a response. */
const MIN_MASKED_TOKEN_LENGTH = 6;

/** In characters. From this length on, a token is masked inside longer words, too. */
const MIN_TOKEN_LENGTH_IN_WORDS = 16;

/**
 * Replaces the token in whatever a server said, however it is escaped. Mask before cutting any text,
 * or a part of the token could remain.
 *
 * @param value text, or any JSON value: each string and key in it is masked
 */
export function maskToken<Value>(value: Value, token: string): Value;
export function maskToken(value: unknown, token: string): unknown {
	return token.length < MIN_MASKED_TOKEN_LENGTH ? value : mask(value, toSecret(token));
}

/** Whether a text shows the token, also inside a longer word. */
export function holdsToken(text: string, token: string): boolean {
	return (
		token.length >= MIN_MASKED_TOKEN_LENGTH && new RegExp(escapedForms(token), 'iu').test(text)
	);
}

/**
 * Reads JSON and masks the token in it. A long response is not searched value by value if its text
 * cannot hold the token: JSON can hide a letter or a digit only behind an escape such as `\u0061`, or in
 * another notation of a number.
 *
 * @returns nothing if the text is not JSON
 */
export function parseMaskedJson(text: string, token: string): unknown {
	const canHoldToken =
		isNumber(token) || /\\u00[2-7]/i.test(text) || new RegExp(escapedForms(token), 'iu').test(text);
	try {
		const value: unknown = JSON.parse(text);
		return canHoldToken ? maskToken(value, token) : value;
	} catch {
		return undefined;
	}
}

/** What to look for. */
interface Secret {
	pattern: RegExp;
	/** The number that JavaScript makes of a token of digits, which can have lost some; else NaN. */
	number: number;
}

function toSecret(token: string): Secret {
	return { pattern: getTokenPattern(token), number: isNumber(token) ? Number(token) : NaN };
}

function isNumber(token: string): boolean {
	return /^[1-9]\d*$/.test(token);
}

function escapedForms(token: string): string {
	return Array.from(token, escapedFormsOfCharacter).join('');
}

function getTokenPattern(token: string): RegExp {
	const escaped = escapedForms(token);
	return token.length < MIN_TOKEN_LENGTH_IN_WORDS
		? new RegExp(
				`(?<=^|[^\\p{L}\\p{N}]|%[\\da-f]{2}|\\\\(?:[bfnrt]|u[\\da-f]{4}))${escaped}(?![\\p{L}\\p{N}])`,
				'giu',
			)
		: new RegExp(escaped, 'giu');
}

/** A character of the token as it is, or as JSON, a URL or HTML escapes it. */
function escapedFormsOfCharacter(character: string): string {
	if (/[a-z\d]/i.test(character)) return character;
	const hex = character.charCodeAt(0).toString(16);
	return `(?:\\\\?\\u{${hex}}|\\\\u00${hex}|%${hex}|${entityPattern(character)})`;
}

function mask(value: unknown, secret: Secret): unknown {
	const { pattern, number } = secret;
	if (typeof value === 'string') return value.replace(pattern, '[token]');
	if (typeof value === 'number') {
		const isToken = value === number || String(value).replace(pattern, '') !== String(value);
		return isToken ? '[token]' : value;
	}
	if (Array.isArray(value)) return value.map((entry) => mask(entry, secret));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, entry]) => [
			key.replace(pattern, '[token]'),
			mask(entry, secret),
		]),
	);
}
