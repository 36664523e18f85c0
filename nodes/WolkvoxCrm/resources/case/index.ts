import type { INodeProperties } from 'n8n-workflow';

import { routed } from '../../execution/routing';
import { ENDPOINTS } from '../shared/endpoints';
import { caseIdField } from './caseId';
import { closeDescription, closeOperation } from './close';
import { createDescription, createOperation } from './create';
import { additionalFieldsField } from './fields';
import { getOperation } from './get';
import { getManyOperation, searchByField } from './getMany';
import { updateDescription, updateOperation } from './update';

/** What can be done with a case, and the endpoint of the API for each. */
export const caseDescription: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['case'] } },
		options: [
			{
				name: 'Close',
				value: 'close',
				action: 'Close case',
				description: 'Set the status that closes a case, with its solution, and attach files',
				routing: {
					request: { method: 'POST', url: ENDPOINTS.updateCase },
					...routed(closeOperation),
				},
			},
			{
				name: 'Create',
				value: 'create',
				action: 'Create case',
				description: 'Create a case for a contact who exists in the CRM',
				routing: {
					request: { method: 'POST', url: ENDPOINTS.insertCase },
					...routed(createOperation),
				},
			},
			{
				name: 'Get',
				value: 'get',
				action: 'Get case',
				description: 'Get one case by its Wolkvox ID or its number',
				routing: {
					request: { method: 'POST', url: ENDPOINTS.queryCases },
					...routed(getOperation),
				},
			},
			{
				name: 'Get Many',
				value: 'getMany',
				action: 'Get many cases',
				description:
					'Find cases by their number, their contact, their status or another field. Returns nothing if none matches.',
				routing: {
					request: { method: 'POST', url: ENDPOINTS.queryCases },
					...routed(getManyOperation),
				},
			},
			{
				name: 'Update',
				value: 'update',
				action: 'Update case',
				description: 'Change fields of a case and attach files. Only the fields you add are sent.',
				routing: {
					request: { method: 'POST', url: ENDPOINTS.updateCase },
					...routed(updateOperation),
				},
			},
		],
		default: 'update',
	},
	{
		...caseIdField,
		displayOptions: { show: { resource: ['case'], operation: ['close', 'get', 'update'] } },
	},
	...createDescription,
	...closeDescription,
	additionalFieldsField,
	searchByField,
	...updateDescription,
];
