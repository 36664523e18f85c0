import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { quote } from './content';
import { toVisibleText } from './visibleText';

const HOST = /^(?:[\p{L}\p{N}_.-]+|\[[\da-f:]+\])(?::\d+)?$/u;

/**
 * The origin that a credential points to, unchecked: `https://host[:port]`, or plain `http` on this
 * machine (`localhost`, `127.0.0.1`, `[::1]`), where trials and tests run.
 *
 * The credential test can only use expressions, so its expression is made from the source of this
 * function: it must not use anything from outside.
 *
 * @param credentials `server`, and `customServer` if that is `custom`: a host or any URL on it
 */
export function toOrigin({ server, customServer }: ICredentialDataDecryptedObject): string {
	const address = String((server === 'custom' ? customServer : server) ?? '').toLowerCase();
	const [, scheme, host = ''] = /^(?:(\w+):\/\/)?([^/?#]*)/.exec(address.trim()) ?? [];
	const name = host.trim();
	const isLoopback = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(name);
	return (scheme !== 'https' && isLoopback ? 'http://' : 'https://') + name;
}

/**
 * The origin that a credential points to.
 *
 * @throws UserError if the credential holds no valid server name
 */
export function serverOrigin(credentials: ICredentialDataDecryptedObject): string {
	const { server, customServer, token } = credentials;
	const origin = toOrigin({ server, customServer: toVisibleText(customServer) });
	const host = origin.replace(/^https?:\/\//, '');

	if (!HOST.test(host) || !URL.canParse(origin)) {
		const label = server === 'custom' ? 'Custom Server' : 'Server';
		// Who pastes the token there must not find it in the message.
		const quoted = quote(host, toVisibleText(token));
		throw new UserError(
			host === ''
				? `'${label}' in the Wolkvox CRM credential is empty`
				: `'${label}' in the Wolkvox CRM credential is not a server name: "${quoted ?? '…'}"`,
			{
				description: 'Enter the host of your CRM as the browser shows it, e.g. crm0001.wolkvox.com',
			},
		);
	}
	return origin;
}
