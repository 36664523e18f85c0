import type { INodeProperties } from 'n8n-workflow';

import { fieldRows, fieldsAsJson } from '../shared/jsonFields';
import { listOrName, staticList } from '../shared/lists';

/** The case types that every CRM has (page "cases update"); the API has no list of custom ones. */
export const getCaseTypes = staticList(
	['Claims', 'Complaints', 'Request', 'Suggestions'].map((name) => ({ name, value: name })),
);

export const caseTypeField: INodeProperties = {
	displayName: 'Case Type',
	name: 'caseType',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: 'The type of case. Status and Priority must exist for this type.',
	...listOrName('getCaseTypes', {
		placeholder: 'e.g. Incidents',
		hint: 'For a custom case type, spelled exactly as in the CRM',
	}),
};

export const contactField: INodeProperties = {
	displayName: 'Contact',
	name: 'contact',
	type: 'string',
	default: '',
	placeholder: 'e.g. ana@example.com',
	hint: "Must exist in the CRM. Wolkvox's example is an email address.",
	description: 'The contact of the case',
};

export const customFieldsField = fieldRows(
	{
		displayName: 'Custom Fields',
		name: 'customFields',
		placeholder: 'Add Custom Field',
		description:
			'Fields that your company added to cases. Wolkvox does not say whether custom fields that are not sent keep their values, so try it on a test case.',
	},
	{ placeholder: 'e.g. Contract number' },
);

export const customFieldsJsonField = fieldsAsJson({
	displayName: 'Custom Fields (JSON)',
	name: 'customFieldsJson',
	placeholder: 'e.g. { "Contract number": 1234, "Paid": true }',
	description:
		'Custom fields as one JSON object, for numbers, booleans and nested values. It is sent as it is, empty values included. If a field is also in Custom Fields, that value wins. Write numbers of more than 15 digits in quotes.',
});

export const descriptionField: INodeProperties = {
	displayName: 'Description',
	name: 'description',
	type: 'string',
	typeOptions: { rows: 4 },
	default: '',
	placeholder: 'e.g. Invoice 4471 was charged twice.',
	description: 'The text of the case',
};

export const ownerField: INodeProperties = {
	displayName: 'Owner',
	name: 'owner',
	type: 'string',
	default: '',
	placeholder: 'e.g. agent10@mycompany',
	hint: "As in the Wolkvox Email column of the CRM's user list",
	description: 'The user who owns the case: user@operation, not an email address',
};

export const priorityField: INodeProperties = {
	displayName: 'Priority',
	name: 'priority',
	type: 'string',
	default: '',
	placeholder: 'e.g. low',
	hint: 'Spelled as in the CRM. It must exist for the case type.',
	description: 'The priority of the case',
};

export const responsibleField: INodeProperties = {
	displayName: 'Responsible',
	name: 'responsible',
	type: 'string',
	default: '',
	placeholder: 'e.g. agent10@mycompany',
	hint: "As in the Wolkvox Email column of the CRM's user list",
	description: 'The user who handles the case: user@operation, not an email address',
};

export const solutionField: INodeProperties = {
	displayName: 'Solution',
	name: 'solution',
	type: 'string',
	typeOptions: { rows: 4 },
	default: '',
	placeholder: 'e.g. Case solved.',
	hint: 'Required when the status closes the case',
	description: 'How the case was solved',
};

export const statusField: INodeProperties = {
	displayName: 'Status',
	name: 'status',
	type: 'string',
	default: '',
	placeholder: 'e.g. open',
	hint: 'Spelled as in the CRM. It must exist for the case type.',
	description: 'The status of the case. A status that closes the case requires Solution too.',
};
