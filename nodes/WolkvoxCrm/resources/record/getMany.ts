import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

import type { Operation } from '../../operation';
import { getRequiredText } from '../shared/required';
import type { Search } from '../shared/search';
import { getSearch, search } from '../shared/search';
import { throwUserError } from '../shared/values';
import { getModule } from './parameters';

/** Record: Get Many (pages "query" and "query dates" of the API; which of the two, Filter By decides). */
export const getManyOperation: Operation<Search> = {
	effect: 'reads',
	noun: 'record',
	rejectedAdvice:
		'Check Module and what you filter by: names must be spelled exactly as in the CRM.',

	async getParameters(context) {
		const isDateRange = context.getNodeParameter('filterBy', 'field') === 'dateRange';
		const filter = isDateRange ? getDateRange(context) : getField(context);
		return getSearch(context, { module: getModule(context), ...filter });
	},

	send: search,
};

function getField(context: IExecutePaginationFunctions): IDataObject {
	return {
		field: getRequiredText(context, 'fieldName', 'Field Name'),
		value: getRequiredText(context, 'value', 'Value'),
	};
}

function getDateRange(context: IExecutePaginationFunctions): IDataObject {
	return { date: true, from: getDate(context, 'from', 'From'), to: getDate(context, 'to', 'To') };
}

/** Not converted to another zone or format: Wolkvox does not say in which zone it reads dates. */
function getDate(context: IExecutePaginationFunctions, name: string, label: string): string {
	const date = getRequiredText(context, name, label).trim();
	if (!isDate(date)) {
		throwUserError(
			`${label} must be a date such as 2026-11-25 08:00`,
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
