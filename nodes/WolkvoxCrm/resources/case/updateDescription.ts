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

const ONE_SAMPLE =
	'Wolkvox shows this field in a single example for an update, so it may have no effect.';

export const caseUpdateDescription: INodeProperties[] = [
	{
		displayName: 'Update Fields',
		name: 'updateFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: { show: { resource: ['case'], operation: ['update'] } },
		description:
			'What to change. A field that you do not add, or whose value is empty, is not sent. Wolkvox lists Case Type, Responsible, Status and Priority as required, but its examples leave some out: add them if it rejects the update.',
		options: [
			{
				...attachmentsField,
				description: `${attachmentsField.description} Wolkvox does not say whether a new attachment adds to earlier ones or replaces them, so try it on a test case.`,
			},
			caseTypeField,
			{ ...contactField, description: `${contactField.description}. ${ONE_SAMPLE}` },
			customFieldsField,
			customFieldsJsonField,
			{ ...descriptionField, description: `${descriptionField.description}. ${ONE_SAMPLE}` },
			{ ...ownerField, description: `${ownerField.description}. ${ONE_SAMPLE}` },
			priorityField,
			responsibleField,
			solutionField,
			statusField,
		],
	},
];
