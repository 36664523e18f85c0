import type {
	IAuthenticateRuleResponseSuccessBody,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import {
	credentialText,
	refuseUnsafeTarget,
	SERVER_URL,
} from '../nodes/WolkvoxCrm/transport/server';

/** What a person can do about the codes that Wolkvox lists; any other code gets a plain sentence. */
const CODE_ADVICE: Record<number, string> = {
	400: 'A value is missing (400): check CRM Operation Name',
	401: 'Wolkvox does not know this token (401): copy it again from the CRM',
	403: 'Wolkvox does not let this token in (403): use an internal token, and see whether its daily quota is used up',
	404: 'Wolkvox does not find this (404): check Server and CRM Operation Name',
	412: 'Wolkvox does not accept these values (412): check CRM Operation Name',
	429: 'Wolkvox is receiving too many calls (429): try again in a while',
};

function refuse(
	key: string,
	value: unknown,
	message: string,
): IAuthenticateRuleResponseSuccessBody {
	return { type: 'responseSuccessBody', properties: { key, value, message } };
}

/** n8n compares strictly, and Wolkvox sends its codes as numbers and as texts. */
function refuseCode(code: number): IAuthenticateRuleResponseSuccessBody[] {
	const message = CODE_ADVICE[code] ?? `Wolkvox answered with the error code ${code}`;
	return [refuse('code', code, message), refuse('code', String(code), message)];
}

const errorCodes = Array.from({ length: 200 }, (_, index) => 400 + index);

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
				{ name: 'Custom', value: 'custom', description: 'Another server, to be entered below' },
			],
			default: 'crm.wolkvox.com',
			description:
				'Log in to the CRM and read the address bar: the server is the part between https:// and the next slash. If yours is not listed, choose Custom.',
		},
		{
			displayName: 'Custom Server',
			name: 'customServer',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. crm0002.wolkvox.com',
			displayOptions: { show: { server: ['custom'] } },
			description:
				'The name of your CRM server as the browser shows it. You can paste a whole address: only the name of the server is used, always over https. n8n versions before 2.41 reach a server outside wolkvox.com only if it is also listed under Allowed Domains.',
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
				"The name of your CRM operation, which is your company's space in Wolkvox. It has nothing to do with the Operation field of the node.",
		},
		{
			displayName: 'Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			hint: 'An internal token: in the CRM, Configuration > Wolkvox Integration > Tokens',
			description:
				'Add a token of the type internal there, and show it with the eye icon. External tokens and tokens of Wolkvox Manager do not work here. Testing this credential costs one call of its daily quota.',
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
						'No list of domains. The token still goes to wolkvox.com and to the server above only.',
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
				'Where the HTTP Request node may send the token, for parts of the Wolkvox API that have no node yet',
		},
		{
			displayName: 'Allowed Domains',
			name: 'allowedDomains',
			type: 'string',
			default: '*.wolkvox.com',
			placeholder: 'e.g. *.wolkvox.com, crm.example.com',
			displayOptions: { show: { allowedHttpRequestDomains: ['domains'] } },
			description:
				'Comma-separated names of servers. An asterisk stands for any name before the dot.',
		},
	];

	/**
	 * Adds the token to a request of any node that uses this credential, after making sure that only
	 * Wolkvox will read it. Redirects are off because the header would follow them to another host.
	 * n8n calls it for each request (credentials-helper.js, `authenticate`).
	 *
	 * @throws UserError when the target, the token or the operation name will not do
	 */
	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		refuseUnsafeTarget(credentials, requestOptions);
		credentialText(credentials, 'operation');

		// The HTTP Request node goes through n8n's older helper, which has its own names for this.
		const noRedirects = {
			disableFollowRedirect: true,
			followRedirect: false,
			followAllRedirects: false,
		};
		return {
			...requestOptions,
			...noRedirects,
			headers: { ...requestOptions.headers, 'Wolkvox-Token': credentialText(credentials, 'token') },
		};
	};

	/**
	 * Asks for the token's quota (the token information page of the API). Status codes are left to
	 * the rules because n8n repeats a request that ends in 401, and each call counts.
	 */
	test: ICredentialTestRequest = {
		request: {
			baseURL: SERVER_URL,
			url: '/server/API/v2/token/tokenInformation.php',
			qs: { operation: '={{ String($credentials.operation ?? "").trim() }}' },
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		},
		rules: [
			...errorCodes.flatMap(refuseCode),
			refuse(
				'data.token_limit',
				undefined,
				'The server did not answer as Wolkvox CRM does: check Server and CRM Operation Name',
			),
		],
	};
}
