import { staticList } from './staticList';

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
