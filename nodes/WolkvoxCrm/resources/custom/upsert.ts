import { createHash } from 'crypto';
import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

import type { Operation, SendContext } from '../../operation';
import { idOf } from '../../transport/content';
import { addBodyFields } from '../shared/bodyFields';
import { ENDPOINTS } from '../shared/endpoints';
import { isSameValue, toComparable } from '../shared/match';
import { withRecordId } from '../shared/output';
import { searchAll } from '../shared/search';
import { isEmpty, isPlainObject, throwUserError, toName } from '../shared/values';
import type { CustomResource } from './resource';

interface Upsert {
	/** What is sent, except for the ID. */
	body: IDataObject;
	/** The query for a record that is there already. */
	match: { module: string; field: string; value: string };
}

/**
 * Contact and Record: Create or Update (pages "query", "insert" and "update" of the API): the record that
 * has the value to match is updated, and created if there is none.
 */
export function upsertOperation(resource: CustomResource): Operation<Upsert> {
	const { noun, valuesAdvice } = resource;
	return {
		effect: 'upserts',
		noun,
		valuesAdvice,

		getRecord(context) {
			const { match } = getUpsert(context, resource);
			const text = JSON.stringify([match.module, match.field, toComparable(match.value)]);
			return { key: createHash('sha256').update(text).digest('hex') };
		},

		async getParameters(context) {
			return getUpsert(context, resource);
		},

		async send({ body, match }, { query, getEarlierResult, request }) {
			const found = await findMatch(match, noun, query);
			const id = found ?? getCreatedId(getEarlierResult(), noun);
			const getValuesAdvice = () => `${valuesAdvice} The CRM may also require other fields.`;
			const response =
				id === undefined
					? await request(body, { url: ENDPOINTS.insert, getValuesAdvice })
					: await request(
							{ ...body, 'wolkvox-id': id },
							{ url: ENDPOINTS.update, recordId: id, getValuesAdvice },
						);
			return [{ ...withRecordId(response, id ?? response.wolkvox_id), created: id === undefined }];
		},
	};
}

function getUpsert(context: IExecutePaginationFunctions, resource: CustomResource): Upsert {
	const module = resource.getModule(context);
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const fields = resource.getFields(context, options);
	const { field, place, label } = resource.getMatchField(context);
	const given = Object.hasOwn(fields, field) ? fields[field] : undefined;
	const value = isPlainObject(given) ? given.value : given;
	if (isEmpty(value)) {
		throwUserError(
			`${place} is ${label}, but this field has no value`,
			`Add the field below and give it a value: the ${resource.noun} is recognized by it. An expression may have found nothing for this item.`,
		);
	}
	const text = toName(value, `"${field}"`)!.trim();
	const matched = typeof given === 'string' ? { ...fields, [field]: text } : fields;
	return {
		// The ID comes from the search: the additional fields must not bring another.
		body: addBodyFields(context, options, { module, 'wolkvox-id': undefined, fields: matched }),
		match: { module, field, value: text },
	};
}

/**
 * The ID of the one record that has a value; nothing if no record was found.
 *
 * @throws UserError if it is not clear which record is meant
 */
async function findMatch(
	match: Upsert['match'],
	noun: string,
	query: SendContext['query'],
): Promise<string | undefined> {
	const { field, value } = match;
	const records = await searchAll({ body: match, limit: Infinity }, async (body) => {
		return await query(body, ENDPOINTS.query);
	});
	if (records.length === 0) return undefined;

	const named = `"${value}" in the field "${field}"`;
	const matches = records.filter((record) => isSameValue(record[field], value));
	if (matches.length === 0) throwUnclear(`Wolkvox found other ${noun}s, but none with ${named}`);
	if (matches.length > 1) throwUnclear(`Wolkvox found ${matches.length} ${noun}s with ${named}`);
	return (
		idOf(matches[0]) ?? throwUnclear(`Wolkvox returned the ${noun} with ${named} without its ID`)
	);
}

/**
 * The ID of the record that an earlier item of the run has created, which a search may not find yet;
 * nothing if none has.
 *
 * @throws UserError if Wolkvox has not told the ID
 */
function getCreatedId(earlier: IDataObject[] | undefined, noun: string): string | undefined {
	if (earlier === undefined) return undefined;
	return (
		idOf(earlier[0]?.data) ??
		throwUnclear(`Wolkvox does not find the ${noun} that an earlier item has created`)
	);
}

function throwUnclear(message: string): never {
	return throwUserError(
		message,
		'Nothing was created or updated. Look with Get Many which one is meant, and use Update or Create.',
	);
}
