import type { IDataObject } from 'n8n-workflow';

import { idOf, hasContent, isJsonObject } from './content';
import { isSuccess, RequestFailure } from './failure';

/** What queries without a match have said to integrations; no page of the API shows it. */
const SAYS_NO_MATCH =
	/^(?:0 (?:records|registros)(?: (?:were|are|fueron|han sido))* (?:found|encontrados)|there are no values in the specified page)\.?$/i;

/** What says nothing. */
const HARMLESS = /^(?:ok|success)?$/i;

/** Keys beside `data`, in letters without accents, whose number says how many records there are. */
const ANNOUNCING_KEYS = [
	'total',
	'totalrecords',
	'totalregistros',
	'count',
	'records',
	'registros',
	'cantidad',
];

/** Keys beside `data`, in letters without accents, whose number says how the result is divided. */
const PAGING_KEYS = ['page', 'pagesize', 'perpage', 'limit', 'offset', 'pagina', 'limite'];

/** The same for how many parts there are: a result without records has one at most. */
const PAGES_KEYS = ['pages', 'paginas'];

/**
 * The records that a search has found.
 *
 * @param json the response; a list of records, or a record alone, needs no envelope
 * @returns an empty list only if the response proves that nothing was found; nothing if it proves neither
 * @throws RequestFailure if a record is not an object
 */
export function getRecords(
	json: unknown,
	code: number,
	statusCode: number,
): IDataObject[] | undefined {
	if (Array.isArray(json) || isBareRecord(json)) {
		const isResult = isSuccess(statusCode) && hasRecord(json) && [json].flat().every(isRecord);
		return isResult ? toRecords(json) : undefined;
	}
	if (!isJsonObject(json)) return undefined;
	if (isEmptyResult(json, code, statusCode)) return [];
	const isFound = isSuccess(statusCode) && hasRecord(json.data) && !hasContent(json.error);
	if (!isFound) return undefined;
	if (isSuccess(code)) return [json.data].flat().some(isFailure) ? undefined : toRecords(json.data);
	return json.code === undefined && [json.data].flat().every(idOf)
		? toRecords(json.data)
		: undefined;
}

/**
 * The records in the `data` of a response: a list, one record, or a list with gaps, which PHP sends as
 * an object with numbers for keys.
 *
 * @throws RequestFailure if there is something else
 */
function toRecords(data: unknown): IDataObject[] {
	const records: unknown[] =
		isJsonObject(data) && hasNumberedKeys(data) ? Object.values(data) : [data].flat();
	if (!records.every(isJsonObject)) {
		throw new RequestFailure('unknown', 'The response contains a record that is not an object');
	}
	return records;
}

/** Whether the response proves that nothing was found: all of it says so, and nothing else. */
function isEmptyResult(body: IDataObject, code: number, statusCode: number): boolean {
	const { code: given, data, msg, error, ...others } = body;
	const text = toText(msg);
	if (!isEmptyData(data) || !Object.entries(others).every(announcesNothing)) return false;
	if (code === 416) {
		const isAgreed = isSuccess(statusCode) || statusCode === 416;
		return isAgreed && [text, toText(error)].every(saysNoMatch);
	}
	const isConfirmed = given === undefined ? SAYS_NO_MATCH.test(text) : isSuccess(code);
	const isHarmless = HARMLESS.test(text) || SAYS_NO_MATCH.test(text);
	return isSuccess(statusCode) && isConfirmed && isHarmless && !hasContent(error);
}

/** What the status 416 is called says no more than its number. */
function saysNoMatch(text: string): boolean {
	return (
		text === '' || SAYS_NO_MATCH.test(text) || /^(?:requested range )?not satisfiable$/i.test(text)
	);
}

/** `msg` or `error` as text; Wolkvox sends the text "null" for nothing. */
function toText(said: unknown): string {
	return hasContent(said) ? String(said).trim() : '';
}

/** Wolkvox's own sample of an update has an object whose only value is empty text. */
function isEmptyData(data: unknown): boolean {
	if (data === undefined || data === null) return true;
	if (Array.isArray(data)) return data.length === 0;
	return isJsonObject(data) && Object.values(data).every((value) => value === '' || value === null);
}

/** What a search that goes on with the next page compares with what came. */
const TOTAL_KEYS = ['totalrecords', 'totalregistros'];

function announcesNothing([key, value]: [string, unknown]): boolean {
	const name = key.normalize('NFD').replace(/\P{L}/gu, '').toLowerCase();
	const isNumber = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
	if (!isNumber) return false;
	if (PAGING_KEYS.includes(name) || TOTAL_KEYS.includes(name)) return true;
	if (PAGES_KEYS.includes(name)) return Number(value) <= 1;
	return ANNOUNCING_KEYS.includes(name) && Number(value) === 0;
}

function isBareRecord(json: unknown): boolean {
	return isJsonObject(json) && !('code' in json) && !('data' in json) && idOf(json) !== undefined;
}

/** What no envelope confirms must be a record itself, and not a response: that has no ID, but says something. */
function isRecord(value: unknown): boolean {
	if (!isJsonObject(value)) return true;
	return idOf(value) !== undefined || !['code', 'error', 'msg'].some((key) => key in value);
}

/** Whether the place of a record holds a failure, or nothing at all. */
function isFailure(value: unknown): boolean {
	if (!isJsonObject(value) || idOf(value) !== undefined) return false;
	return Number(value.code) >= 400 || Object.keys(value).length === 0;
}

function hasRecord(data: unknown): boolean {
	return Array.isArray(data) ? data.length > 0 : !isEmptyData(data);
}

function hasNumberedKeys(data: IDataObject): boolean {
	return Object.keys(data).every((key) => /^\d+$/.test(key));
}
