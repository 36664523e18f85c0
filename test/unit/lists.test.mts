import type { ILoadOptionsFunctions, INodeProperties } from 'n8n-workflow';

import { WolkvoxCrm } from '../../nodes/WolkvoxCrm/WolkvoxCrm.node';

const { description, methods } = new WolkvoxCrm();
const lists = methods.listSearch;

/** What the editor shows in a list, narrowed down by what the user has typed. */
const shown = async (list: keyof typeof lists, filter?: string) =>
	(await lists[list].call({} as ILoadOptionsFunctions, filter)).results;

/** The fields that the page "query cases" lists. */
const SEARCH_FIELDS = [
	...['status', 'priority', 'email contact', 'name contact', 'contact wolkvox id'],
	...['contact identification', 'contact phone', 'description', 'idCase', 'idPrefijo'],
	...['companyName', 'company name', 'company id', 'prefix', 'reopened', 'responsible name'],
	...['responsible user', 'responsible id', 'owner name', 'owner user', 'owner id'],
	...['solution', 'wolkvox-id', 'type case', 'case expired', 'reason'],
];

it('Search By offers each field that Wolkvox documents, and says what Wolkvox calls it', async () => {
	const fields = await shown('getCaseSearchFields');
	expect(fields.map(({ value }) => value).sort()).toEqual([...SEARCH_FIELDS].sort());
	expect(fields.map((field) => field.description)).toEqual(fields.map(({ value }) => value));
	expect(new Set(fields.map(({ name }) => name)).size).toBe(SEARCH_FIELDS.length);
});

it.each<[keyof typeof lists, string | undefined, string[]]>([
	['getCaseTypes', undefined, ['Claims', 'Complaints', 'Request', 'Suggestions']],
	['getCaseTypes', 'C', ['Claims', 'Complaints']],
	[
		'getContactSearchFields',
		undefined,
		['emailcontact', 'idcontact', 'namecontact', 'telephonecontact'],
	],
	['getContactSearchFields', 'phone', ['telephonecontact']],
	['getModules', undefined, ['contacts', 'leads', 'opportunities']],
	['getModules', 'CON', ['contacts']],
	['getCaseSearchFields', 'case number', ['idPrefijo']],
	['getCaseSearchFields', 'idpre', ['idPrefijo']],
	['getCaseSearchFields', 'nothing like it', []],
])('%s narrows its list down to what contains %p', async (list, filter, expected) => {
	expect((await shown(list, filter)).map(({ value }) => value)).toEqual(expected);
});

it('each list of a parameter exists, and has its default with the name that the editor shows', async () => {
	const collections = description.properties.flatMap(({ options = [] }) => options);
	const locators = [...description.properties, ...(collections as INodeProperties[])].filter(
		({ type }) => type === 'resourceLocator',
	);
	const withList = locators.filter(({ modes = [] }) => modes.some(({ type }) => type === 'list'));
	expect(new Set(withList.map(({ name }) => name))).toEqual(
		new Set(['caseType', 'contactField', 'searchBy', 'module']),
	);
	for (const { modes = [], default: given } of withList) {
		const [{ typeOptions }] = modes.filter(({ type }) => type === 'list');
		const list = await shown(typeOptions!.searchListMethod as keyof typeof lists);
		const { value, cachedResultName } = given as { value: string; cachedResultName?: string };
		const [selected] = list.filter((item) => item.value === value);
		expect(selected?.name).toBe(cachedResultName);
	}
});
