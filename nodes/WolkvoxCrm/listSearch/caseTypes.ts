import { staticList } from './staticList';

/** The case types that every CRM has (page "cases update"); the API has no list of custom ones. */
export const getCaseTypes = staticList(
	['Claims', 'Complaints', 'Request', 'Suggestions'].map((name) => ({ name, value: name })),
);
