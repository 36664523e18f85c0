import type { IDataObject } from 'n8n-workflow';

import { decodeEntities } from './htmlEntities';
import { holdsToken } from './masking';

/** What a server says is cut here, in characters: an error message is read by a person. */
const MAX_QUOTE_LENGTH = 500;

/** How much of a text is read for a quote, in characters: most of a web page is markup. */
const READ_LENGTH = 10 * MAX_QUOTE_LENGTH;

const TAGS = /<[^<>]*>/g;

const INVISIBLE = /[\s\p{Default_Ignorable_Code_Point}]+/gu;

/** Whether a JSON value is an object of names and values. */
export function isJsonObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The ID of a record; the keys differ between the generations of the API. JavaScript rounds a longer number. */
export function idOf(record: unknown): string | undefined {
	if (!isJsonObject(record)) return undefined;
	const id = record.wolkvox_id || record['wolkvox-id'] || record._id;
	const value = isJsonObject(id) ? id.$oid : id;
	const isExact = typeof value === 'string' || Number.isSafeInteger(value);
	return isExact && hasContent(value) ? String(value) : undefined;
}

/** Whether `msg`, `error` or an ID says anything; Wolkvox sends the text "null" for nothing. */
export function hasContent(value: unknown): boolean {
	return !['', '""', 'null', '[]', '{}', 'false'].includes(toText(value).trim());
}

/**
 * What `msg` or `error` says, be it text, a list or an object; nothing if it is empty.
 *
 * @param value masked
 */
export function quote(value: unknown, token: string): string | undefined {
	const text = toText(value);
	return hasContent(value) && !hidesToken(text, token) ? cut(text) : undefined;
}

/**
 * The beginning of a text or web page, without markup; empty if the token is in it.
 *
 * @param text masked
 */
export function toPlainText(text: string, token: string): string {
	if (hidesToken(text, token)) return '';
	const beginning = text
		.slice(0, READ_LENGTH)
		.replace(/<(script|style)\b.*?<\/\1\s*>/gis, ' ')
		.replace(TAGS, ' ');
	const plain = decodeEntities(beginning).replace(/\s+/g, ' ').trim();
	return plain.length > MAX_QUOTE_LENGTH ? `${cut(plain)}…` : plain;
}

/** Whether a reader could put the token together although it is masked: with markup or white space inside, or as entities. */
function hidesToken(text: string, token: string): boolean {
	// Longer than what is read, so that no token is cut at its end.
	const plain = decodeEntities(text.slice(0, 2 * READ_LENGTH).replace(TAGS, ''));
	return holdsToken(plain.replace(INVISIBLE, ''), token);
}

function toText(value: unknown): string {
	return typeof value === 'object' ? JSON.stringify(value ?? '') : String(value ?? '');
}

/** Never leaves half of an emoji at the end. */
function cut(text: string): string {
	return text.slice(0, MAX_QUOTE_LENGTH).replace(/[\ud800-\udbff]$/, '');
}
