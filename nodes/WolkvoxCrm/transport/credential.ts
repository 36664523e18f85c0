import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { serverOrigin } from './server';
import { toVisibleText } from './visibleText';

/** The key under which a request of this node carries the function that completes it. */
export const COMPLETE = Symbol('complete');

/** Gives a request what only the credential of its item knows: its address and the CRM operation. */
export type Complete = (
	credentials: ICredentialDataDecryptedObject,
	options: IHttpRequestOptions,
) => Promise<IHttpRequestOptions>;

/** A request that has no address until the credential of its item completes it. */
export interface IncompleteRequest extends IHttpRequestOptions {
	[COMPLETE]?: Complete;
}

const LABELS = { operation: 'CRM Operation Name', token: 'Token' };

/**
 * A required text of the credential, without what comes along when it is pasted.
 *
 * @throws UserError if it is empty, or cannot be sent in an HTTP header
 */
export function requiredCredential(
	credentials: ICredentialDataDecryptedObject,
	name: keyof typeof LABELS,
): string {
	const text = toVisibleText(credentials[name]);

	if (text === '') {
		throw new UserError(`'${LABELS[name]}' in the Wolkvox CRM credential is empty`);
	}
	if (name === 'token' && /[^\x21-\x7e]/.test(text)) {
		throw new UserError(
			"'Token' in the Wolkvox CRM credential has characters not allowed in a token, such as a space or an accent",
			{ description: 'Copy the token again from the CRM and paste it on its own' },
		);
	}
	return text;
}

/** The HTTP Request node goes through n8n's older helper, which has its own names for this. */
const WITHOUT_REDIRECTS = {
	disableFollowRedirect: true,
	followRedirect: false,
	followAllRedirects: false,
};

/** A request with the token. Redirects are off because the header would follow them to another host. */
export function withToken<Request extends IHttpRequestOptions>(request: Request, token: string) {
	return {
		...request,
		...WITHOUT_REDIRECTS,
		headers: { ...request.headers, 'Wolkvox-Token': token },
	};
}

/** A request as n8n's helpers accept it; the HTTP Request node has older names for two options. */
type AnyRequestOptions = IHttpRequestOptions & {
	uri?: string;
	rejectUnauthorized?: boolean;
	agentOptions?: { rejectUnauthorized?: boolean };
};

/**
 * Makes sure that a request shows the token to no one but Wolkvox and the credential's own server.
 * n8n's "Allowed HTTP Request Domains" does this for most nodes; here it holds in each of its modes
 * and in every version of n8n.
 *
 * @throws UserError if the request has no target or goes to another host, if the connection is not
 * encrypted, or if a proxy could decrypt it
 */
export function assertAllowedTarget(
	credentials: ICredentialDataDecryptedObject,
	options: AnyRequestOptions,
): void {
	const own = new URL(serverOrigin(credentials));
	const target = getTarget(options);
	const isWolkvox = target.protocol === 'https:' && target.hostname.endsWith('.wolkvox.com');

	if (target.origin !== own.origin && !isWolkvox) {
		throw new UserError(
			`The Wolkvox token may only be sent to ${own.host} and, over HTTPS, to *.wolkvox.com, not to ${target.host}`,
		);
	}

	assertProxyIsUsed(options.proxy);
	const ignoresCertificate =
		Boolean(options.skipSslCertificateValidation) ||
		[options, options.agentOptions].some((from) => from?.rejectUnauthorized === false);
	if (options.proxy && (ignoresCertificate || target.protocol === 'http:')) {
		throw new UserError(
			"'Proxy' cannot be combined with 'Ignore SSL Issues' or with a server without HTTPS, because the proxy could read the Wolkvox token",
			{ description: 'Remove one of the two under Settings > Request Options' },
		);
	}
}

/** n8n goes round any other proxy, without a word (node-agents.js, `isSupportedProxyUrl`). */
function assertProxyIsUsed(proxy?: IHttpRequestOptions['proxy'] | string): void {
	if (!proxy) return;
	const scheme = typeof proxy === 'string' ? proxy.split(':')[0] : (proxy.protocol ?? 'http');
	if (!/^https?:?$/.test(scheme)) {
		throw new UserError(`'Proxy' begins with ${scheme}://, but n8n uses only HTTP proxies`, {
			description:
				"Enter a proxy that begins with http:// or https://, or remove 'Proxy' under Settings > Request Options",
		});
	}
}

/** An operation that the description does not have is sent nowhere, as it brings no path. */
function getTarget({ url, uri, baseURL }: AnyRequestOptions): URL {
	const path = url ?? uri ?? '';
	if (path === '' && !baseURL) {
		throw new UserError('The Wolkvox CRM node does not know this operation', {
			description:
				'The workflow may come from a newer version: update the package under Settings > Community nodes',
		});
	}
	return new URL(path, baseURL);
}
