import type {
	IDataObject,
	IExecuteSingleFunctions,
	IN8nHttpFullResponse,
	INode,
	INodeExecutionData,
} from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

/** An answer of the server, whatever it is. */
export interface Reply {
	statusCode: number;
	headers: Record<string, unknown>;
	body: unknown;
}

/** Why an update did not succeed, in words for a person. */
export interface Failure {
	message: string;
	description?: string;
	httpCode?: string;
	/** Whether Wolkvox may have taken the update although no success came back. */
	unsure?: boolean;
	/** Set only where the update was surely not taken: how long to wait before sending it again. */
	again?: { afterMs?: number };
}

const MAY_BE_TAKEN =
	'Wolkvox may have the update all the same, so it is not sent again: look at the case before you repeat it.';

/** What became of an update: Wolkvox's answer, or why there is none. */
export type Result = { answer: IDataObject; failure?: undefined } | { failure: Failure };

/** Texts of Wolkvox longer than this are cut: an error message is read by a person. */
const MESSAGE_LENGTH = 500;

/** Hands the whole answer on: n8n gives the hook that sends only items, and it needs the status and headers too. */
export async function wholeReply(
	this: IExecuteSingleFunctions,
	_items: INodeExecutionData[],
	{ statusCode, headers, body }: IN8nHttpFullResponse,
): Promise<INodeExecutionData[]> {
	return [{ json: { statusCode, headers, body } as unknown as IDataObject }];
}

/**
 * Reads Wolkvox's answer to an update (the page "cases update" and the list of error codes).
 * Success is a 2xx status and a JSON object whose `code`, a number or a text, is 2xx too, or which
 * has `data` and no `code`. The texts of the answer decide nothing: the page itself has two.
 *
 * @param sentId the id that was sent, for answers that leave theirs empty
 * @param host the server's name, for the messages
 */
export function readReply(reply: Reply, sentId: string, host: string): Result {
	const { statusCode } = reply;
	const body = asObject(reply.body);

	if (statusCode >= 300 && statusCode < 400) return { failure: redirected(reply, host) };
	if (!body) return { failure: notWolkvox(reply, host) };

	const code = Number(body.code ?? (body.data == null ? NaN : statusCode));
	if (isSuccess(statusCode) && isSuccess(code)) return { answer: output(body, code, sentId) };
	return { failure: refused(reply, body, isSuccess(statusCode) ? code : statusCode) };
}

interface NetworkError extends Error {
	code?: string;
	syscall?: string;
	/** One for each address of a name, when Node has tried several (net.js, `internalConnectMultiple`). */
	errors?: NetworkError[];
}

function isOnConnecting({ syscall, message, errors }: NetworkError): boolean {
	return syscall === 'connect' || message.startsWith('connect ') || !!errors?.every(isOnConnecting);
}

/**
 * What the HTTP layer threw, out of what n8n wrapped it in: newer versions keep it as `cause`; older
 * ones, which lose it there, keep its code as `httpCode` and its text as the first of `messages`.
 */
function originalOf(
	error: Error & { code?: string; httpCode?: string | null; messages?: string[] },
) {
	const cause = error.cause as NetworkError | undefined;
	const message = cause?.message ?? error.messages?.[0] ?? error.message;
	return {
		code: String((cause ?? error).code ?? error.httpCode ?? ''),
		message,
		onConnecting: isOnConnecting(cause ?? new Error(message)),
	};
}

/**
 * Puts into words why no answer came.
 *
 * @param timeoutMs how long n8n waited for an answer, in milliseconds
 * @param proxyHost the host to which the connection goes in place of the server, where there is one
 */
