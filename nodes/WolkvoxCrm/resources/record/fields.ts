import type { IDataObject, IExecutePaginationFunctions, INodeProperties } from 'n8n-workflow';

import { fieldRows, fieldsAsJson, getJsonFields } from '../shared/jsonFields';
import { listOrName, staticList } from '../shared/lists';
import { getRequiredText } from '../shared/required';
import { throwUserError } from '../shared/values';

/** Modules that integrations use; a company can have its own, and the API has no list of them. */
export const getModules = staticList([
	{ name: 'Contacts', value: 'contacts' },
	{ name: 'Leads', value: 'leads' },
	{ name: 'Opportunities', value: 'opportunities' },
]);

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
	...listOrName('getModules', {
		placeholder: 'e.g. Ventas',
		hint: 'For a module of your company, spelled exactly as in the CRM',
	}),
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

export function getModule(context: IExecutePaginationFunctions): string {
	return getRequiredText(context, moduleField);
}

/**
 * The fields to send.
 *
 * @throws UserError if there are none, or if a value is invalid
 */
export function getRecordFields(context: IExecutePaginationFunctions): IDataObject {
	const names = [fieldsField.name, fieldsJsonField.name];
	const values = Object.fromEntries(
		names.map((name) => [name, context.getNodeParameter(name, '')]),
	);
	const fields = getJsonFields(values, fieldsField, fieldsJsonField);
	if (fields === undefined || Object.keys(fields).length === 0) {
		throwUserError(
			"'Fields' is empty",
			'Add at least one field and give it a value. An expression may have found nothing for this item.',
		);
	}
	return fields as IDataObject;
}
