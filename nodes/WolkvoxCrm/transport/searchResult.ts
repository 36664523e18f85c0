import type { IDataObject } from 'n8n-workflow';

import { hasContent, isJsonObject, quote } from './content';
import { isSuccess, RequestFailure } from './failure';

/** What a query without a match has responded to integrations; no page of the API shows it. */
const NO_MATCH_MESSAGES = ['0 records were are found', 'There are no values in the specified page'];

/** What a success can say beside an empty result. */
const HARMLESS_MESSAGE = /^$|^0 (records|registros)[\p{L} ]*\.?$|^ok$|^succes/iu;

/** A list, or a record alone, in the envelope of Wolkvox's other responses. */
export function wrapBareResult(json: unknown, statusCode: number): unknown {
	const isRecord =
		isJsonObject(json) && !('code' in json) && !('data' in json) && 'wolkvox_id' in json;
	return Array.isArray(json) || isRecord ? { code: statusCode, data: json } : json;
}

/**
 * Whether a query found nothing: by a known sentence, by code 416, or by a success without records.
 * Any other message without records can be that of a query that failed, which must not look like an
 * empty result.
 */
export function foundNothing(body: IDataObject, code: number, statusCode: number): boolean {
	const { msg, error, data, ...others } = body;
	if (!hasNoRecord(data)) return false;
	const text = quote(msg)?.trim() ?? '';
	const failedCode = code >= 400 ? code : statusCode;
	if (failedCode === 416 || NO_MATCH_MESSAGES.includes(text)) return true;

	// Records under another name must not get lost.
	const hasOtherData = Object.values(others).some(
		(value) => typeof value === 'object' && !hasNoRecord(value),
	);
	const isPlain = !hasContent(error) && HARMLESS_MESSAGE.test(text);
	return isPlain && !hasOtherData && isSuccess(statusCode) && isSuccess(code);
}

/**
 * The records in the `data` of a response: a list, one record, or a list with gaps, which PHP sends as
 * an object with numbers for keys.
 *
 * @throws RequestFailure if there is something else
 */
export function toRecords(data: unknown): IDataObject[] {
	const records: unknown[] =
		isJsonObject(data) && hasNumberedKeys(data) ? Object.values(data) : [data].flat();
	if (!records.every(isJsonObject)) {
		throw new RequestFailure('unknown', 'The response contains a record that is not an object');
	}
	return records;
}

/** Whether there is no record: Wolkvox's own sample of an update has an object whose only value is empty text. */
export function hasNoRecord(data: unknown): boolean {
	if (Array.isArray(data)) return data.length === 0;
	return isJsonObject(data)
		? Object.values(data).every((value) => value === '' || value === null)
		: !data;
}

function hasNumberedKeys(data: IDataObject): boolean {
	return Object.keys(data).every((key) => /^\d+$/.test(key));
}
