import type { IDataObject } from 'n8n-workflow';

import type { OperationKind } from '../operation';
import { adviceForCode, adviceForForeignStatus, checkServer } from './advice';
import { quote, toPlainText } from './content';
import type { Outcome, Peer } from './failure';
import { isSuccess, RequestFailure } from './failure';
import { describeWait, MAX_WAIT, retryAfterMs } from './retryAfter';

/** What is known of a response that is not a success. */
interface FailedResponse extends Peer {
	statusCode: number;
	headers: Record<string, unknown>;
	/** Wolkvox's verdict; NaN if there is none. */
	code: number;
	outcome: Outcome;
	operation: OperationKind;
}

/** A response in Wolkvox's own form that is not a success, in Wolkvox's words. */
export function failedResponse(response: FailedResponse, body: IDataObject): RequestFailure {
	const { statusCode, code, outcome, operation } = response;
	if (isRedirect(statusCode) && !(code >= 400)) return redirect(response);

	const failedCode = code >= 400 ? code : statusCode;
	return statusFailure(
		response,
		failedCode,
		getMessage(response, body) ??
			(outcome === 'refused'
				? `Wolkvox rejected the request (code ${failedCode})`
				: 'The response does not say whether Wolkvox accepted the request'),
		adviceForCode(failedCode, operation),
	);
}

/** Under a failing status, the message of a success would mislead. */
function getMessage({ statusCode, code }: FailedResponse, body: IDataObject) {
	if (isSuccess(code) && !isSuccess(statusCode)) {
		return `The response contradicts itself: HTTP ${statusCode}, but code ${code}`;
	}
	const said = [body.error, body.msg].map(quote).filter((text) => text !== undefined);
	// With a code of success, `msg` can be that of a success, too.
	return isSuccess(code) ? said.join(': ') || undefined : said.at(-1);
}

/** A response of a firewall, a proxy or a login page, or of PHP before Wolkvox's program ran. */
export function unexpectedSender(response: FailedResponse, text: string): RequestFailure {
	const { statusCode, host, proxyHost } = response;
	if (isRedirect(statusCode)) return redirect(response);
	if (statusCode === 407) return proxyLogin(response);

	const sender = proxyHost ? `The proxy ${proxyHost} or ${host}` : host;
	const plain = toPlainText(text);
	const said = plain === '' ? '' : ` Its response begins: ${plain}`;
	if (/POST Content-Length of \d+ bytes exceeds/.test(plain)) {
		const message = `The attachments are larger than ${host} accepts`;
		return statusFailure(response, statusCode, message, `Send smaller or fewer files.${said}`);
	}
	return statusFailure(
		response,
		statusCode,
		`${sender} sent ${describeContent(text)} instead of a response from Wolkvox (HTTP ${statusCode})`,
		`${adviceForForeignStatus(statusCode, host)}${said}`,
	);
}

function isRedirect(statusCode: number): boolean {
	return statusCode >= 300 && statusCode < 400;
}

function redirect({ statusCode, headers, host, outcome }: FailedResponse): RequestFailure {
	const location = String(headers.location ?? '');
	const target = URL.canParse(location) ? new URL(location).host : 'another address';
	return new RequestFailure(outcome, `${host} redirected to ${target} instead of serving the API`, {
		advice: checkServer(host),
		httpCode: String(statusCode),
	});
}

/** Only a proxy sends this, before it lets anything through. */
function proxyLogin({ proxyHost }: FailedResponse): RequestFailure {
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
function statusFailure(
	{ headers, outcome }: FailedResponse,
	code: number,
	message: string,
	advice?: string,
): RequestFailure {
	const httpCode = String(code);
	const wait = retryAfterMs(headers);
	if (code !== 429 && !(code === 503 && wait !== undefined)) {
		const repeatable = code >= 500 ? 'reads' : undefined;
		return new RequestFailure(outcome, message, { advice, httpCode, repeatable });
	}
	const isShort = wait === undefined || wait <= MAX_WAIT;
	return new RequestFailure(
		outcome,
		isShort
			? message
			: `${message.replace(/\.$/, '')}. Wolkvox asks you to wait ${describeWait(wait)}`,
		{ advice, httpCode, repeatable: isShort ? 'all' : undefined, retryAfterMs: wait },
	);
}

function describeContent(text: string): string {
	if (text.trim() === '') return 'an empty body';
	return /^\s*</.test(text) ? 'a web page' : 'unexpected content';
}
