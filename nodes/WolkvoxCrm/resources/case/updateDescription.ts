import type { INodeProperties } from 'n8n-workflow';

import { maxConcurrentOption, maxRetriesOption } from '../../execution/runOptions';
import { caseIdField } from './caseId';
import {
	attachmentPartNameOption,
	attachmentsField,
	caseTypeField,
	contactField,
	customFieldsField,
	customFieldsJsonField,
	descriptionField,
	multipleFilesOption,
	ownerField,
	priorityField,
	responsibleField,
	solutionField,
	statusField,
} from './fields';

const showOnlyForCaseUpdate = { show: { resource: ['case'], operation: ['update'] } };

export const caseUpdateDescription: INodeProperties[] = [
	{ ...caseIdField, displayOptions: showOnlyForCaseUpdate },
	{
		displayName: 'Update Fields',
		name: 'updateFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: showOnlyForCaseUpdate,
		description:
			'What to change. A field that you do not add, or whose value is empty, is not sent. Wolkvox lists Case Type, Responsible, Status and Priority as required for an update, although its own examples leave some of them out: add them if Wolkvox rejects the update.',
		options: [
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
		],
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions: showOnlyForCaseUpdate,
		options: [attachmentPartNameOption, maxConcurrentOption, maxRetriesOption, multipleFilesOption],
	},
];
