import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

const ADDRESS = /^\s*(?:(\w+):\/\/)?([^/?#]*?)\s*(?:[/?#].*)?$/s;
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;
const HOST = /^(?:[\p{L}\p{N}_.-]+|\[[\da-f:]+\])(?::\d+)?$/u;

/**
 * The server's URL as an n8n expression over `$credentials`, for `baseURL` in the node and in the
 * credential test. It gives what {@link serverUrl} gives. n8n lets the node reach the credential's
 * own server whatever "Allowed HTTP Request Domains" says only when `baseURL` itself resolves to it
 * (routing-node.js, `baseUrlIsNodeOwned`).
 */
export const SERVER_URL = `={{ String(($credentials.server === 'custom' ? $credentials.customServer : $credentials.server) ?? '').toLowerCase().replace(${ADDRESS}, (url, scheme, host) => (scheme !== 'https' && ${LOOPBACK}.test(host) ? 'http://' : 'https://') + host) }}`;

/**
 * The origin that a credential points to: `https://host[:port]`, and plain `http` for this machine
 * alone (`localhost`, `127.0.0.1`, `[::1]`), where trials and tests run.
 *
 * @param credentials `server`, and `customServer` when that says `custom`: a host or any URL on it
 * @throws UserError when there is no usable host in it
 */
export function serverUrl({ server, customServer }: ICredentialDataDecryptedObject): string {
	const address = String((server === 'custom' ? customServer : server) ?? '').toLowerCase();
	const scheme = address.replace(ADDRESS, '$1');
	const host = address.replace(ADDRESS, '$2');
	const url = `${scheme !== 'https' && LOOPBACK.test(host) ? 'http' : 'https'}://${host}`;

	if (!HOST.test(host) || !URL.canParse(url)) {
		const label = server === 'custom' ? 'Custom Server' : 'Server';
		throw new UserError(
			host === ''
				? `${label} of the Wolkvox CRM credential is empty`
				: `${label} of the Wolkvox CRM credential is not a server name: "${host}"`,
			{
				description: 'Enter the host of your CRM as the browser shows it, e.g. crm0001.wolkvox.com',
			},
		);
	}
	return url;
}

/**
 * A required text of the credential, without the blanks that come along when it is pasted.
 *
 * @throws UserError when it is empty, or cannot be sent in an HTTP header
 */
export function credentialText(
	credentials: ICredentialDataDecryptedObject,
	name: 'operation' | 'token',
): string {
	const label = name === 'token' ? 'Token' : 'CRM Operation Name';
	const text = String(credentials[name] ?? '').trim();

	if (text === '') throw new UserError(`${label} of the Wolkvox CRM credential is empty`);
	if (name === 'token' && /[^\x21-\x7e]/.test(text)) {
		throw new UserError(
			`${label} of the Wolkvox CRM credential has characters that no token has, such as a blank or an accent`,
			{ description: 'Copy the token again from the CRM and paste it on its own' },
		);
	}
	return text;
}

/**
 * Refuses a request that would show the token to anybody but Wolkvox or the credential's own
 * server. n8n's "Allowed HTTP Request Domains" does this for most nodes; here it holds in each of
 * its modes and in every n8n version.
 *
 * @param options a request as n8n's helpers take it; the HTTP Request node says `uri` and
 * `rejectUnauthorized` where others say `url` and `skipSslCertificateValidation`
 * @throws UserError when the target is another host, when the way there is not encrypted, or when a
 * proxy could open the encryption
 */
export function refuseUnsafeTarget(
	credentials: ICredentialDataDecryptedObject,
	options: IHttpRequestOptions & { uri?: string; rejectUnauthorized?: boolean },
): void {
	const own = new URL(serverUrl(credentials));
	const target = new URL(options.url ?? options.uri ?? '', options.baseURL);
	const isWolkvox = target.protocol === 'https:' && target.hostname.endsWith('.wolkvox.com');

	if (target.origin !== own.origin && !isWolkvox) {
		throw new UserError(
			`The Wolkvox token may go to ${own.host} and to *.wolkvox.com over https only, not to ${target.host}`,
		);
	}

	const certificateIgnored =
		Boolean(options.skipSslCertificateValidation) || options.rejectUnauthorized === false;
	if (options.proxy && (certificateIgnored || target.protocol === 'http:')) {
		throw new UserError(
			'Proxy cannot be used together with Ignore SSL Issues, or with a server without https: the proxy could read the Wolkvox token',
			{ description: 'Remove one of the two under Settings > Request Options' },
		);
	}
}
