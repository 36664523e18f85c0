import { checkServer } from './advice';
import type { Peer } from './failure';
import { RequestFailure } from './failure';

interface SentRequest extends Peer {
	timeoutMs: number;
	hasFiles: boolean;
}

interface NetworkError extends Error {
	code?: string;
	syscall?: string;
	/** One per address of a host with several (net.js, `internalConnectMultiple`). */
	errors?: NetworkError[];
}

/** What n8n makes of a network error: newer versions keep it as `cause`, older ones only its code and text. */
type WrappedError = NetworkError & { httpCode?: string | null; messages?: string[] };

/**
 * Explains why no response arrived. "Not sent" is a closed list: the connection was not made, so
 * nothing can have left. Everything else is unknown.
 */
export function describeNetworkError(error: WrappedError, request: SentRequest): RequestFailure {
	const original = getOriginal(error);
	return wasConnected(original)
		? lostConnection(original, request)
		: missingConnection(original, request);
}

function getOriginal(error: WrappedError): NetworkError {
	if (error.cause instanceof Error) return error.cause;
	const message = error.messages?.[0] ?? error.message;
	return Object.assign(new Error(message), { code: error.code ?? error.httpCode ?? '' });
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

/**
 * The TLS handshake comes before any byte of the request. Node reports a fault in it as EPROTO, as a
 * verdict on the certificate, or with this message (_tls_wrap.js); later faults are `ERR_SSL_…`.
 */
function isTlsHandshake({ code = '', message }: NetworkError): boolean {
	return (
		/^(?!ERR_SSL_).*(CERT|SIGNED|SIGNATURE|EPROTO|ERR_TLS)/.test(code) ||
		message.includes('before secure TLS connection was established')
	);
}

function missingConnection(error: NetworkError, { host, proxyHost }: Peer): RequestFailure {
	const code = error.code ?? '';
	const peer = proxyHost ? `proxy ${proxyHost}` : `server ${host}`;
	const advice = proxyHost ? "Check 'Proxy' under Settings > Request Options." : checkServer(host);
	const repeatable = proxyHost ? undefined : 'all';

	if (isTlsHandshake(error)) {
		return new RequestFailure(
			'notSent',
			`No secure connection to ${host}: ${getTlsReason(error)}`,
			{
				advice: `${checkServer(host)} n8n does not trust its certificate, or something on the way breaks the encryption.`,
			},
		);
	}
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
		return new RequestFailure('notSent', `The ${peer} was not found`, { advice, repeatable });
	}
	if (code === 'ECONNREFUSED') {
		return new RequestFailure('notSent', `The ${peer} refused the connection`, {
			advice: proxyHost ? advice : `${advice} If it is right, Wolkvox may be under maintenance.`,
			repeatable,
		});
	}
	return new RequestFailure('notSent', `The ${peer} cannot be reached`, { advice, repeatable });
}

/** OpenSSL's reason stands between colons; after a semicolon, Node adds advice for whoever starts n8n. */
function getTlsReason({ message }: NetworkError): string {
	const [, reason] = /SSL routines:[^:]*:([^:]+)/.exec(message) ?? [];
	if (reason === 'wrong version number') return 'the server does not speak HTTPS';
	return reason ?? message.split(';')[0];
}

const TOO_LARGE = 'Servers also break a connection when an attachment is too large for them.';

function lostConnection(
	error: NetworkError,
	{ host, timeoutMs, hasFiles }: SentRequest,
): RequestFailure {
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
			{ advice: hasFiles ? TOO_LARGE : undefined, repeatable: 'reads' },
		);
	}
	return new RequestFailure('unknown', `${host} sent a response that cannot be read`, {
		repeatable: 'reads',
	});
}
