import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';

/** The case types that every CRM has (page "cases update"); the API has no list of custom ones. */
export const getCaseTypes = staticList(
	['Claims', 'Complaints', 'Request', 'Suggestions'].map((name) => ({ name, value: name })),
);

/** Modules that integrations use; a company can have its own, and the API has no list of them. */
export const getModules = staticList([
	{ name: 'Contacts', value: 'contacts' },
	{ name: 'Leads', value: 'leads' },
	{ name: 'Opportunities', value: 'opportunities' },
]);

/** The fields by which cases can be searched (page "query cases"), in readable words. */
const SEARCH_FIELDS = [
	{ name: 'Case Expired', value: 'case expired' },
	{ name: 'Case ID', value: 'idCase' },
	{ name: 'Case Number', value: 'idPrefijo' },
	{ name: 'Case Type', value: 'type case' },
	{ name: 'Company ID', value: 'company id' },
	{ name: 'Company Name', value: 'company name' },
	{ name: 'Company Name (companyName)', value: 'companyName' },
	{ name: 'Contact Email', value: 'email contact' },
	{ name: 'Contact Identification', value: 'contact identification' },
	{ name: 'Contact Name', value: 'name contact' },
	{ name: 'Contact Phone', value: 'contact phone' },
	{ name: 'Contact Wolkvox ID', value: 'contact wolkvox id' },
	{ name: 'Description', value: 'description' },
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
	{ name: 'Status', value: 'status' },
	{ name: 'Wolkvox ID', value: 'wolkvox-id' },
];

/** The list of the Search By field; what Wolkvox calls a field is its description. */
export const getCaseSearchFields = staticList(
	SEARCH_FIELDS.map(({ name, value }) => ({ name, value, description: value })),
);

/**
 * A list of the editor that needs no request.
 *
 * @returns n8n's function for it, whose argument is what the user has typed to narrow it down
 */
function staticList(items: INodeListSearchItems[]) {
	return async function (this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
		const wanted = filter.toLowerCase();
		return {
			results: items.filter(({ name, value }) =>
				[name, String(value)].some((text) => text.toLowerCase().includes(wanted)),
			),
		};
	};
}
