import type { IDataObject } from 'n8n-workflow';

/** What a server says is cut here, in characters: an error message is read by a person. */
const MAX_QUOTE_LENGTH = 500;

/** Whether a JSON value is an object of names and values. */
export function isJsonObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether `msg`, `error` or an ID says anything; Wolkvox sends the text "null" for nothing. */
export function hasContent(value: unknown): boolean {
	return !['', '""', 'null', '[]', '{}', 'false'].includes(toText(value).trim());
}

/** What `msg` or `error` says, be it text, a list or an object; nothing if it is empty. */
export function quote(value: unknown): string | undefined {
	return hasContent(value) ? cut(toText(value)) : undefined;
}

/** The beginning of a text or web page, without markup. */
export function toPlainText(text: string): string {
	const plain = text
		.slice(0, 10 * MAX_QUOTE_LENGTH)
		.replace(/<(script|style)\b.*?<\/\1\s*>/gis, ' ')
		.replace(/<[^>]*>/g, ' ')
		.replace(/\s+/g, ' ')
		.trim();
	return plain.length > MAX_QUOTE_LENGTH ? `${cut(plain)}…` : plain;
}

function toText(value: unknown): string {
	return typeof value === 'object' ? JSON.stringify(value ?? '') : String(value ?? '');
}

/** Never leaves half of an emoji at the end. */
function cut(text: string): string {
	return text.slice(0, MAX_QUOTE_LENGTH).replace(/[\ud800-\udbff]$/, '');
}
