import type { IDataObject, IExecutePaginationFunctions, INodeProperties } from 'n8n-workflow';

import type { RecordReference, SendContext } from '../../operation';
import { idOf } from '../../transport/content';
import { toVisibleText } from '../../transport/visibleText';
import { ENDPOINTS } from '../shared/endpoints';
import { isSameText } from '../shared/match';
import { recordIdField, toRecordId } from '../shared/recordId';
import { toRequiredText } from '../shared/required';
import { searchAll } from '../shared/search';
import { isPlainObject, throwUserError } from '../shared/values';

const CASE = {
	name: 'caseId',
	displayName: 'Case',
	noun: 'case',
	description: 'The case to work with',
};

/** What to do if Wolkvox knows no such case. */
export const CHECK_CASE =
	"Check 'Case': By ID needs the whole Wolkvox ID, the last part of the URL of the open case. For the number that people see, choose By Number.";

const { modes = [], ...field } = recordIdField(CASE);

/** A case can also be named by the number that people see. */
export const caseIdField: INodeProperties = {
	...field,
	modes: [
		...modes,
		{
			displayName: 'By Number',
			name: 'number',
			type: 'string',
			placeholder: 'e.g. CASO-1002',
			hint: 'The number that people see in the CRM. Finding the case takes one more call.',
		},
	],
};

/** What Wolkvox calls the number of a case in a query (page "cases query"). */
const NUMBER_FIELD = 'idPrefijo';

/** The same in records, older and newer, as other programs have read them. */
const NUMBER_KEYS = [NUMBER_FIELD, 'Prefix'];

/** What a case number looks like: only digits, or a prefix, a hyphen and digits. No ID does. */
const CASE_NUMBER = /^(?:\p{L}+-)?\d{1,12}$/u;

/**
 * How an item names its case.
 *
 * @throws UserError if it names none
 */
export function getCaseReference(context: IExecutePaginationFunctions): {
	by: 'id' | 'number';
	text: string;
} {
	// It is read once: every reading evaluates its expression.
	const parameter: unknown = context.getNodeParameter(CASE.name, '');
	if (isPlainObject(parameter) && parameter.mode === 'number') {
		const reason = 'Enter the number of the case.';
		const text = toVisibleText(toRequiredText(context, CASE, parameter, reason));
		// A text of unseen characters alone is refused below, as an empty ID.
		if (text !== '') return { by: 'number', text };
	}
	const text = toRecordId(context, CASE, parameter);
	if (CASE_NUMBER.test(text)) {
		throwUserError(
			`'Case' is "${text}", which looks like a case number and not like a Wolkvox ID`,
			'To name a case by its number, choose By Number',
		);
	}
	return { by: 'id', text };
}

/** The case that an item changes; throws a UserError if it names none. */
export function getCaseRecord(context: IExecutePaginationFunctions): RecordReference {
	const { by, text } = getCaseReference(context);
	if (by === 'id') return { key: text.toLowerCase(), id: text };
	return {
		key: `number ${text.toLowerCase()}`,
		find: async (query) => idOf(await findCase(text, query))!,
	};
}

/**
 * The one case with a number. How Wolkvox matches a number is not documented, so that what it finds must
 * hold exactly this number.
 *
 * @throws UserError unless there is exactly one, and it has an ID
 */
export async function findCase(number: string, query: SendContext['query']): Promise<IDataObject> {
	const search = { field: NUMBER_FIELD, value: number };
	const cases = await searchAll({ body: search, limit: Infinity }, async (body) => {
		return await query(body, ENDPOINTS.queryCases);
	});
	const matches = cases.filter((record) => hasNumber(record, number));
	const [match, ...others] = matches;
	if (cases.length === 0) throwNotFound(`Wolkvox found no case with the number "${number}"`);
	if (!match) throwNotFound(`Wolkvox found other cases, but none with the number "${number}"`);
	if (others.length > 0) {
		throwNotFound(`Wolkvox found ${matches.length} cases with the number "${number}"`);
	}
	if (!/^[\da-f]{24}$/i.test(idOf(match) ?? '')) {
		throwNotFound(`Wolkvox returned the case "${number}" without its ID`);
	}
	return match;
}

/** Whether a record is the case with a number. No page shows a record: one without these keys may have another. */
function hasNumber(record: IDataObject, number: string): boolean {
	const own = NUMBER_KEYS.filter((key) => key in record).map((key) => record[key]);
	const values = own.length > 0 ? own : Object.values(record);
	return values.some((value) => isSameText(value, number));
}

function throwNotFound(message: string): never {
	return throwUserError(
		message,
		"No case was changed. Look for it with Get Many, whose 'Search By' also offers other fields.",
	);
}
