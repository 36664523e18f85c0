import type { INodeProperties } from 'n8n-workflow';

import { customFieldsField, customFieldsJsonField } from '../shared/customFields';
import { listOrName, staticList } from '../shared/lists';
import { attachmentsField } from './attachments';

/** The case types that every CRM has (page "cases update"); the API has no list of custom ones. */
export const getCaseTypes = staticList(
	['Claims', 'Complaints', 'Request', 'Suggestions'].map((name) => ({ name, value: name })),
);

export const caseTypeField: INodeProperties = {
	displayName: 'Case Type',
	name: 'caseType',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: "The type of case. 'Status' and 'Priority' must exist for this type.",
	...listOrName('getCaseTypes', {
		placeholder: 'e.g. Incidents',
		hint: 'For a case type of your company, exactly as in the CRM',
	}),
};

export const contactField: INodeProperties = {
	displayName: 'Contact',
	name: 'contact',
	type: 'string',
	default: '',
	placeholder: 'e.g. ana@example.com',
	hint: "The contact's email address, as in the CRM. New contact? Add 'Create or update contact' before this node.",
	description: 'The contact of the case, who must exist in the CRM',
};

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
	description: 'The CRM user who owns the case: user@operation, not an email address',
};

export const priorityField: INodeProperties = {
	displayName: 'Priority',
	name: 'priority',
	type: 'string',
	default: '',
	placeholder: 'e.g. low',
	hint: 'As in the CRM, for this case type',
	description: 'The priority of the case',
};

export const responsibleField: INodeProperties = {
	displayName: 'Responsible',
	name: 'responsible',
	type: 'string',
	default: '',
	placeholder: 'e.g. agent10@mycompany',
	hint: "As in the Wolkvox Email column of the CRM's user list",
	description: 'The CRM user who handles the case: user@operation, not an email address',
};

export const solutionField: INodeProperties = {
	displayName: 'Solution',
	name: 'solution',
	type: 'string',
	typeOptions: { rows: 4 },
	default: '',
	placeholder: 'e.g. Case solved.',
	hint: 'Needed when the status closes the case',
	description: 'How the case was solved',
};

export const statusField: INodeProperties = {
	displayName: 'Status',
	name: 'status',
	type: 'string',
	default: '',
	placeholder: 'e.g. open or closed',
	hint: "As in the CRM, for this case type. If it closes the case, add 'Solution'.",
	description: 'The status of the case',
};

const onlyFor = (operation: string, field: INodeProperties): INodeProperties => ({
	...field,
	displayOptions: { show: { '/operation': [operation] } },
});

/** What Create and Close have besides the fields on top. */
export const additionalFieldsField: INodeProperties = {
	displayName: 'Additional Fields',
	name: 'additionalFields',
	type: 'collection',
	placeholder: 'Add Field',
	default: {},
	displayOptions: { show: { resource: ['case'], operation: ['close', 'create'] } },
	options: [
		attachmentsField,
		onlyFor('close', caseTypeField),
		customFieldsField,
		customFieldsJsonField,
		onlyFor('close', priorityField),
		onlyFor('close', responsibleField),
		onlyFor('create', solutionField),
	],
};
