import type {
	IDataObject,
	IExecuteSingleFunctions,
	IN8nHttpFullResponse,
	INodeExecutionData,
} from 'n8n-workflow';

import type { WolkvoxResponse } from '../operation';
import { hasContent, isJsonObject } from './content';
import type { RequestFailure, SentRequest } from './failure';
import { maskToken, parseMaskedJson } from './masking';
import { toResponseFailure } from './responseErrors';
import { getRecords } from './searchResult';
import { getVerdict } from './verdict';

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
 * nothing about a change that has a `code`: the page itself has two spellings of success.
 *
 * @returns the response to a change that Wolkvox has applied; for a read, the records are in its `data`
 * @throws RequestFailure if it proves neither
 */
export function parseResponse(response: HttpResponse, sent: SentRequest): WolkvoxResponse {
	const { token, operation, recordId, isSentWhole } = sent;
	const { statusCode } = response;
	const isReadOnly = operation.effect === 'reads';
	const text = getText(response);
	const json = parseMaskedJson(text, token);
	const value = isReadOnly ? json : toStorable(json);
	const body = isJsonObject(value) ? value : undefined;
	const code = getCode(body);

	if (isReadOnly) {
		const records = getRecords(value, code, statusCode);
		if (records) return { ...body, data: records };
	}
	const evidence = { statusCode, body, code, text, recordId, isSentWhole, token };
	const outcome = getVerdict(evidence);
	if (outcome === 'applied' && !isReadOnly) return normalize(body!, code);

	throw toResponseFailure({
		...sent,
		...evidence,
		headers: maskToken(response.headers, token),
		text: maskToken(text, token),
		outcome: outcome === 'applied' ? 'unknown' : outcome,
	});
}

/** What the head of a response says whose body did not arrive; nothing unless it is a refusal. */
export function parseHead(
	{ status, headers = {} }: { status: number; headers?: Record<string, unknown> },
	sent: SentRequest,
): RequestFailure | undefined {
	const evidence = { ...sent, statusCode: status, code: NaN, text: '' };
	const outcome = getVerdict(evidence);
	return outcome === 'refused'
		? toResponseFailure({ ...evidence, headers: maskToken({ ...headers }, sent.token), outcome })
		: undefined;
}

/** Wolkvox sends `code` as a number or as text; NaN is none. */
function getCode(body?: IDataObject): number {
	const { code } = body ?? {};
	return typeof code === 'number' || (typeof code === 'string' && /^\s*\d+\s*$/.test(code))
		? Number(code)
		: NaN;
}

/** `error` gets another name: n8n's Retry On Fail would read even the text "null" as a failure, and send the item again. */
function normalize({ error, ...body }: IDataObject, code: number): WolkvoxResponse {
	return {
		...body,
		...(!Number.isNaN(code) && { code }),
		...(hasContent(error) && { errorDetails: error }),
	};
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
