import type {
	IDataObject,
	IExecuteSingleFunctions,
	IN8nHttpFullResponse,
	INodeExecutionData,
} from 'n8n-workflow';

import type { OperationKind, WolkvoxResponse } from '../operation';
import { hasContent, isJsonObject } from './content';
import type { Outcome, Peer } from './failure';
import { isSuccess } from './failure';
import { maskToken, parseMaskedJson } from './masking';
import { failedResponse, unexpectedSender } from './responseErrors';
import { retryAfterMs } from './retryAfter';
import { foundNothing, hasNoRecord, wrapBareResult } from './searchResult';

/** How much of a body is decoded at a time. */
const DECODE_CHUNK_BYTES = 2 ** 16;

/** A response as n8n hands it on: the body is a Buffer, or text if a version of n8n ignores `encoding`. */
export interface HttpResponse {
	statusCode: number;
	headers: Record<string, unknown>;
	body: unknown;
}

/** Keeps status and headers, as `makeRoutingRequest` returns only items to the pagination hook. */
export async function keepFullResponse(
	this: IExecuteSingleFunctions,
	_items: INodeExecutionData[],
	{ statusCode, headers, body }: IN8nHttpFullResponse,
): Promise<INodeExecutionData[]> {
	return [{ json: { statusCode, headers, body } as unknown as IDataObject }];
}

/**
 * Reads a response (page "cases update"; help center, "Possible Error Codes"). Its `msg` decides
 * nothing about a change: the page itself has two spellings of success.
 *
 * @param peer who was asked, and the token to mask
 * @returns for a read without a match, a response with empty `data`
 * @throws RequestFailure if it is not a success of Wolkvox
 */
export function parseResponse(
	response: HttpResponse,
	{ token, ...peer }: Peer & { token: string },
	operation: OperationKind,
): WolkvoxResponse {
	const { statusCode } = response;
	const isReadOnly = operation.effect === 'reads';
	const text = getText(response);
	const json = parseMaskedJson(text, token);
	const value = isReadOnly ? wrapBareResult(json, statusCode) : toStorable(json);
	const body = isJsonObject(value) ? value : undefined;
	const code = body ? getCode(body, statusCode, isReadOnly) : NaN;

	const isReadable = body !== undefined || text.trim() === '';
	if (isReadOnly && isReadable && foundNothing(body ?? {}, code, statusCode)) {
		return { code: 200, data: [] };
	}
	const outcome = getOutcome(response, code);
	if (body && outcome === 'applied' && !(isReadOnly && hasNoRecord(body.data)))
		return normalize(body, code);

	const headers = maskToken(response.headers, token);
	const failure = {
		...response,
		headers,
		...peer,
		code,
		outcome: outcome === 'applied' ? 'unknown' : outcome,
		operation,
	};
	throw body ? failedResponse(failure, body) : unexpectedSender(failure, maskToken(text, token));
}

/**
 * What became of a request, by its status and by Wolkvox's verdict, the `code`. A gateway (502, 504,
 * 520 and up) does not know what the server behind it did, and a 302 or 303 is what many programs
 * send after they have applied a form.
 */
function getOutcome({ statusCode, headers }: HttpResponse, code: number): Outcome | 'applied' {
	const isPaused = statusCode === 503 && retryAfterMs(headers) !== undefined;
	if (statusCode === 502 || statusCode === 504 || statusCode >= 520) return 'unknown';
	if (isSuccess(code)) return isSuccess(statusCode) ? 'applied' : 'unknown';
	if (statusCode === 429 || isPaused) return 'refused';
	if (code >= 400 || (statusCode >= 400 && statusCode < 500)) return 'refused';
	return [301, 307, 308].includes(statusCode) ? 'refused' : 'unknown';
}

/**
 * Wolkvox sends `code` as a number or as text. Without it, the verdict is the ID of a record or an
 * object in `data`, and for a read any `data`, unless an error is named.
 */
function getCode(body: IDataObject, statusCode: number, isReadOnly: boolean): number {
	const { code, data, wolkvox_id: id, error } = body;
	if (code === undefined) {
		const hasData = isReadOnly ? data != null : isJsonObject(data) && Object.keys(data).length > 0;
		const hasResult = hasData || hasContent(id);
		return isSuccess(statusCode) && hasResult && !hasContent(error) ? statusCode : NaN;
	}
	return typeof code === 'number' || (typeof code === 'string' && /^\s*\d+\s*$/.test(code))
		? Number(code)
		: NaN;
}

/** `error` gets another name: n8n's Retry On Fail would read even the text "null" as a failure, and send the item again. */
function normalize({ error, ...body }: IDataObject, code: number): WolkvoxResponse {
	return { ...body, code, ...(hasContent(error) && { errorDetails: error }) };
}

/**
 * The text of a response, in its declared charset, without a byte order mark and zero bytes. It is
 * decoded in pieces: Node.js stores a long text that is decoded at once in two bytes per character.
 */
function getText({ body, headers }: HttpResponse): string {
	if (!Buffer.isBuffer(body)) return typeof body === 'string' ? body : JSON.stringify(body ?? '');
	const decoder = getDecoder(headers);
	let text = '';
	for (let start = 0; start < body.length; start += DECODE_CHUNK_BYTES) {
		text += decoder.decode(body.subarray(start, start + DECODE_CHUNK_BYTES), { stream: true });
	}
	return (text + decoder.decode()).replaceAll('\0', '');
}

function getDecoder(headers: HttpResponse['headers']) {
	const [, charset = 'utf-8'] = /charset="?([\w-]+)/i.exec(String(headers['content-type'])) ?? [];
	try {
		return new TextDecoder(charset);
	} catch {
		return new TextDecoder();
	}
}

/** n8n cannot save what is nested too deeply: a change with such a response must not count as applied. */
function toStorable(json: unknown): unknown {
	try {
		JSON.stringify(json);
		return json;
	} catch {
		return undefined;
	}
}
