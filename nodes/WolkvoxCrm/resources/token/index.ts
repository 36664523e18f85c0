import type { INodeProperties } from 'n8n-workflow';

import { routed } from '../../execution/routing';
import { ENDPOINTS } from '../shared/endpoints';
import { getQuotaOperation } from './getQuota';

/** What can be asked about the token of the credential. */
export const tokenDescription: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['token'] } },
		options: [
			{
				name: 'Get Quota',
				value: 'getQuota',
				action: 'Get token quota',
				description:
					'See how many calls the token has left today. This costs one call per item: turn on Execute Once under Settings.',
				routing: {
					request: { method: 'GET', url: ENDPOINTS.tokenInformation },
					...routed(getQuotaOperation),
				},
			},
		],
		default: 'getQuota',
	},
];
