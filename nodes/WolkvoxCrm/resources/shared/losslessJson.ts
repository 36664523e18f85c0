import { throwTooManyDigits, throwUserError } from './values';

/**
 * Parses JSON of which nothing gets lost: `JSON.parse` silently drops the first value of a name that an
 * object has twice, and the digits of a number that JavaScript cannot hold. Whole numbers without an
 * exponent are left to `toJsonValue`, which names their place.
 *
 * @param place of the JSON, as messages name it
 * @param getAdvice what to do if it is not JSON
 * @throws UserError if it is not JSON, or if something would get lost
 */
export function parseLossless(json: string, place: string, getAdvice: () => string): unknown {
	const parsed = parse(json, place, getAdvice);
	assertLossless(json, place);
	return parsed;
}

function parse(json: string, place: string, getAdvice: () => string): unknown {
	try {
		return JSON.parse(json);
	} catch (error) {
		return throwUserError(`${place} is not valid JSON: ${(error as Error).message}`, getAdvice());
	}
}

/** A string with the colon after a name, a brace, or a number. */
const JSON_TOKENS = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}]|\d[\d.e+-]*/gi;

/** @param json valid JSON: in other text, a string that never ends would make this search slow */
function assertLossless(json: string, place: string): void {
	const objects: Array<Set<string>> = [];
	for (const [token, text, colon] of json.matchAll(JSON_TOKENS)) {
		if (token === '{') objects.push(new Set());
		else if (token === '}') objects.pop();
		else if (text === undefined) assertKeepsDigits(token, place);
		else if (colon !== undefined) {
			const name = JSON.parse(text) as string;
			if (objects.at(-1)!.has(name)) throwRepeated(name, place);
			objects.at(-1)!.add(name);
		}
	}
}

export function throwRepeated(name: string, place: string): never {
	return throwUserError(
		`${place} contains "${name}" twice`,
		'A field can have one value. Remove one of the two.',
	);
}

function assertKeepsDigits(number: string, place: string): void {
	if (!/[.e]/i.test(number)) return;
	const digits = significantDigits(number);
	const canLoseDigits = digits.length > 15 || Number(number) === 0;
	if (canLoseDigits && digits !== significantDigits(String(Number(number))))
		throwTooManyDigits(`${place}: ${number}`);
}

function significantDigits(number: string): string {
	return number
		.replace(/e.*$/i, '')
		.replace('.', '')
		.replace(/^0+|(?<!0)0+$/g, '');
}
