import type { IDataObject } from 'n8n-workflow';

import { idOf, hasContent, quote } from './content';
import type { Outcome } from './failure';
import { isSuccess } from './failure';

/** What is known of a response and of the request before it, as far as it can prove something. */
export interface Evidence {
	statusCode: number;
	/** The response as JSON, if it is an object. */
	body?: IDataObject;
	/** Wolkvox's `code`; NaN if the response is not in Wolkvox's own form. */
	code: number;
	/** The response as text. */
	text: string;
	/** The ID of the record that the request changes, if it names one. */
	recordId?: string;
	/** Whether all files were read to their end before the response came. */
	isSentWhole: boolean;
	/** Never to be quoted. */
	token: string;
}

/** The statuses that by their meaning come before the application, whoever sends them (RFC 9110, RFC 6585). */
const BEFORE_APPLICATION = [401, 404, 405, 407, 411, 413, 414, 415, 417, 421, 426, 429, 431];

/** The redirects that ask for the same request at another address, unlike 302 and 303. */
const SAME_REQUEST_ELSEWHERE = [301, 307, 308];

/** How PHP's response to a form larger than `post_max_size` begins; the program then gets an empty one. */
export const FORM_TOO_LARGE =
	/^\s*(?:<br \/>\s*)?(?:<b>)?(?:PHP )?Warning(?:<\/b>)?:\s+(?:PHP Request Startup: )?POST Content-Length of \d+ bytes exceeds/;

/** Wolkvox's words of success in its own spelling (page "cases update": "edit" and "update"). */
const SUCCESS = /^succesfully \p{L}+ record$/iu;

/** Wherever they stand, and whatever else is said, nothing was refused. */
const WORDS_OF_SUCCESS = /succesfully \p{L}+ record/iu;

/**
 * How a request for a change ended. The default is "unknown": a firewall, a proxy or a gateway can say
 * anything about a request that Wolkvox has applied. Everything else needs one of the proofs below.
 */
export function getVerdict(evidence: Evidence): Outcome | 'applied' {
	if (isConfirmed(evidence) && !getDoubt(evidence)) return 'applied';
	return isRefused(evidence) ? 'refused' : 'unknown';
}

/** What speaks against a confirmation, in words. */
export function getDoubt({ body, recordId, isSentWhole, token }: Evidence): string | undefined {
	if (!isSentWhole) return 'Wolkvox responded before all files were sent';
	if (recordId === undefined) return undefined;
	const other = getNamedIds(body).find((id) => id.toLowerCase() !== recordId.toLowerCase());
	if (other === undefined) return undefined;
	const quoted = quote(other, token);
	return `The response is about another record${quoted ? `: "${quoted}"` : ''}`;
}

function isConfirmed({ statusCode, body, code }: Evidence): boolean {
	if (!body || !isSuccess(statusCode)) return false;
	return body.code === undefined ? hasWordsOfSuccess(body) : isSuccess(code);
}

function hasWordsOfSuccess(body: IDataObject): boolean {
	const isSaid = typeof body.msg === 'string' && SUCCESS.test(body.msg.trim());
	return isSaid && !hasContent(body.error) && getNamedIds(body).length > 0;
}

function isRefused({ statusCode, body, code, text }: Evidence): boolean {
	if (isGateway(statusCode) || isSuccess(code) || WORDS_OF_SUCCESS.test(text)) return false;
	// Without a code, a record that is named may be one that was changed.
	if (Number.isNaN(code) && getNamedIds(body).length > 0) return false;
	return (
		(code >= 400 && isOwnForm(body)) ||
		BEFORE_APPLICATION.includes(statusCode) ||
		SAME_REQUEST_ELSEWHERE.includes(statusCode) ||
		FORM_TOO_LARGE.test(text)
	);
}

/** Other servers send a `code`, too, but not with the other keys of Wolkvox's responses (all pages). */
function isOwnForm(body?: IDataObject): boolean {
	return body !== undefined && ['msg', 'error', 'data'].some((key) => key in body);
}

/** A gateway speaks for a server behind it, and does not know what that one did. */
function isGateway(statusCode: number): boolean {
	return statusCode === 502 || statusCode === 504 || statusCode >= 520;
}

/** The IDs in a response to a change; Wolkvox's own sample leaves it empty. */
function getNamedIds(body?: IDataObject): string[] {
	return [body, body?.data]
		.flat()
		.map(idOf)
		.filter((id) => id !== undefined);
}
