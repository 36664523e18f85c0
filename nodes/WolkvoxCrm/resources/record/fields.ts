import type { IDataObject, IExecutePaginationFunctions, INodeProperties } from 'n8n-workflow';

import type { CustomResource } from '../custom/resource';
import { fieldRows, fieldsAsJson, getJsonFields } from '../shared/jsonFields';
import { listOrName, staticList } from '../shared/lists';
import { getRequiredText } from '../shared/required';
import { quotedLabel, throwUserError } from '../shared/values';

/** Modules that integrations use; a company can have its own, and the API has no list of them. */
export const getModules = staticList([
	{ name: 'Contacts', value: 'contacts' },
	{ name: 'Leads', value: 'leads' },
	{ name: 'Opportunities', value: 'opportunities' },
]);

export const moduleField: INodeProperties = {
	displayName: 'Module',
	name: 'module',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: 'leads', cachedResultName: 'Leads' },
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
			'The fields of the record. Try an update on a test record first, to see that the other fields keep their values.',
	},
	{ placeholder: 'e.g. Name' },
);

export const fieldsJsonOption: INodeProperties = {
	...fieldsAsJson({
		displayName: 'Fields (JSON)',
		name: 'fieldsJson',
		placeholder: 'e.g. { "Address": { "type": "address", "value": "Street 12" } }',
		description:
			"Fields as a JSON object, for values that are not plain text. 'Fields' wins if a name is in both. Empty values are sent.",
	}),
	// The editor would mark empty text as invalid JSON.
	default: '{}',
	displayOptions: {
		show: { '/resource': ['record'], '/operation': ['create', 'update', 'upsert'] },
	},
};

export const fieldNameField: INodeProperties = {
	displayName: 'Field Name',
	name: 'fieldName',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. Name',
	displayOptions: { show: { filterBy: ['field'] } },
	description: 'The field to search, spelled exactly as in the CRM',
};

export const matchFieldField: INodeProperties = {
	displayName: 'Field to Match',
	name: 'matchField',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. Identification',
	description: 'The field that tells whether the record is there already. Add it below, too.',
};

const ID_FIELD = {
	name: 'recordId',
	displayName: 'Record',
	noun: 'record',
	description: 'The record to update or to delete',
};

/** The records of any module. */
export const recordResource: CustomResource = {
	noun: 'record',
	idField: ID_FIELD,
	valuesAdvice: "Check 'Module' and 'Fields': their names must be spelled as in the CRM.",
	rejectedSearchAdvice:
		"Check 'Module' and what you filter by: names must be spelled exactly as in the CRM.",
	getModule: (context) => getRequiredText(context, moduleField),
	getFields: getRecordFields,
	getSearchField: (context) => getRequiredText(context, fieldNameField),
	getMatchField(context) {
		const field = getRequiredText(context, matchFieldField);
		return { field, place: quotedLabel(matchFieldField), label: `"${field}"` };
	},
};

function getRecordFields(context: IExecutePaginationFunctions, options: IDataObject): IDataObject {
	const values = { ...options, fields: context.getNodeParameter(fieldsField.name, {}) };
	const fields = getJsonFields(context, values, fieldsField, fieldsJsonOption);
	if (fields === undefined || Object.keys(fields).length === 0) {
		throwUserError(
			"'Fields' is empty",
			'Add at least one field and give it a value. An expression may have found nothing for this item.',
		);
	}
	return fields as IDataObject;
}
