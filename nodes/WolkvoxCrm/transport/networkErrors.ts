import { BaseError } from 'n8n-workflow';

import { checkServer } from './advice';
import { isJsonObject, quote } from './content';
import type { SentRequest } from './failure';
import { RequestFailure } from './failure';

interface NetworkError extends Error {
	code?: string;
	syscall?: string;
	/** One per address of a host with several (net.js, `internalConnectMultiple`). */
	errors?: NetworkError[];
	description?: string | null;
}

interface ResponseHead {
	status: number;
	headers?: Record<string, unknown>;
}

/** What n8n makes of a network error: newer versions keep it as `cause`, older ones only its code and text. */
type WrappedError = NetworkError & { httpCode?: string | null; messages?: string[] };

/**
 * Explains why no response arrived. "Not sent" is a closed list: n8n refused to send the request, or the
 * connection was not made, so nothing can have left. Everything else is unknown.
 */
export function toNetworkFailure(error: WrappedError, sent: SentRequest): RequestFailure {
	const causes = getCauses(error);
	const refusal = causes.find((cause) => cause instanceof BaseError);
	if (refusal) return toBlockedByN8n(refusal);

	const original = causes.at(-1) ?? withoutCause(error);
	return wasConnected(original)
		? describeLostConnection(original, sent)
		: toMissingConnectionFailure(original, sent);
}

/** The head of a response that arrived, if its body did not: axios keeps it (http.js, `aborted`). */
export function getArrivedHead(error: WrappedError): ResponseHead | undefined {
	const head = getCauses(error)
		.map((cause) => (cause as { response?: ResponseHead }).response)
		.find((response) => response?.status);
	return head ?? getStatusAlone(error);
}

/** Older versions of n8n keep only the status, in the place of a network error's code. */
function getStatusAlone({ httpCode }: WrappedError): ResponseHead | undefined {
	return /^\d{3}$/.test(httpCode ?? '') ? { status: Number(httpCode) } : undefined;
}

/**
 * The errors behind n8n's own: axios's, and what Node or n8n's network layer threw. Where the node runs
 * in a context of its own, Node's errors are no instances of its `Error`.
 */
function getCauses({ cause }: Error): NetworkError[] {
	if (!isJsonObject(cause)) return [];
	const error = cause as unknown as NetworkError;
	return [error, ...getCauses(error)];
}

function withoutCause(error: WrappedError): NetworkError {
	const message = error.messages?.[0] ?? error.message;
	return Object.assign(new Error(message), { code: error.code ?? error.httpCode ?? '' });
}

/** What n8n itself does not let out, such as a private address under its SSRF protection, in its own words. */
function toBlockedByN8n({ message, description }: NetworkError): RequestFailure {
	return new RequestFailure('notSent', message, { advice: description ?? undefined });
}

/** The message of https-proxy-agent, which n8n uses. */
const CLOSED_BY_PROXY = 'Proxy connection ended before receiving CONNECT response';

/** Node begins the message of a system error with the system call, which older n8n versions drop. */
function wasConnected(error: NetworkError): boolean {
	const { syscall, message, errors } = error;
	if (errors?.length) return errors.some(wasConnected);
	const isConnecting = /^(connect|getaddrinfo)$/.test(syscall ?? message.split(' ')[0]);
	return !isConnecting && !isTlsHandshake(error) && !message.includes(CLOSED_BY_PROXY);
}

/** Node's verdicts on a certificate or a key (Node's documentation of TLS, "X509 certificate error codes"). */
const CERTIFICATE_CODES = new Set([
	'CERT_CHAIN_TOO_LONG',
	'CERT_HAS_EXPIRED',
	'CERT_NOT_YET_VALID',
	'CERT_REJECTED',
	'CERT_REVOKED',
	'CERT_SIGNATURE_FAILURE',
	'CERT_UNTRUSTED',
	'CRL_HAS_EXPIRED',
	'CRL_NOT_YET_VALID',
	'CRL_SIGNATURE_FAILURE',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'ERR_TLS_CERT_ALTNAME_INVALID',
	'ERR_TLS_DH_PARAM_SIZE',
	'ERROR_IN_CERT_NOT_AFTER_FIELD',
	'ERROR_IN_CERT_NOT_BEFORE_FIELD',
	'ERROR_IN_CRL_LAST_UPDATE_FIELD',
	'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
	'HOSTNAME_MISMATCH',
	'INVALID_CA',
	'INVALID_PURPOSE',
	'OUT_OF_MEM',
	'PATH_LENGTH_EXCEEDED',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
	'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
	'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
	'UNABLE_TO_GET_CRL',
	'UNABLE_TO_GET_ISSUER_CERT',
	'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	// All others that OpenSSL knows, such as a key that is too short.
	'UNSPECIFIED',
]);

/**
 * The TLS handshake comes before any byte of the request. Node reports a fault in it as a verdict on the
 * certificate, as EPROTO, or with this message (_tls_wrap.js); later faults are `ERR_SSL_…`.
 */
function isTlsHandshake({ code = '', message }: NetworkError): boolean {
	return (
		CERTIFICATE_CODES.has(code) ||
		code === 'EPROTO' ||
		message.includes('before secure TLS connection was established')
	);
}