export function readNetworkError(
	error: Error,
	host: string,
	timeoutMs: number,
	proxyHost?: string,
): Failure {
	const { code, message, onConnecting } = originalOf(error);
	const peer = proxyHost ? `proxy ${proxyHost}` : `server ${host}`;
	const checkPeer = proxyHost ? 'Check Proxy under Settings > Request Options.' : checkServer(host);

	if (['ENOTFOUND', 'EAI_AGAIN'].includes(code)) {
		return { message: `The ${peer} is not known`, description: checkPeer, again: {} };
	}
	if (code === 'ECONNREFUSED') {
		return {
			message: `The ${peer} refused the connection`,
			description: proxyHost
				? checkPeer
				: `${checkPeer} If it is right, Wolkvox may be under maintenance.`,
			again: {},
		};
	}
	if (onConnecting || ['EHOSTUNREACH', 'ENETUNREACH'].includes(code)) {
		return { message: `The ${peer} cannot be reached`, description: checkPeer };
	}
	// While the connection is being made, Node gives EPROTO in place of these.
	if (code.startsWith('ERR_SSL_')) {
		const reason = code.slice('ERR_SSL_'.length).replaceAll('_', ' ').toLowerCase();
		return unsure(
			`The secure connection to ${host} broke: ${reason}`,
			'A proxy or firewall in between may have caused it.',
		);
	}
	if (/CERT|TLS|SSL|SIGNED|SIGNATURE|EPROTO|ALTNAME/.test(code)) {
		// Behind a semicolon Node gives advice for whoever starts n8n.
		const [reason] = code === 'EPROTO' ? ['what answers there is not https'] : message.split(';');
		return {
			message: `No secure connection to ${host}: ${reason}`,
			description: `${checkServer(host)} Its certificate is not one that n8n can trust.`,
		};
	}
	if (code === 'ERR_CANCELED') {
		return {
			message: 'The execution was cancelled while this case was being updated',
			unsure: true,
		};
	}
	if (code === 'ETIMEDOUT' || code === 'ECONNABORTED') {
		return unsure(
			`Wolkvox did not answer within ${timeoutMs / 1000} seconds`,
			'A longer Timeout can be set under Settings > Request Options.',
		);
	}
	if (/^(Z_|HPE_|ERR_BAD_RESPONSE|\d)/.test(code)) {
		return unsure(`${host} sent an answer that cannot be read`);
	}
	if (code === '') return { message };
	return unsure(
		`The connection to ${host} broke before Wolkvox answered`,
		'Servers also break a connection when an attachment is too large for them.',
	);
}

function unsure(message: string, advice = ''): Failure {
	return { message, description: `${MAY_BE_TAKEN} ${advice}`.trim(), unsure: true };
}

/**
 * The error of a failed item, as n8n shows it.
 *
 * @param failure what to say; the caller has taken the token out of it
 */
export function apiError(node: INode, itemIndex: number, failure: Failure): NodeApiError {
	const { message, description, httpCode } = failure;
	const error = new NodeApiError(node, { message }, { message, description, httpCode, itemIndex });
	// n8n puts a text of its own over any message in which it finds the name of a network error.
	error.message = message;
	return error;
}

/**
 * Takes every trace of the token out of what a server or the HTTP layer said. It looks at texts one
 * by one: in the whole as JSON, a token of digits would match inside a number and break it.
 */
export function withoutToken<Value>(value: Value, token: string): Value;
export function withoutToken(value: unknown, token: string): unknown {
	if (typeof value === 'string') return value.replaceAll(token, '[token]');
	if (Array.isArray(value)) return value.map((each) => withoutToken(each, token));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, each]) => [
			withoutToken(name, token),
			withoutToken(each, token),
		]),
	);
}

function isSuccess(code: number): boolean {
	return code >= 200 && code < 300;
}

/** n8n parses JSON whatever its declared type; what it could not parse stays a text. */
function asObject(body: unknown): IDataObject | undefined {
	return typeof body === 'object' && body !== null && !Array.isArray(body)
		? (body as IDataObject)
		: undefined;
}

/** `error` goes: n8n's Retry On Fail takes its text "null" for a failure and sends the case again. */
function output(body: IDataObject, code: number, sentId: string): IDataObject {
	const data = typeof body.data === 'object' ? (body.data as IDataObject | null) : {};
	const answer: IDataObject = {
		...body,
		code,
		data: { ...data, wolkvox_id: data?.wolkvox_id || sentId },
	};
	delete answer.error;
	return answer;
}

function redirected({ statusCode, headers }: Reply, host: string): Failure {
	const location = String(headers.location ?? '');
	const target = URL.canParse(location) ? new URL(location).host : 'another address';
	return {
		message: `${host} does not serve the API: it points to ${target}`,
		description: checkServer(host),
		httpCode: String(statusCode),
	};
}

