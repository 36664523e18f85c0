import type { INodeProperties } from 'n8n-workflow';

import type { Operation } from '../../operation';
import { listOrName, staticList } from '../shared/lists';
import { getRequiredText } from '../shared/required';
import type { Search } from '../shared/search';
import { getSearch, getSearchValue, runSearch } from '../shared/search';

/** The fields by which cases can be searched (page "query cases"), in readable words; the most frequent ones first. */
const SEARCH_FIELDS = [
	{ name: 'Case Number', value: 'idPrefijo' },
	{ name: 'Contact Email', value: 'email contact' },
	{ name: 'Contact Phone', value: 'contact phone' },
	{ name: 'Status', value: 'status' },
	{ name: 'Case Expired', value: 'case expired' },
	{ name: 'Case Type', value: 'type case' },
	{ name: 'Company ID', value: 'company id' },
	{ name: 'Company Name', value: 'company name' },
	{ name: 'Company (companyName)', value: 'companyName' },
	{ name: 'Contact Identification', value: 'contact identification' },
	{ name: 'Contact Name', value: 'name contact' },
	{ name: 'Contact Wolkvox ID', value: 'contact wolkvox id' },
	{ name: 'Description', value: 'description' },
	{ name: 'Internal Case ID', value: 'idCase' },
	{ name: 'Owner ID', value: 'owner id' },
	{ name: 'Owner Name', value: 'owner name' },
	{ name: 'Owner User', value: 'owner user' },
	{ name: 'Prefix', value: 'prefix' },
	{ name: 'Priority', value: 'priority' },
	{ name: 'Reason', value: 'reason' },
	{ name: 'Reopened', value: 'reopened' },
	{ name: 'Responsible ID', value: 'responsible id' },
	{ name: 'Responsible Name', value: 'responsible name' },
	{ name: 'Responsible User', value: 'responsible user' },
	{ name: 'Solution', value: 'solution' },
	{ name: 'Wolkvox ID', value: 'wolkvox-id' },
];

/** The list of the Search By field; what Wolkvox calls a field is its description. */
export const getCaseSearchFields = staticList(
	SEARCH_FIELDS.map(({ name, value }) => ({ name, value, description: value })),
);

export const searchByField: INodeProperties = {
	displayName: 'Search By',
	name: 'searchBy',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: 'idPrefijo', cachedResultName: 'Case Number' },
	displayOptions: { show: { resource: ['case'], operation: ['getMany'] } },
	hint: 'Case Number is the number that people see. Contact Email finds all cases of a customer.',
	description: 'The field to search',
	...listOrName('getCaseSearchFields', {
		placeholder: 'e.g. idPrefijo',
		hint: "Wolkvox's name of the field, exactly, with its spaces",
	}),
};

/** Case: Get Many (page "query cases" of the API): the cases with this value in this field. */
export const getManyOperation: Operation<Search> = {
	effect: 'reads',
	noun: 'case',
	valuesAdvice: "Check 'Search By': the field must be one that Wolkvox knows, spelled exactly.",

	async getParameters(context) {
		const field = getRequiredText(context, searchByField);
		const value = getSearchValue(context, field);
		return getSearch(context, { field, value }, `"${value}" in the field "${field}"`);
	},

	send: runSearch,
};
