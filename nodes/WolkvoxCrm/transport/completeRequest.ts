import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestOptions,
} from 'n8n-workflow';

import { assertAllowedTarget, requiredCredential, withToken } from './credential';
import { serverOrigin } from './server';

/** Identifies the tenant: server and CRM operation. */
export function getTenant(credentials: ICredentialDataDecryptedObject): string {
	return `${serverOrigin(credentials)} ${requiredCredential(credentials, 'operation')}`;
}

/**
 * Gives a request its address, the CRM operation and the token, all of one reading of the credential.
 * n8n narrows requests to the hosts listed for the HTTP Request node; the credential's own server need
 * not be listed.
 *
 * @throws UserError if the credential is incomplete, or if the request would show the token to others
 */
export function completeRequest(
	options: IHttpRequestOptions,
	credentials: ICredentialDataDecryptedObject,
) {
	const baseURL = serverOrigin(credentials);
	const token = requiredCredential(credentials, 'token');
	const { headers, ...request } = withCrmOperation(options, credentials);
	const completed = {
		...request,
		baseURL,
		allowedDomains: new URL(baseURL).hostname,
		headers: { ...headers, Accept: 'application/json' },
	};
	assertAllowedTarget(credentials, completed);
	return { request: withToken(completed, token), tenant: getTenant(credentials), token };
}

/**
 * A form has a place for the CRM operation, a request without a body carries it in its URL. JSON goes
 * as text: from an object, axios drops fields with names such as "constructor".
 */
function withCrmOperation(
	{ body, ...options }: IHttpRequestOptions,
	credentials: ICredentialDataDecryptedObject,
): IHttpRequestOptions {
	const operation = requiredCredential(credentials, 'operation');
	if (body === undefined) return { ...options, qs: { ...options.qs, operation } };
	if (body instanceof FormData) {
		body.set('operation', operation);
		return { ...options, body };
	}
	return {
		...options,
		headers: { ...options.headers, 'Content-Type': 'application/json' },
		body: JSON.stringify({ operation, ...(body as IDataObject) }),
	};
}
