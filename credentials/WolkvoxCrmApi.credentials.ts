import type {
	IAuthenticateRuleResponseSuccessBody,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import type { IncompleteRequest } from '../nodes/WolkvoxCrm/transport/credential';
import {
	assertAllowedTarget,
	COMPLETE,
	requiredCredential,
	withToken,
} from '../nodes/WolkvoxCrm/transport/credential';
import { toOrigin } from '../nodes/WolkvoxCrm/transport/server';
import { toVisibleText } from '../nodes/WolkvoxCrm/transport/visibleText';

/** What to do about the codes that matter to a credential. */
const CODE_ADVICE: Record<string, string> = {
	400: "A value is missing (400): check 'CRM Operation Name'",
	401: 'Wolkvox does not recognize this token (401): copy it again from the CRM',
	403: "Wolkvox rejected this token (403): use an internal token, and check 'CRM Operation Name' and the daily quota",
	404: "Wolkvox did not find this (404): check 'Server' and 'CRM Operation Name'",
	412: "Wolkvox rejected these values (412): check 'CRM Operation Name'",
	429: 'Wolkvox is receiving too many requests (429): try again later',
};

/** For an expression: a text of the credential, as the node reads it. */
function visible(name: string): string {
	return `(${toVisibleText.toString()})($credentials.${name})`;
}

function failWhen(
	key: string,
	value: unknown,
	message: string,
): IAuthenticateRuleResponseSuccessBody {
	return { type: 'responseSuccessBody', properties: { key, value, message } };
}

export class WolkvoxCrmApi implements ICredentialType {
	name = 'wolkvoxCrmApi';

	displayName = 'Wolkvox CRM API';

	icon = {
		light: 'file:../icons/wolkvox.svg',
		dark: 'file:../icons/wolkvox.dark.svg',
	} as const;

	documentationUrl = 'https://n8n-nodes-wolkvox.invalid/docs/credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'Server',
			name: 'server',
			type: 'options',
			options: [
				{ name: 'crm.wolkvox.com', value: 'crm.wolkvox.com' },
				{ name: 'crm0000.wolkvox.com', value: 'crm0000.wolkvox.com' },
				{ name: 'crm0001.wolkvox.com', value: 'crm0001.wolkvox.com' },
				{ name: 'Custom', value: 'custom', description: 'Enter another server below' },
			],
			default: 'crm.wolkvox.com',
			hint: 'The part between https:// and the next slash when you are logged in to the CRM',
			description: "The server of your CRM. If it is not in the list, choose 'Custom'.",
		},
		{
			displayName: 'Custom Server',
			name: 'customServer',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. crm0002.wolkvox.com',
			hint: 'If the connection test fails, check this server first',
			displayOptions: { show: { server: ['custom'] } },
			description:
				'The host of your CRM. You can paste a whole URL: only its host is used. Always HTTPS, except for localhost.',
		},
		{
			displayName: 'CRM Operation Name',
			name: 'operation',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. mycompany',
			hint: 'The part after the @ in a CRM user such as agent10@mycompany',
			description:
				"Your company's space in Wolkvox. It has nothing to do with the 'Operation' of the node.",
		},
		{
			displayName: 'Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			hint: 'In the CRM: Configuration > Wolkvox Integration > Tokens. Show it with the eye icon.',
			description:
				'A token of type internal. External tokens and Wolkvox Manager tokens do not work. Testing the credential uses one call of its quota.',
		},
		{
			displayName: 'Allowed HTTP Request Domains',
			name: 'allowedHttpRequestDomains',
			type: 'options',
			options: [
				{
					name: 'All',
					value: 'all',
					description:
						'Without a list. The token still goes only to wolkvox.com and to the server above.',
				},
				{
					name: 'Specific Domains',
					value: 'domains',
					description: 'Only the domains listed below',
				},
				{
					name: 'None',
					value: 'none',
					description: 'The HTTP Request node cannot use this credential',
				},
			],
			default: 'domains',
			description:
				'Where the HTTP Request node may send the token. The Wolkvox CRM node reaches the server above in any case.',
		},
		{
			displayName: 'Allowed Domains',
			name: 'allowedDomains',
			type: 'string',
			required: true,
			default: '*.wolkvox.com',
			placeholder: 'e.g. *.wolkvox.com, crm.example.com',
			displayOptions: { show: { allowedHttpRequestDomains: ['domains'] } },
			description: 'Comma-separated hosts. An asterisk stands for any name before the dot.',
		},
	];

	/**
	 * Adds the token to a request of any node that uses this credential, after making sure that only
	 * Wolkvox will read it. n8n calls it right before each request leaves (credentials-helper.js, `authenticate`).
	 *
	 * @throws UserError if the target, the token or the operation name is invalid
	 */
	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IncompleteRequest,
	): Promise<IHttpRequestOptions> => {
		const complete = requestOptions[COMPLETE];
		// A request of the node is checked, and gets the token, in `completeRequest`.
		if (complete) return await complete(credentials, requestOptions);

		assertAllowedTarget(credentials, requestOptions);
		return withToken(requestOptions, requiredCredential(credentials, 'token'));
	};

	/**
	 * Asks for the token's quota (page "token information" of the API). Status codes are left to the
	 * rules, because n8n sends a request again that ends in 401, and each call counts. n8n compares
	 * strictly, and Wolkvox sends its codes as numbers and as text.
	 */
	test: ICredentialTestRequest = {
		request: {
			baseURL: `={{ (${toOrigin.toString()})({ server: $credentials.server, customServer: ${visible('customServer')} }) }}`,
			url: '/server/API/v2/token/tokenInformation.php',
			qs: { operation: `={{ ${visible('operation')} }}` },
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		},
		rules: [
			...Object.entries(CODE_ADVICE).flatMap(([code, message]) => [
				failWhen('code', Number(code), message),
				failWhen('code', code, message),
			]),
			failWhen(
				'data.token_limit',
				undefined,
				"Unexpected response: check 'Server', 'CRM Operation Name' and 'Token'",
			),
		],
	};
}
