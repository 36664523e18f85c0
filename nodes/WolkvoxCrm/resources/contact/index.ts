import type { INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';

import { routed } from '../../execution/routing';
import { createOperation } from '../custom/create';
import { deleteOperation } from '../custom/delete';
import { getManyOperation } from '../custom/getMany';
import { updateOperation } from '../custom/update';
import { upsertOperation } from '../custom/upsert';
import { ENDPOINTS } from '../shared/endpoints';
import { recordIdField } from '../shared/recordId';
import { contactFieldField, contactFieldsField, contactResource, matchByField } from './fields';

const showFor = (...operation: string[]) => ({ show: { resource: ['contact'], operation } });

/** What can be done with contacts, and the endpoint of the API for each. */
export const contactDescription: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['contact'] } },
		options: [
			{
				name: 'Create',
				value: 'create',
				action: 'Create contact',
				description: 'Create a contact, even if there is one with the same values',
				routing: {
					request: { method: 'POST', url: ENDPOINTS.insert },
					...routed(createOperation(contactResource)),
				},
			},
			{
				name: 'Create or Update',
				value: 'upsert',
				action: 'Create or update contact',
				description: 'Create a new record, or update the current one if it already exists (upsert)',
				routing: {
					request: { method: 'POST', url: ENDPOINTS.insert },
					...routed(upsertOperation(contactResource)),
				},
			},
			{
				name: 'Delete',
				value: 'delete',
				action: 'Delete contact',
				description: 'Delete a contact by its Wolkvox ID',
				routing: {
					request: { method: 'POST', url: ENDPOINTS.delete },
					...routed(deleteOperation(contactResource)),
				},
			},
			{
				name: 'Get Many',
				value: 'getMany',
				action: 'Get many contacts',
				description:
					'Find contacts by email, phone or another field, or by date. Returns nothing if none matches.',
				routing: { request: { method: 'POST' }, ...routed(getManyOperation(contactResource)) },
			},
			{
				name: 'Update',
				value: 'update',
				action: 'Update contact',
				description: 'Change fields of a contact',
				routing: {
					request: { method: 'POST', url: ENDPOINTS.update },
					...routed(updateOperation(contactResource)),
				},
			},
		],
		default: 'upsert',
	},
	...updateDisplayOptions(showFor('delete', 'update'), [recordIdField(contactResource.idField)]),
	...updateDisplayOptions(showFor('upsert'), [matchByField]),
	...updateDisplayOptions(showFor('create', 'update', 'upsert'), [contactFieldsField]),
];

export const contactSearchDescription = updateDisplayOptions(showFor('getMany'), [
	contactFieldField,
]);
