import { staticList } from './staticList';

/** Modules that integrations use; a company can have its own, and the API has no list of them. */
export const getModules = staticList([
	{ name: 'Contacts', value: 'contacts' },
	{ name: 'Leads', value: 'leads' },
	{ name: 'Opportunities', value: 'opportunities' },
]);
