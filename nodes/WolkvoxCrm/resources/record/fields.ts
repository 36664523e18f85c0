import type { INodeProperties } from 'n8n-workflow';

import { fieldRows, fieldsAsJson } from '../shared/fieldParameters';

/** Wolkvox's own names for them. */
export const CONTACT_FIELDS =
	'Every contact has namecontact, emailcontact, telephonecontact and idcontact';

export const moduleField: INodeProperties = {
	displayName: 'Module',
	name: 'module',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: 'contacts', cachedResultName: 'Contacts' },
	description: 'The part of the CRM that holds the records',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: {
				searchListMethod: 'getModules',
				searchable: true,
				skipCredentialsCheckInRLC: true,
			},
		},
		{
			displayName: 'By Name',
			name: 'name',
			type: 'string',
			placeholder: 'e.g. Ventas',
			hint: 'For a module of your company, spelled exactly as in the CRM',
		},
	],
};

export const fieldsField = fieldRows(
	{
		displayName: 'Fields',
		name: 'fields',
		placeholder: 'Add Field',
		description:
			'The fields of the record. Wolkvox does not say whether fields that an update does not send keep their values, so try it on a test record.',
	},
	{ placeholder: 'e.g. namecontact', hint: CONTACT_FIELDS },
);

export const fieldsJsonField: INodeProperties = {
	...fieldsAsJson({
		displayName: 'Fields (JSON)',
		name: 'fieldsJson',
		placeholder: 'e.g. { "Address": { "type": "address", "value": "145a Street #12-60" } }',
		description:
			'Fields as one JSON object, for values that are not plain text, such as addresses, telephones and tables. It is sent as it is, empty values included. If a field is also in Fields, that value wins. Write numbers of more than 15 digits in quotes.',
	}),
	// The editor would mark empty text as invalid JSON.
	default: '{}',
};
