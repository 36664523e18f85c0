import type { INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';

import { routed } from '../../execution/routing';
import { createOperation } from './create';
import { fieldsField, fieldsJsonField, moduleField } from './fields';
import { getManyDescription, getManyOperation } from './getMany';
import { recordField, updateOperation } from './update';

const showOnlyForRecords = { show: { resource: ['record'] } };

/** What can be done with contacts and the records of other modules, and the endpoint of the API for each. */
export const recordDescription: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: showOnlyForRecords,
		options: [
			{
				name: 'Create',
				value: 'create',
				action: 'Create record',
				description: 'Create a contact, or a record of another module',
				routing: {
					request: { method: 'POST', url: '/server/API/v2/custom/insert.php' },
					...routed(createOperation),
				},
			},
			{
				name: 'Get Many',
				value: 'getMany',
				action: 'Get many records',
				description:
					'Find contacts or records of another module, by a field or by date. Returns nothing if none matches.',
				routing: { request: { method: 'POST' }, ...routed(getManyOperation) },
			},
			{
				name: 'Update',
				value: 'update',
				action: 'Update record',
				description: 'Change fields of a contact, or of a record of another module',
				routing: {
					request: { method: 'POST', url: '/server/API/v2/custom/update.php' },
					...routed(updateOperation),
				},
			},
		],
		default: 'create',
	},
	{ ...moduleField, displayOptions: showOnlyForRecords },
	{ ...recordField, displayOptions: { show: { resource: ['record'], operation: ['update'] } } },
	...getManyDescription,
	...updateDisplayOptions({ show: { resource: ['record'], operation: ['create', 'update'] } }, [
		fieldsField,
		fieldsJsonField,
	]),
];
