import type { INodeProperties } from 'n8n-workflow';

import { CONTACT_FIELDS } from './fields';

const show = { resource: ['record'], operation: ['getMany'] };

const DATE =
	'Sent as it is, in the form YYYY-MM-DD HH:mm. Wolkvox does not say which time zone it uses, nor which date of a record it compares';

export const recordGetManyDescription: INodeProperties[] = [
	{
		displayName: 'Filter By',
		name: 'filterBy',
		type: 'options',
		noDataExpression: true,
		default: 'field',
		displayOptions: { show },
		options: [
			{
				name: 'Date Range',
				value: 'dateRange',
				description: 'Records of a period',
				routing: { request: { url: '/server/API/v2/custom/queryDates.php' } },
			},
			{
				name: 'Field',
				value: 'field',
				description: 'Records with a value in one of their fields',
				routing: { request: { url: '/server/API/v2/custom/query.php' } },
			},
		],
	},
	{
		displayName: 'Field Name',
		name: 'fieldName',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. emailcontact',
		displayOptions: { show: { ...show, filterBy: ['field'] } },
		hint: CONTACT_FIELDS,
		description: 'The field to search, spelled exactly as in the CRM',
	},
	{
		displayName: 'From',
		name: 'from',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 2026-11-01 00:00',
		displayOptions: { show: { ...show, filterBy: ['dateRange'] } },
		description: `The beginning of the period. ${DATE}.`,
	},
	{
		displayName: 'To',
		name: 'to',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 2026-11-30 23:59',
		displayOptions: { show: { ...show, filterBy: ['dateRange'] } },
		description: `The end of the period. ${DATE}.`,
	},
];