/** An answer that is not Wolkvox's JSON: of another server, of a proxy, or of PHP itself. */
function notWolkvox(reply: Reply, host: string): Failure {
	const { statusCode, body } = reply;
	if (!isSuccess(statusCode)) {
		return {
			message: `${host} answered with HTTP ${statusCode} and no explanation`,
			...consequences(statusCode, reply),
		};
	}
	return {
		message: `${host} sent ${kindOf(body)} where Wolkvox sends JSON`,
		description: `${checkServer(host)} ${MAY_BE_TAKEN}`,
		httpCode: String(statusCode),
		unsure: true,
	};
}

function kindOf(body: unknown): string {
	if (body == null || body === '') return 'an empty answer';
	if (typeof body !== 'string') return 'other data';
	return /^\s*</.test(body) ? 'a web page' : 'a text';
}

/** An answer in Wolkvox's own form that is not a success. */
function refused(reply: Reply, body: IDataObject, code: number): Failure {
	const said = [body.msg, body.error]
		.find(
			(text): text is string => typeof text === 'string' && text.trim() !== '' && text !== 'null',
		)
		?.slice(0, MESSAGE_LENGTH);
	if (!(code >= 400)) {
		return {
			...unsure(said ?? 'The answer does not say whether the case was updated'),
			httpCode: String(reply.statusCode),
		};
	}
	return {
		message: said ?? `Wolkvox did not update the case (code ${code})`,
		...consequences(code, reply),
	};
}

/** What follows from an error code, be it the HTTP status or the `code` of the answer. */
function consequences(code: number, { headers }: Reply): Omit<Failure, 'message'> {
	const retryAfter = headers['retry-after'];
	const notTaken = code === 429 || (code === 503 && retryAfter !== undefined);
	// A gateway speaks for itself: the server behind it may have done its work.
	const isGateway = code === 502 || code === 504 || code >= 520;
	const advice = isGateway ? MAY_BE_TAKEN : ADVICE[code];
	return {
		description: advice ?? (code >= 500 && !notTaken ? ADVICE[500] : undefined),
		httpCode: String(code),
		unsure: isGateway,
		...(notTaken && { again: { afterMs: milliseconds(retryAfter) } }),
	};
}

/** A `Retry-After` header, in seconds or as a date, in milliseconds; nothing when it is neither. */
function milliseconds(retryAfter: unknown): number | undefined {
	const seconds = Number(retryAfter ?? NaN);
	const wait = Number.isNaN(seconds) ? Date.parse(String(retryAfter)) - Date.now() : seconds * 1000;
	return Number.isNaN(wait) ? undefined : Math.max(wait, 0);
}

/** Wolkvox replaced some hosts on September 1, 2024 (notice on the page "cases update"). */
function checkServer(host: string): string {
	const [, number] = /^sv(\d+)\.crmvox\.com$/.exec(host) ?? [];
	const retired = number ? ` Wolkvox has replaced ${host} by crm${number}.wolkvox.com.` : '';
	return `Check Server in the credential.${retired}`;
}

const CHECK_VALUES =
	'Check the values: Status and Priority must exist for the case type, Responsible must be a user of the CRM, Solution is needed when the status closes the case, and names of custom fields must be written as in the CRM.';

/** What to do about the codes that Wolkvox lists, and the usual others. */
const ADVICE: Record<number, string> = {
	400: CHECK_VALUES,
	401: 'Check Token in the credential: it must be an internal token of the CRM, not an external one and not one of Wolkvox Manager.',
	403: 'Check Token in the credential: it must be an internal token of the CRM. If it is one, its daily quota may be used up.',
	404: 'Check Case, and Server in the credential.',
	405: 'Check Server in the credential.',
	412: CHECK_VALUES,
	413: 'An attachment is larger than the server takes.',
	416: CHECK_VALUES,
	417: CHECK_VALUES,
	429: 'Wolkvox receives too many requests: lower Max Concurrent Requests, or set Batching under Settings > Request Options.',
	500: 'Wolkvox is busy or out of order, and may have the update all the same: look at the case before you repeat it.',
};
