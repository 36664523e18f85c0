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
import {
	fieldNameField,
	fieldsField,
	matchFieldField,
	moduleField,
	recordResource,
} from './fields';

const showFor = (...operation: string[]) => ({ show: { resource: ['record'], operation } });

/** What can be done with the records of any module, and the endpoint of the API for each. */
export const recordDescription: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['record'] } },
		options: [
			{
				name: 'Create',
				value: 'create',
				action: 'Create record',
				description: 'Create a record of a module',
				routing: {
					request: { method: 'POST', url: ENDPOINTS.insert },
					...routed(createOperation(recordResource)),
				},
			},
			{
				name: 'Create or Update',
				value: 'upsert',
				action: 'Create or update record',
				description: 'Create a new record, or update the current one if it already exists (upsert)',
				routing: {
					request: { method: 'POST', url: ENDPOINTS.insert },
					...routed(upsertOperation(recordResource)),
				},
			},
			{
				name: 'Delete',
				value: 'delete',
				action: 'Delete record',
				description: 'Delete a record by its Wolkvox ID',
				routing: {
					request: { method: 'POST', url: ENDPOINTS.delete },
					...routed(deleteOperation(recordResource)),
				},
			},
			{
				name: 'Get Many',
				value: 'getMany',
				action: 'Get many records',
				description:
					'Find records of a module by a field or by date. Returns nothing if none matches.',
				routing: { request: { method: 'POST' }, ...routed(getManyOperation(recordResource)) },
			},
			{
				name: 'Update',
				value: 'update',
				action: 'Update record',
				description: 'Change fields of a record',
				routing: {
					request: { method: 'POST', url: ENDPOINTS.update },
					...routed(updateOperation(recordResource)),
				},
			},
		],
		default: 'create',
	},
	{ ...moduleField, displayOptions: { show: { resource: ['record'] } } },
	...updateDisplayOptions(showFor('delete', 'update'), [recordIdField(recordResource.idField)]),
	...updateDisplayOptions(showFor('upsert'), [matchFieldField]),
	...updateDisplayOptions(showFor('create', 'update', 'upsert'), [fieldsField]),
];

export const recordSearchDescription = updateDisplayOptions(showFor('getMany'), [fieldNameField]);
