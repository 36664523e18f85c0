import type { IDataObject, IExecutePaginationFunctions, INodeProperties } from 'n8n-workflow';

import type { SendContext } from '../../execution/handler';
import { recordsOf } from '../../transport/queryResponse';
import { parseJsonObject } from './jsonFields';
import { throwUserError } from './values';

const showOnlyForGetMany = { show: { operation: ['getMany'] } };

/** What Get Many looks for, whatever the resource. */
export const searchFields: INodeProperties[] = [
	{
		displayName: 'Value',
		name: 'value',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 1024 or ana@example.com',
		displayOptions: { ...showOnlyForGetMany, hide: { filterBy: ['dateRange'] } },
		description:
			'What to look for, sent exactly as typed. Wolkvox does not say whether capitalization matters or whether part of a value is enough.',
	},
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		displayOptions: showOnlyForGetMany,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 50,
		displayOptions: { show: { operation: ['getMany'], returnAll: [false] } },
		description: 'Max number of results to return',
	},
];

export const bodyFieldsOption: INodeProperties = {
	displayName: 'Body Fields (JSON)',
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
	/** How many records to return at most. */
	limit: number;
}

/**
 * Completes a search with the parameters that all searches share.
 *
 * @throws UserError with the label of the parameter, if a value is invalid
 */
export function getSearch(context: IExecutePaginationFunctions, query: IDataObject): Search {
	const { bodyFields } = context.getNodeParameter('options', {}) as IDataObject;
	const additional = parseJsonObject(bodyFields, bodyFieldsOption.displayName) ?? {};

	const reserved = ['operation', ...Object.keys(query)].find((name) => name in additional);
	if (reserved !== undefined) {
		throwUserError(
			`${bodyFieldsOption.displayName} contains "${reserved}", which the node itself sends`,
			'Remove it, and use the fields of the node and of the credential instead',
		);
	}
	return { body: { ...query, ...(additional as IDataObject) }, limit: getLimit(context) };
}

/** Runs a search; the limit is applied here, as no page of the API documents one for every query. */
export async function search(
	{ body, limit }: Search,
	{ request }: SendContext,
): Promise<IDataObject[]> {
	const { data } = await request(body);
	return recordsOf(data).slice(0, limit);
}

function getLimit(context: IExecutePaginationFunctions): number {
	const returnAll = context.getNodeParameter('returnAll', false);
	if (typeof returnAll !== 'boolean') {
		throwUserError('Return All must be true or false', 'Check what the expression returns');
	}
	if (returnAll) return Infinity;

	const limit = Number(context.getNodeParameter('limit', 50));
	if (!Number.isInteger(limit) || limit < 1) {
		throwUserError('Limit must be a whole number from 1', 'Check what the expression returns');
	}
	return limit;
}
