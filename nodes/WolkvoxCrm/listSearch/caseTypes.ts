import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

/** The case types that every CRM has (page "cases update"); the API has no list of custom ones. */
const CASE_TYPES = ['Claims', 'Complaints', 'Request', 'Suggestions'];

/**
 * The list of the Case Type field.
 *
 * @param filter what the user has typed to narrow it down
 */
export async function getCaseTypes(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const wanted = filter.toLowerCase();
	return {
		results: CASE_TYPES.filter((name) => name.toLowerCase().includes(wanted)).map((name) => ({
			name,
			value: name,
		})),
	};
}
