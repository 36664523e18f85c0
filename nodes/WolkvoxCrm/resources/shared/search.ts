import type { IDataObject, IExecutePaginationFunctions, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';

import type { SendContext } from '../../operation';
import { toRecords } from '../../transport/searchResult';
import { parseJsonObject } from './jsonFields';
import { quotedLabel, throwUserError } from './values';

export const valueField: INodeProperties = {
	displayName: 'Value',
	name: 'value',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. CASO-1002 or ana@example.com',
	displayOptions: { hide: { filterBy: ['dateRange'] } },
	description:
		'What to look for, sent exactly as typed. Wolkvox does not say whether capitalization matters or whether part of a value is enough.',
};

const returnAllField: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	description: 'Whether to return all results or only up to a given limit',
};

const limitField: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1, numberPrecision: 0 },
	default: 50,
	displayOptions: { show: { returnAll: [false] } },
	description: 'Max number of results to return',
};

/** What Get Many looks for, whatever the resource. */
export const searchFields = updateDisplayOptions({ show: { operation: ['getMany'] } }, [
	valueField,
	returnAllField,
	limitField,
]);

export const bodyFieldsOption: INodeProperties = {
	displayName: 'Additional Body Fields (JSON)',
	name: 'bodyFields',
	type: 'json',
	default: '{}',
	placeholder: 'e.g. { "page": 2 }',
	displayOptions: { show: { '/operation': ['getMany'] } },
	description:
		'Fields to add to the request, as one JSON object, such as the paging keys that Wolkvox gave you. They cannot replace the fields that the node itself sends.',
};

/** A search as the user asked for it. */
export interface Search {
	/** What is sent, except for the CRM operation. */
	body: IDataObject;
	/** Infinity to return all records. */
	limit: number;
}

/**
 * Completes a search with the parameters that all searches share.
 *
 * @throws UserError if a value is invalid
 */
export function getSearch(context: IExecutePaginationFunctions, query: IDataObject): Search {
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const additional = parseJsonObject(options[bodyFieldsOption.name], bodyFieldsOption) ?? {};

	const reserved = ['operation', ...Object.keys(query)].find((name) => name in additional);
	if (reserved !== undefined) {
		throwUserError(
			`${quotedLabel(bodyFieldsOption)} contains "${reserved}", which the node itself sends`,
			'Remove it, and use the fields of the node and of the credential instead',
		);
	}
	return { body: { ...query, ...(additional as IDataObject) }, limit: getLimit(context) };
}

function getLimit(context: IExecutePaginationFunctions): number {
	const returnAll = context.getNodeParameter(returnAllField.name, returnAllField.default);
	if (typeof returnAll !== 'boolean') {
		throwUserError("'Return All' must be true or false", 'Check what the expression returns');
	}
	if (returnAll) return Infinity;

	const given: unknown = context.getNodeParameter(limitField.name, limitField.default);
	const limit = typeof given === 'string' ? Number(given) : given;
	if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1) {
		throwUserError("'Limit' must be a whole number from 1", 'Check what the expression returns');
	}
	return limit;
}

/** Runs a search; the limit is applied here, as no page of the API documents one for every query. */
export async function search(
	{ body, limit }: Search,
	{ request }: SendContext,
): Promise<IDataObject[]> {
	const { data } = await request(body);
	return toRecords(data).slice(0, limit);
}
