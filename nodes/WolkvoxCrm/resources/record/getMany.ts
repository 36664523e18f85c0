import type { IDataObject, IExecutePaginationFunctions, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';

import type { Operation } from '../../operation';
import { getRequiredText } from '../shared/required';
import type { Search } from '../shared/search';
import { getSearch, search, valueField } from '../shared/search';
import type { Field } from '../shared/values';
import { quotedLabel, throwUserError } from '../shared/values';
import { CONTACT_FIELDS, getModule } from './fields';

const DATE =
	'Sent as it is, in the form YYYY-MM-DD HH:mm. Wolkvox does not say which time zone it uses, nor which date of a record it compares';

const filterByField: INodeProperties = {
	displayName: 'Filter By',
	name: 'filterBy',
	type: 'options',
	noDataExpression: true,
	default: 'field',
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
};

const fieldNameField: INodeProperties = {
	displayName: 'Field Name',
	name: 'fieldName',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. emailcontact',
	displayOptions: { show: { filterBy: ['field'] } },
	hint: CONTACT_FIELDS,
	description: 'The field to search, spelled exactly as in the CRM',
};

const fromField: INodeProperties = {
	displayName: 'From',
	name: 'from',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 2026-11-01 00:00',
	displayOptions: { show: { filterBy: ['dateRange'] } },
	description: `The beginning of the period. ${DATE}.`,
};

const toField: INodeProperties = {
	displayName: 'To',
	name: 'to',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 2026-11-30 23:59',
	displayOptions: { show: { filterBy: ['dateRange'] } },
	description: `The end of the period. ${DATE}.`,
};

export const getManyDescription = updateDisplayOptions(
	{ show: { resource: ['record'], operation: ['getMany'] } },
	[filterByField, fieldNameField, fromField, toField],
);

/** Record: Get Many (pages "query" and "query dates" of the API; which of the two, Filter By decides). */
export const getManyOperation: Operation<Search> = {
	effect: 'reads',
	noun: 'record',
	rejectedAdvice:
		"Check 'Module' and what you filter by: names must be spelled exactly as in the CRM.",

	async getParameters(context) {
		const isDateRange =
			context.getNodeParameter(filterByField.name, filterByField.default) === 'dateRange';
		const filter = isDateRange ? getDateRange(context) : getFieldFilter(context);
		return getSearch(context, { module: getModule(context), ...filter });
	},

	send: search,
};

function getFieldFilter(context: IExecutePaginationFunctions): IDataObject {
	return {
		field: getRequiredText(context, fieldNameField),
		value: getRequiredText(context, valueField),
	};
}

function getDateRange(context: IExecutePaginationFunctions): IDataObject {
	return { date: true, from: getDate(context, fromField), to: getDate(context, toField) };
}

/** Not converted to another zone or format: Wolkvox does not say in which zone it reads dates. */
function getDate(context: IExecutePaginationFunctions, field: Field): string {
	const date = getRequiredText(context, field).trim();
	if (!isDate(date)) {
		throwUserError(
			`${quotedLabel(field)} must be a date such as 2026-11-25 08:00`,
			"An expression can write a date like this: {{ $now.toFormat('yyyy-MM-dd HH:mm') }}",
		);
	}
	return date;
}

/** JavaScript takes February 30 for March 2. */
function isDate(text: string): boolean {
	if (!/^\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?$/.test(text)) return false;
	const [day, time = '00:00'] = text.split(' ');
	const date = new Date(`${day}T${time}Z`);
	return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
