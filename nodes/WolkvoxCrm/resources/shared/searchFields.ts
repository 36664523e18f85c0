import type { INodeProperties } from 'n8n-workflow';

const showOnlyForGetMany = { show: { operation: ['getMany'] } };

/** What Get Many looks for, whatever the resource. */
export const searchFields: INodeProperties[] = [
	{
		displayName: 'Value',
		name: 'value',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. CASO-1002 or ana@example.com',
		displayOptions: { ...showOnlyForGetMany, hide: { filterBy: ['dateRange'] } },
		description:
			'What to look for, sent exactly as typed. Wolkvox does not say whether capitalization matters or whether part of a value is enough.',
	},
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		displayOptions: showOnlyForGetMany,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 50,
		displayOptions: { show: { operation: ['getMany'], returnAll: [false] } },
		description: 'Max number of results to return',
	},
];

export const bodyFieldsOption: INodeProperties = {
	displayName: 'Additional Body Fields (JSON)',
	name: 'bodyFields',
	type: 'json',
	default: '{}',
	placeholder: 'e.g. { "page": 2 }',
	displayOptions: { show: { '/operation': ['getMany'] } },
	description:
		'Fields to add to the request, as one JSON object, such as the paging keys that Wolkvox gave you. They cannot replace the fields that the node itself sends.',
};
