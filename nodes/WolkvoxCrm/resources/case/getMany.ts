import type { Operation } from '../../operation';
import { getRequiredText } from '../shared/required';
import type { Search } from '../shared/search';
import { getSearch, search } from '../shared/search';

/** Case: Get Many (page "query cases" of the API): the cases with this value in this field. */
export const getManyOperation: Operation<Search> = {
	effect: 'reads',
	noun: 'case',
	rejectedAdvice: 'Check Search By: the field must be one that Wolkvox knows, spelled exactly.',

	async getParameters(context) {
		const field = getRequiredText(context, 'searchBy', 'Search By');
		const value = getRequiredText(context, 'value', 'Value');
		return getSearch(context, { field, value });
	},

	send: search,
};
