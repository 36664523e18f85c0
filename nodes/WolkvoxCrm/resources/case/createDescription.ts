import type { INodeProperties } from 'n8n-workflow';

import {
	attachmentsField,
	caseTypeField,
	contactField,
	customFieldsField,
	customFieldsJsonField,
	descriptionField,
	ownerField,
	priorityField,
	responsibleField,
	solutionField,
	statusField,
} from './fields';

const displayOptions = { show: { resource: ['case'], operation: ['create'] } };

const requiredFields = [
	caseTypeField,
	contactField,
	descriptionField,
	statusField,
	priorityField,
	responsibleField,
	ownerField,
];

export const caseCreateDescription: INodeProperties[] = [
	...requiredFields.map((field) => ({ ...field, required: true, displayOptions })),
	{
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions,
		options: [attachmentsField, customFieldsField, customFieldsJsonField, solutionField],
	},
];
