import type { IExecutePaginationFunctions, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';

import type { Operation } from '../../operation';
import { ENDPOINTS } from '../shared/endpoints';
import { getRequiredText } from '../shared/required';
import type { Search } from '../shared/search';
import { getSearch, getSearchValue, runSearch } from '../shared/search';
import type { Field } from '../shared/values';
import { quotedLabel, throwUserError } from '../shared/values';
import type { CustomResource } from './resource';

const SENT_AS_IS = 'Sent as it is: the time zone is not converted';

/** The form of a date without a time. */
const DAY = 'YYYY-MM-DD';

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
			routing: { request: { url: ENDPOINTS.queryDates } },
		},
		{
			name: 'Field',
			value: 'field',
			description: 'Records with a value in one of their fields',
			routing: { request: { url: ENDPOINTS.query } },
		},
	],
};

const fromField: INodeProperties = {
	displayName: 'From',
	name: 'from',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 2026-11-01 00:00',
	displayOptions: { show: { filterBy: ['dateRange'] } },
	description: `The beginning of the period, as YYYY-MM-DD HH:mm. ${SENT_AS_IS}.`,
};

const toField: INodeProperties = {
	displayName: 'To',
	name: 'to',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 2026-11-30 23:59',
	displayOptions: { show: { filterBy: ['dateRange'] } },
	description: `The end of the period, as YYYY-MM-DD HH:mm. ${SENT_AS_IS}.`,
};

export const getManyDescription = updateDisplayOptions(
	{ show: { resource: ['contact', 'record'], operation: ['getMany'] } },
	[filterByField, fromField, toField],
);

/** Contact and Record: Get Many (pages "query" and "query dates" of the API; which of the two, Filter By decides). */
export function getManyOperation(resource: CustomResource): Operation<Search> {
	return {
		effect: 'reads',
		noun: resource.noun,
		valuesAdvice: resource.rejectedSearchAdvice,

		async getParameters(context) {
			const module = resource.getModule(context);
			const filterBy = context.getNodeParameter(filterByField.name, filterByField.default);
			if (filterBy === 'dateRange') {
				const { from, to } = getDateRange(context);
				return getSearch(context, { module, date: true, from, to }, `${from} to ${to}`);
			}
			const field = resource.getSearchField(context);
			const value = getSearchValue(context, field);
			return getSearch(context, { module, field, value }, `"${value}" in the field "${field}"`);
		},

		send: runSearch,
	};
}

function getDateRange(context: IExecutePaginationFunctions): { from: string; to: string } {
	const from = getDate(context, fromField);
	const to = getDate(context, toField);
	if (complete(from, '00:00:00') > complete(to, '23:59:59')) {
		throwUserError(
			"'From' is after 'To'",
			"'From' is the beginning of the period, and 'To' its end. An expression may have found another date for this item.",
		);
	}
	return { from, to };
}

/** A date with the parts of its time that it does not have. */
function complete(date: string, time: string): string {
	return date + ` ${time}`.slice(date.length - DAY.length);
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
