import type { INodeProperties } from 'n8n-workflow';

const showOnlyForCaseGetMany = { show: { resource: ['case'], operation: ['getMany'] } };

export const caseGetManyDescription: INodeProperties[] = [
	{
		displayName: 'Search By',
		name: 'searchBy',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: 'idPrefijo', cachedResultName: 'Case Number' },
		displayOptions: showOnlyForCaseGetMany,
		hint: 'Case Number is the number that people see in the CRM, not the Wolkvox ID',
		description: 'The field to search. Wolkvox searches one field at a time.',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: {
					searchListMethod: 'getCaseSearchFields',
					searchable: true,
					skipCredentialsCheckInRLC: true,
				},
			},
			{
				displayName: 'By Name',
				name: 'name',
				type: 'string',
				placeholder: 'e.g. idPrefijo',
				hint: 'The name that Wolkvox gives to the field, spelled exactly, with its spaces',
			},
		],
	},
];
