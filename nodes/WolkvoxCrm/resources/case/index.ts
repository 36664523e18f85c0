import type { INodeProperties } from 'n8n-workflow';

import { handledBy } from '../../execution/routing';
import { updateHandler } from './update';
import { caseUpdateDescription } from './updateDescription';

/** What can be done with a case, and the page of the API for each. */
export const caseDescription: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['case'] } },
		options: [
			{
				name: 'Update',
				value: 'update',
				action: 'Update case',
				description: 'Change fields of a case and attach files. Only the fields you add are sent.',
				routing: {
					request: { method: 'POST', url: '/server/API/v2/cases/update.php' },
					...handledBy(updateHandler),
				},
			},
		],
		default: 'update',
	},
	...caseUpdateDescription,
];
