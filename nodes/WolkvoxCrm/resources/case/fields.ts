import type { INodeProperties } from 'n8n-workflow';

const ONE_SAMPLE =
	'Wolkvox shows this field in a single example for this endpoint, so it may have no effect';

export const attachmentsField: INodeProperties = {
	displayName: 'Attachments',
	name: 'attachments',
	type: 'string',
	default: '',
	placeholder: 'e.g. data, report',
	hint: "The name shown on the input's Binary tab, e.g. data. Separate several names with commas.",
	description:
		'Comma-separated names of binary fields. An expression can also return a list of names, or the binary data itself. Wolkvox does not say whether a new attachment adds to earlier ones or replaces them, so try it on a test case.',
};

export const caseTypeField: INodeProperties = {
	displayName: 'Case Type',
	name: 'caseType',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: 'The type of case. Status and Priority must exist for this type.',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: {
				searchListMethod: 'getCaseTypes',
				searchable: true,
				skipCredentialsCheckInRLC: true,
			},
		},
		{
			displayName: 'By Name',
			name: 'name',
			type: 'string',
			placeholder: 'e.g. Incidents',
			hint: 'For a custom case type, spelled exactly as in the CRM',
		},
	],
};

export const contactField: INodeProperties = {
	displayName: 'Contact',
	name: 'contact',
	type: 'string',
	default: '',
	placeholder: 'e.g. ana@example.com',
	description: `The contact of the case, who must exist in the CRM. ${ONE_SAMPLE}.`,
};

export const customFieldsField: INodeProperties = {
	displayName: 'Custom Fields',
	name: 'customFields',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	placeholder: 'Add Custom Field',
	default: {},
	description:
		'Fields that your company added to cases. Wolkvox does not say whether custom fields that are not sent keep their values, so try it on a test case.',
	options: [
		{
			displayName: 'Field',
			name: 'field',
			values: [
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					placeholder: 'e.g. Contract number',
					description:
						'The name of the field, exactly as in the CRM: capitalization, accents and trailing spaces matter',
				},
				{
					displayName: 'Value',
					name: 'value',
					type: 'string',
					default: '',
					placeholder: 'e.g. 1234',
					description: 'The new value. An empty value is not sent.',
				},
			],
		},
	],
};

export const customFieldsJsonField: INodeProperties = {
	displayName: 'Custom Fields (JSON)',
	name: 'customFieldsJson',
	type: 'json',
	default: '',
	placeholder: 'e.g. { "Contract number": 1234, "Paid": true }',
	hint: 'Names and values in braces, e.g. { "Contract number": 1234, "Paid": true }',
	description:
		'Custom fields as one JSON object, for numbers, booleans and nested values. It is sent as it is, empty values included. If a field is also in Custom Fields, that value wins. Write numbers of more than 15 digits in quotes.',
};

export const descriptionField: INodeProperties = {
	displayName: 'Description',
	name: 'description',
	type: 'string',
	typeOptions: { rows: 4 },
	default: '',
	description: `The text of the case. ${ONE_SAMPLE}.`,
};

export const ownerField: INodeProperties = {
	displayName: 'Owner',
	name: 'owner',
	type: 'string',
	default: '',
	placeholder: 'e.g. agent10@mycompany',
	description: `The user who owns the case, as in the Wolkvox Email column of the CRM's user list. ${ONE_SAMPLE}.`,
};

export const priorityField: INodeProperties = {
	displayName: 'Priority',
	name: 'priority',
	type: 'string',
	default: '',
	placeholder: 'e.g. low',
	description: 'The priority, spelled as in the CRM. It must exist for the case type.',
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
	description:
		'The status, spelled as in the CRM. It must exist for the case type. A status that closes the case requires Solution too.',
};

export const attachmentPartNameOption: INodeProperties = {
	displayName: 'Attachment Part Name',
	name: 'attachmentField',
	type: 'options',
	default: 'files',
	description:
		'Name of the form-data part that carries the file. Change it only if an update succeeds and the file is missing in the case. Wolkvox contradicts itself here: its examples use files, its parameter table says file.',
	options: [
		{ name: 'File', value: 'file', description: "As in Wolkvox's parameter table" },
		{ name: 'Files', value: 'files', description: "As in Wolkvox's examples" },
	],
};

export const multipleFilesOption: INodeProperties = {
	displayName: 'Multiple Files',
	name: 'multipleFiles',
	type: 'options',
	default: 'onePerRequest',
	description:
		'How to send multiple attachments. Wolkvox documents one file per request. Each request repeats the other fields, so the history of the case may show them once per file.',
	options: [
		{
			name: 'One per Request',
			value: 'onePerRequest',
			description: 'The whole update with the first file, then again with each further file',
		},
		{
			name: 'Together',
			value: 'together',
			description:
				'All files in one request, named files[] or file[]. Wolkvox does not document this.',
		},
	],
};
