import type { IDataObject, IExecutePaginationFunctions, INodeProperties } from 'n8n-workflow';

import { customFieldsField, customFieldsJsonField } from '../shared/customFields';
import type { CustomResource } from '../custom/resource';
import { getExpression, toGiven } from '../shared/given';
import { getJsonFields } from '../shared/jsonFields';
import { listOrName, staticList } from '../shared/lists';
import { getRequiredText } from '../shared/required';
import {
	getChoice,
	isEmpty,
	isPlainObject,
	quotedLabel,
	throwUserError,
	toJsonValue,
	toName,
} from '../shared/values';

const emailField: INodeProperties = {
	displayName: 'Email',
	name: 'email',
	type: 'string',
	default: '',
	placeholder: 'e.g. ana@example.com',
	description: 'The email address of the contact',
};

const identificationField: INodeProperties = {
	displayName: 'Identification',
	name: 'identification',
	type: 'string',
	default: '',
	placeholder: 'e.g. 1032456789',
	description: 'The number of the identity document of the contact',
};

const nameField: INodeProperties = {
	displayName: 'Name',
	name: 'name',
	type: 'string',
	default: '',
	placeholder: 'e.g. Ana Ruiz',
	description: 'The name of the contact',
};

const phoneField: INodeProperties = {
	displayName: 'Phone',
	name: 'phone',
	type: 'string',
	default: '',
	placeholder: 'e.g. +57 300 123 4567',
	description:
		'The phone number of the contact, as text or as an object with value, country and code',
};

/** The keys under which Wolkvox stores them. */
const KEYS: Array<[key: string, field: INodeProperties]> = [
	['namecontact', nameField],
	['emailcontact', emailField],
	['telephonecontact', phoneField],
	['idcontact', identificationField],
];

export const contactFieldsField: INodeProperties = {
	displayName: 'Contact Fields',
	name: 'contactFields',
	type: 'collection',
	placeholder: 'Add Field',
	default: { email: '', name: '' },
	description: 'Only the fields that you fill in are sent',
	options: [
		{
			...customFieldsField,
			description: 'Fields that your company added to contacts',
		},
		customFieldsJsonField,
		emailField,
		identificationField,
		nameField,
		phoneField,
	],
};

export const getContactSearchFields = staticList(
	KEYS.map(([key, { displayName }]) => ({ name: displayName, value: key, description: key })).sort(
		(a, b) => (a.name < b.name ? -1 : 1),
	),
);

export const contactFieldField: INodeProperties = {
	displayName: 'Search By',
	name: 'contactField',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: 'emailcontact', cachedResultName: 'Email' },
	displayOptions: { show: { filterBy: ['field'] } },
	description: 'The field to search',
	...listOrName('getContactSearchFields', {
		placeholder: 'e.g. Etapa del ciclo de vida',
		hint: 'The name of the field, exactly as in the CRM',
	}),
};

export const matchByField: INodeProperties = {
	displayName: 'Match By',
	name: 'matchBy',
	type: 'options',
	noDataExpression: true,
	default: 'emailcontact',
	description:
		'How to tell whether the contact is there already. Fill in this field below. Two spellings of an email address may become two contacts.',
	hint: 'Use small letters: drag the email, then add .toLowerCase() before the }} at the end',
	options: [
		{ name: 'Email', value: 'emailcontact' },
		{ name: 'Identification', value: 'idcontact' },
		{ name: 'Phone', value: 'telephonecontact' },
	],
};

const ID_FIELD = {
	name: 'contactId',
	displayName: 'Contact',
	noun: 'contact',
	description: 'The contact to update or to delete',
};

/** Contacts: a module of the API, in the words of people who do not know modules. */
export const contactResource: CustomResource = {
	noun: 'contact',
	idField: ID_FIELD,
	valuesAdvice:
		"Check 'Contact Fields': the values must be valid, and custom fields must be spelled as in the CRM.",
	rejectedSearchAdvice: "Check 'Search By': the field must be spelled exactly as in the CRM.",
	getModule: () => 'contacts',
	getFields: getContactFields,
	getSearchField: (context) => getRequiredText(context, contactFieldField),
	getMatchField(context) {
		const field = getChoice(
			{ matchBy: context.getNodeParameter(matchByField.name, matchByField.default) },
			matchByField,
		);
		const [, named] = KEYS.find(([key]) => key === field)!;
		return { field, place: quotedLabel(matchByField), label: quotedLabel(named) };
	},
};

function getContactFields(context: IExecutePaginationFunctions): IDataObject {
	const values = context.getNodeParameter(contactFieldsField.name, {}) as IDataObject;
	const own = KEYS.flatMap(([key, field]) => {
		const value = getContactValue(context, values[field.name], field);
		return value === undefined ? [] : [[key, value]];
	});
	const custom = getJsonFields(context, values, customFieldsField, customFieldsJsonField);
	const fields = { ...custom, ...Object.fromEntries(own) } as IDataObject;
	if (Object.keys(fields).length === 0) {
		throwUserError(
			"'Contact Fields' is empty",
			'Add at least one field and give it a value. An expression may have found nothing for this item.',
		);
	}
	return fields;
}

/** Wolkvox stores a phone number with its country as an object (seen in code that calls the API). */
function getContactValue(
	context: IExecutePaginationFunctions,
	given: unknown,
	field: INodeProperties,
): unknown {
	const value = toGiven(context, given);
	const place = quotedLabel(field);
	if (field !== phoneField || !isPlainObject(value)) {
		return toName(value, place, () => getExpression(context, field));
	}
	return isEmpty(value.value) ? undefined : toJsonValue(value, place);
}
