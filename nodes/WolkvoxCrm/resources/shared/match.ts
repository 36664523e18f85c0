import { isPlainObject } from './values';

/** Whether a value of a record is a text, capitals and white space around it aside. */
export function isSameText(value: unknown, text: string): boolean {
	// A number that JavaScript has rounded is not what Wolkvox sent.
	const isRounded = Number.isInteger(value) && !Number.isSafeInteger(value);
	return (
		(typeof value === 'string' || (typeof value === 'number' && !isRounded)) &&
		toComparable(String(value)) === toComparable(text)
	);
}

/** Some values come as an object that holds the value, such as a phone number. */
export function isSameValue(value: unknown, text: string): boolean {
	return isSameText(isPlainObject(value) ? value.value : value, text);
}

/** A text without what does not matter when values are compared. */
export function toComparable(text: string): string {
	return text.trim().toLowerCase();
}
