import { fieldRows, fieldsAsJson } from './jsonFields';

export const customFieldsField = fieldRows(
	{
		displayName: 'Custom Fields',
		name: 'customFields',
		placeholder: 'Add Custom Field',
		description:
			'Fields that your company added. Try an update on a test case first, to see that the other fields keep their values.',
	},
	{ placeholder: 'e.g. Contract number' },
);

export const customFieldsJsonField = fieldsAsJson({
	displayName: 'Custom Fields (JSON)',
	name: 'customFieldsJson',
	placeholder: 'e.g. { "Contract number": 1234, "Paid": true }',
	description:
		"Custom fields for values that are not plain text. 'Custom Fields' wins if a name is in both. Empty values are sent.",
});