function toMissingConnectionFailure(error: NetworkError, sent: SentRequest): RequestFailure {
	const { origin, proxyHost } = sent;
	if (isTlsHandshake(error)) {
		const to = proxyHost ? `${origin.host} or to the proxy ${proxyHost}` : origin.host;
		return new RequestFailure(
			'notSent',
			`No secure connection to ${to}: ${getTlsReason(error, sent)}`,
			{
				advice: `${proxyHost ? `${CHECK_PROXY} ` : ''}${checkServer(origin.host)} n8n does not trust the certificate, or something on the way breaks the encryption.`,
			},
		);
	}
	const { name, advice, isServer } = describeTarget(error, sent);
	const repeatable = isServer ? 'all' : undefined;
	switch (error.code) {
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return new RequestFailure('notSent', `${name} was not found`, { advice, repeatable });
		case 'ECONNREFUSED':
			return new RequestFailure('notSent', `${name} refused the connection`, {
				advice: isServer ? `${advice} If it is right, Wolkvox may be under maintenance.` : advice,
				repeatable,
			});
		default:
			return new RequestFailure('notSent', `${name} cannot be reached`, { advice, repeatable });
	}
}

const CHECK_PROXY = "Check 'Proxy' under Settings > Request Options.";

/** Who could not be reached: the node's proxy, a proxy that n8n's environment names, or the server. */
function describeTarget(error: NetworkError, { origin, proxyHost }: SentRequest) {
	const asked = getAsked(error);
	// Beside a proxy, only n8n's SSRF protection looks the server up.
	if (proxyHost && asked !== origin.hostname) {
		return { name: `The proxy ${proxyHost}`, advice: CHECK_PROXY, isServer: false };
	}
	const other = asked && !isServerAddress(asked, origin) ? asked : undefined;
	if (other || error.message.includes(CLOSED_BY_PROXY)) {
		return {
			name: `The proxy${other ? ` ${other}` : ''} in n8n's environment`,
			advice: 'Ask the person who runs n8n to check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY.',
			isServer: false,
		};
	}
	return {
		name: `The server ${origin.host}`,
		advice: checkServer(origin.host),
		isServer: true,
	};
}

/** What Node looked up or connected to, by its message: "getaddrinfo ENOTFOUND host", "connect ECONNREFUSED address:port". */
function getAsked({ errors, message }: NetworkError): string | undefined {
	const first = errors?.[0]?.message ?? message;
	return /^(?:getaddrinfo|connect) \w+ (\S+)/.exec(first)?.[1];
}

function isServerAddress(asked: string, { hostname, port, protocol }: URL): boolean {
	const name = hostname.replace(/^\[|\]$/g, '');
	const [, address, askedPort] = /^(.*):(\d+)$/.exec(asked) ?? [];
	if (askedPort === undefined) return asked === name;
	const ownPort = port || (protocol === 'http:' ? '80' : '443');
	return askedPort === ownPort && (!isIpAddress(name) || address === name);
}

function isIpAddress(name: string): boolean {
	return /^[\d.]+$/.test(name) || name.includes(':');
}

/**
 * OpenSSL's reason stands between colons; after a semicolon, Node adds advice for whoever starts n8n.
 * Names in a certificate can be anything.
 */
function getTlsReason({ message }: NetworkError, { token }: SentRequest): string {
	const [, reason] = /SSL routines:[^:]*:([^:]+)/.exec(message) ?? [];
	if (reason === 'wrong version number') return 'the server does not speak HTTPS';
	return quote(reason ?? message.split(';')[0], token) ?? 'the certificate is not valid';
}

const TOO_LARGE = 'Servers also break a connection when an attachment is too large for them.';

function describeLostConnection(
	error: NetworkError,
	{ origin, timeoutMs, fileBytes }: SentRequest,
): RequestFailure {
	const { host } = origin;
	const code = error.code ?? '';
	if (code === 'ERR_CANCELED') {
		return new RequestFailure('unknown', 'The execution was canceled during the request');
	}
	if (code === 'ETIMEDOUT' || code === 'ECONNABORTED') {
		return new RequestFailure(
			'unknown',
			`Wolkvox did not respond within ${timeoutMs / 1000} seconds`,
			{
				advice: "You can set a longer 'Timeout' under Settings > Request Options.",
				repeatable: 'reads',
			},
		);
	}
	if (code.startsWith('ERR_SSL_')) {
		const reason = code.slice('ERR_SSL_'.length).replaceAll('_', ' ').toLowerCase();
		return new RequestFailure('unknown', `The secure connection to ${host} broke: ${reason}`, {
			advice: 'A proxy or firewall on the way may have caused it.',
			repeatable: 'reads',
		});
	}
	if (/^(?!ERR_)E[A-Z]|^UND_ERR_SOCKET/.test(code)) {
		return new RequestFailure(
			'unknown',
			`The connection to ${host} broke before Wolkvox responded`,
			{ advice: fileBytes > 0 ? TOO_LARGE : undefined, repeatable: 'reads' },
		);
	}
	return new RequestFailure('unknown', `${host} sent a response that cannot be read`, {
		repeatable: 'reads',
	});
}
