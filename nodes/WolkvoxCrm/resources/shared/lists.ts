import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
	INodeProperties,
} from 'n8n-workflow';

/**
 * A list of the editor that needs no request.
 *
 * @returns n8n's function for it, whose argument is what the user has typed to narrow it down
 */
export function staticList(items: INodeListSearchItems[]) {
	return async function (this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
		const wanted = filter.toLowerCase();
		return {
			results: items.filter(({ name, value }) =>
				[name, String(value)].some((text) => text.toLowerCase().includes(wanted)),
			),
		};
	};
}

/**
 * Two modes of a parameter: from a static list, or by the name that the CRM gives to the value.
 *
 * @param searchListMethod the name of the list among the node's methods
 */
export function listOrName(
	searchListMethod: string,
	byName: { placeholder: string; hint: string },
): Pick<INodeProperties, 'modes'> {
	return {
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: { searchListMethod, searchable: true, skipCredentialsCheckInRLC: true },
			},
			{ displayName: 'By Name', name: 'name', type: 'string', ...byName },
		],
	};
}
