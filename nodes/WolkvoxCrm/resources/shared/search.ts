import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

import type { SendContext } from '../../operation';
import { toRecords } from '../../transport/searchResult';
import { parseJsonObject } from './jsonFields';
import { bodyFieldsOption } from './searchFields';
import { throwUserError } from './values';

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
	return toRecords(data).slice(0, limit);
}

function getLimit(context: IExecutePaginationFunctions): number {
	const returnAll = context.getNodeParameter('returnAll', false);
	if (typeof returnAll !== 'boolean') {
		throwUserError('Return All must be true or false', 'Check what the expression returns');
	}
	if (returnAll) return Infinity;

	const given: unknown = context.getNodeParameter('limit', 50);
	const limit = typeof given === 'string' ? Number(given) : given;
	if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1) {
		throwUserError('Limit must be a whole number from 1', 'Check what the expression returns');
	}
	return limit;
}
