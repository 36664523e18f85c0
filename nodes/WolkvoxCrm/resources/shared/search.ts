import type { IDataObject, IExecutePaginationFunctions, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';

import { isTool } from '../../isTool';
import type { QueryResponse, SendContext } from '../../operation';
import { idOf } from '../../transport/content';
import { addBodyFields } from './bodyFields';
import { getRequiredText } from './required';
import { getChoice, throwUserError } from './values';

const valueField: INodeProperties = {
	displayName: 'Value',
	name: 'value',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. CASO-1002 or ana@example.com',
	displayOptions: { hide: { filterBy: ['dateRange'] } },
	hint: 'The whole value: a part of it may find nothing',
	description: 'The value to look for, exactly as in the CRM',
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

export const ifNothingFoundOption: INodeProperties = {
	displayName: 'If Nothing Is Found',
	name: 'ifNothingFound',
	type: 'options',
	default: 'continue',
	displayOptions: { show: { '/operation': ['getMany'] } },
	description: 'What to do with an item for which nothing is found',
	options: [
		{ name: 'Continue', value: 'continue', description: 'Return no item for it' },
		{
			name: 'Fail',
			value: 'fail',
			description: 'Let the item fail, so that it leaves by the error output if there is one',
		},
	],
};

export const incompleteResultsOption: INodeProperties = {
	displayName: 'Incomplete Results',
	name: 'incompleteResults',
	type: 'options',
	default: 'fail',
	displayOptions: { show: { '/operation': ['getMany'] } },
	description: 'What to do if Wolkvox sends fewer records than it has found',
	options: [
		{ name: 'Fail', value: 'fail', description: 'Let the item fail' },
		{ name: 'Return', value: 'return', description: 'Return the records that came' },
	],
};

/** A search as the user asked for it. */
export interface Search {
	/** What is sent, except for the CRM operation. */
	body: IDataObject;
	/** Infinity to return all records. */
	limit: number;
	/** Whether fewer records than Wolkvox has found are a result, too. */
	acceptsIncomplete?: boolean;
	/** What is looked for, in words, if an item must fail without a result. */
	required?: string;
}

/**
 * Completes a search with the parameters that all searches share.
 *
 * @param query what to look for
 * @param words the same for a message
 * @throws UserError if a value is invalid
 */
export function getSearch(
	context: IExecutePaginationFunctions,
	query: IDataObject,
	words: string,
): Search {
	const options = context.getNodeParameter('options', {}) as IDataObject;
	return {
		body: addBodyFields(context, options, query),
		limit: getLimit(context),
		acceptsIncomplete: getChoice(options, incompleteResultsOption) === 'return',
		required: getChoice(options, ifNothingFoundOption) === 'fail' ? words : undefined,
	};
}

/**
 * The value to look for: an email address and a case number never begin or end with white space, and
 * that around what a model wrote means nothing; anything else is sent as it is.
 *
 * @throws UserError if there is none
 */
export function getSearchValue(context: IExecutePaginationFunctions, field: string): string {
	const value = getRequiredText(context, valueField);
	const text = value.trim();
	if (text === value) return value;
	const isTrimmed = field === 'idPrefijo' || /^\S+@\S+$/.test(text) || isTool(context.getNode());
	return isTrimmed ? text : value;
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

/** Runs a search and returns its records. */
export async function runSearch(search: Search, { query }: SendContext): Promise<IDataObject[]> {
	const records = await searchAll(search, query);
	if (records.length === 0 && search.required) {
		throwUserError(
			`Wolkvox found nothing for ${search.required}`,
			"Check the value in the CRM. To go on without a result, set 'If Nothing Is Found' to 'Continue'.",
		);
	}
	return records;
}

/** How often a total may grow while pages are read: a server that always announces more would be asked for ever. */
const MAX_GROWTHS = 10;

/**
 * All records of a search, up to its limit. Where a response announces more records than it holds, the
 * next pages are asked for: as clients have seen it, a response names the number of all records, and a
 * query without a match speaks of "the specified page"; the key of the page is an inference.
 *
 * @throws UserError if fewer records came than were announced, unless the search accepts that
 */
export async function searchAll(
	{ body, limit, acceptsIncomplete }: Search,
	query: (body: IDataObject) => Promise<QueryResponse>,
): Promise<IDataObject[]> {
	const first = await query(body);
	const records = [...first.data];
	let announced = 'page' in body ? 0 : getAnnounced(first);

	const known = new Set(records.map(getIdentity));
	let growths = 0;
	for (let page = 2; records.length < Math.min(limit, announced); page++) {
		const next = await query({ ...body, page });
		const received = records.length;
		if (getAnnounced(next) > announced) {
			announced = getAnnounced(next);
			growths++;
		}
		for (const record of next.data) {
			const identity = getIdentity(record);
			if (!known.has(identity)) records.push(record);
			known.add(identity);
		}
		if (records.length > received && growths <= MAX_GROWTHS) continue;
		if (acceptsIncomplete) break;
		throwIncomplete(announced, records.length);
	}
	return records.slice(0, limit);
}

/** How many records a response says that there are; 0 if it does not say. */
function getAnnounced({ msg, ...response }: QueryResponse): number {
	const [, atStart] = /^\s*([\d.,]+) (?:records|registros)\b/i.exec(String(msg ?? '')) ?? [];
	const totals = Object.entries(response)
		.filter(([key]) => /^total(?:records|registros)$/i.test(key.replace(/\P{L}/gu, '')))
		.map(([, value]) => value);
	return Math.max(0, ...[atStart, ...totals].map(toCount));
}

/** A number as people may write it, such as "1,234" or "1.234"; 0 for anything else. */
function toCount(value: unknown): number {
	const text = String(value).trim();
	const digits = /^\d{1,3}(?:[.,]\d{3})+$/.test(text) ? text.replace(/[.,]/g, '') : text;
	return /^\d+$/.test(digits) ? Number(digits) : 0;
}

/** Tells records apart: by their ID, or else by all that they hold. */
function getIdentity(record: IDataObject): string {
	return idOf(record) ?? JSON.stringify(record);
}

function throwIncomplete(announced: number, received: number): never {
	return throwUserError(
		`Wolkvox found ${announced} records, but sent only ${received} of them`,
		"In Get Many, a narrower search or a lower 'Limit' may help. To go on with the records that came, set 'Incomplete Results' there to 'Return'.",
	);
}
