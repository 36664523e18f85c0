import { adviceForCode, adviceForStatus, checkServer } from './advice';
import { quote, toPlainText } from './content';
import type { Outcome, SentRequest } from './failure';
import { isSuccess, RequestFailure } from './failure';
import { describeWait, getRetryAfter, MAX_WAIT } from './retryAfter';
import type { Evidence } from './verdict';
import { FORM_TOO_LARGE, getDoubt } from './verdict';

/** What is known of a response that is not a success. */
interface FailedResponse extends SentRequest, Evidence {
	headers: Record<string, unknown>;
	/** The response as text, without the token. */
	text: string;
	outcome: Outcome;
	recordId?: string;
	isSentWhole: boolean;
}

/** Puts a response that is not a success into words: Wolkvox's own, if they are. */
export function toResponseFailure(response: FailedResponse): RequestFailure {
	const { statusCode, code, outcome } = response;
	if (isRedirect(statusCode) && !(code >= 400)) return toRedirectFailure(response);
	if (!Number.isNaN(code)) return toOwnFailure(response, code);
	if (statusCode === 407 && outcome === 'refused') return toProxyLoginFailure(response);
	if (FORM_TOO_LARGE.test(response.text)) return toTooLargeFailure(response);
	return toForeignFailure(response);
}

function toOwnFailure(response: FailedResponse, code: number): RequestFailure {
	const failedCode = code >= 400 ? code : response.statusCode;
	const advice = adviceForCode(failedCode, response);
	return toStatusFailure(response, failedCode, getMessage(response, failedCode), advice);
}

/** Beside a code of success, the message of a success would mislead. */
function getMessage(response: FailedResponse, failedCode: number): string {
	const { statusCode, code, operation, outcome } = response;
	const said = quoteMessages(response);
	if (isSuccess(code) && !isSuccess(statusCode)) {
		return `The response contradicts itself: HTTP ${statusCode}, but code ${code}`;
	}
	if (code >= 400) {
		const isRejected = outcome === 'refused' || operation.effect === 'reads';
		const unsaid = isRejected
			? `Wolkvox rejected the request (code ${failedCode})`
			: `Wolkvox responded with code ${failedCode}`;
		return said.at(-1) ?? unsaid;
	}
	const doubt = operation.effect === 'reads' ? undefined : getDoubt(response);
	if (doubt) return doubt;
	const question =
		operation.effect === 'reads'
			? 'The response does not say what was found'
			: 'The response does not say whether Wolkvox accepted the request';
	return [question, ...said].join(': ');
}

/** A response of a firewall, a proxy or a login page, or of PHP before Wolkvox's program ran. */
function toForeignFailure(response: FailedResponse): RequestFailure {
	const { statusCode, origin, proxyHost } = response;
	const { host } = origin;
	const sender = proxyHost ? `The proxy ${proxyHost} or ${host}` : host;
	const said = quoteMessages(response).at(-1);
	return toStatusFailure(
		response,
		statusCode,
		`${sender} sent ${describeContent(response)} instead of a response from Wolkvox (HTTP ${statusCode})${said ? `: ${said}` : ''}`,
		`${adviceForStatus(statusCode, host)}${quoteBeginning(response)}`,
	);
}

function toTooLargeFailure(response: FailedResponse): RequestFailure {
	const { statusCode, origin } = response;
	const message = `The attachments are larger than ${origin.host} accepts`;
	const advice = `Send smaller or fewer files.${quoteBeginning(response)}`;
	return toStatusFailure(response, statusCode, message, advice);
}

/** What `error` and `msg` say. */
function quoteMessages({ body, token }: FailedResponse): string[] {
	return [body?.error, body?.msg]
		.map((value) => quote(value, token))
		.filter((text) => text !== undefined);
}

function quoteBeginning({ text, token }: FailedResponse): string {
	const plain = toPlainText(text, token);
	return plain === '' ? '' : ` Its response begins: ${plain}`;
}

function isRedirect(statusCode: number): boolean {
	return statusCode >= 300 && statusCode < 400;
}

function toRedirectFailure({
	statusCode,
	headers,
	origin,
	outcome,
	token,
}: FailedResponse): RequestFailure {
	const location = String(headers.location ?? '');
	// Reading a URL can decode what hid the token.
	const host = URL.canParse(location) ? quote(new URL(location).host, token) : undefined;
	return new RequestFailure(
		outcome,
		`${origin.host} redirected to ${host ?? 'another address'} instead of serving the API`,
		{
			advice: checkServer(origin.host),
			httpCode: String(statusCode),
		},
	);
}

/** Only a proxy sends this, before it lets anything through. */
function toProxyLoginFailure({ proxyHost }: FailedResponse): RequestFailure {
	const proxy = proxyHost ? `The proxy ${proxyHost}` : 'A proxy on the way';
	return new RequestFailure('notSent', `${proxy} requires a user name and password`, {
		advice:
			"Add them to 'Proxy' under Settings > Request Options, e.g. http://user:password@host:port.",
		httpCode: '407',
	});
}

/**
 * Only 429, and 503 with a `Retry-After`, say that a request was turned away for the time being. After
 * any other server error, a read can still be repeated.
 */
function toStatusFailure(
	{ headers, outcome }: FailedResponse,
	code: number,
	message: string,
	advice?: string,
): RequestFailure {
	const httpCode = String(code);
	const retryAfter = getRetryAfter(headers);
	if (code !== 429 && !(code === 503 && retryAfter)) {
		const repeatable = code >= 500 ? 'reads' : undefined;
		return new RequestFailure(outcome, message, { advice, httpCode, repeatable });
	}
	const { waitMs = 0 } = retryAfter ?? {};
	const isShort = waitMs <= MAX_WAIT;
	const wait = `Wolkvox asks you to wait ${describeWait(waitMs)}`;
	return new RequestFailure(outcome, isShort ? message : `${message.replace(/\.$/, '')}. ${wait}`, {
		advice,
		httpCode,
		repeatable: isShort ? 'all' : undefined,
		retryAfterMs: retryAfter?.waitMs,
	});
}

function describeContent({ text, body }: FailedResponse): string {
	if (body) return 'other JSON';
	if (text.trim() === '') return 'an empty body';
	return /^\s*</.test(text) ? 'a web page' : 'unexpected content';
}
