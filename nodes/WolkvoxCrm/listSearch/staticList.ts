import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
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
