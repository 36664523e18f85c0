import type { INodeProperties } from 'n8n-workflow';

interface FieldsParameter {
	displayName: string;
	name: string;
	description: string;
	placeholder: string;
}

/** Names and values in two columns. n8n shows hints inside a row only, so the hint belongs to the name. */
export function fieldRows(
	parameter: FieldsParameter,
	name: { placeholder: string; hint?: string },
): INodeProperties {
	return {
		...parameter,
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		default: {},
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
						...name,
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
}

/** The same as JSON, for values that are not text. */
export function fieldsAsJson(parameter: FieldsParameter): INodeProperties {
	return {
		...parameter,
		type: 'json',
		default: '',
		hint: `Names and values in braces, ${parameter.placeholder}`,
	};
}
