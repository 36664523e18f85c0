import type { IExecutePaginationFunctions, INodeProperties } from 'n8n-workflow';

import type { RecordReference } from '../../operation';
import { toVisibleText } from '../../transport/visibleText';
import { getExpression, toGiven } from './given';
import type { Field } from './values';
import { quotedLabel, throwUserError, toName } from './values';

/** A parameter that names a record. */
export interface RecordIdField extends Field {
	/** What the record is called in the texts: "case". */
	noun: string;
	description: string;
}

/** A field for the record to get or to update: by its ID, or by its URL. */
export function recordIdField({
	name,
	displayName,
	noun,
	description,
}: RecordIdField): INodeProperties {
	return {
		displayName,
		name,
		type: 'resourceLocator',
		required: true,
		default: { mode: 'id', value: '' },
		description,
		modes: [
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. 647f6ff1660dff48d803ffe6',
				hint: `The Wolkvox ID: the last part of the URL when the ${noun} is open in the CRM`,
			},
			{
				displayName: 'By URL',
				name: 'url',
				type: 'string',
				placeholder: 'e.g. https://crm.wolkvox.com/…/647f…',
				hint: `Open the ${noun} in the CRM and copy the URL from the browser`,
			},
		],
	};
}

/**
 * The ID of a record: as given, or found in the URL of the open record, whose last part it is (page
 * "custom update").
 *
 * @param parameter as it was read
 * @throws UserError if there is none
 */
export function toRecordId(
	context: IExecutePaginationFunctions,
	{ noun, ...field }: RecordIdField,
	parameter: unknown,
): string {
	const place = quotedLabel(field);
	const value = toGiven(context, parameter);
	const given = toVisibleText(toName(value, place, () => getExpression(context, field)));
	if (given === '') {
		throwUserError(
			`${place} is empty`,
			`Enter the Wolkvox ID of the ${noun} or its URL. An expression may have found nothing for this item.`,
		);
	}
	if (/[\s,;*]/.test(given.split('?')[0]) && !given.includes('://')) {
		throwUserError(
			`${place} must be one Wolkvox ID`,
			`Enter the ID of one ${noun}, without spaces, commas or asterisks. For several, use one item for each.`,
		);
	}
	if (!/[/?]/.test(given)) return given;
	const ids = findIdsInUrl(given);
	if (ids.length === 0) {
		throwUserError(
			`The URL in ${place} contains no ${noun} ID`,
			`Copy the URL again while the ${noun} is open in the CRM, or enter only the Wolkvox ID`,
		);
	}
	if (ids.length > 1) {
		throwUserError(
			`The URL in ${place} contains several IDs`,
			`Choose By ID and enter the Wolkvox ID of the ${noun}`,
		);
	}
	return ids[0];
}

/** The record that an item names by its ID; throws likewise. */
export function getRecordById(
	context: IExecutePaginationFunctions,
	field: RecordIdField,
): RecordReference {
	const id = toRecordId(context, field, context.getNodeParameter(field.name, ''));
	return { key: id.toLowerCase(), id };
}

/** The ID at the end of the path, whatever the query names; without one, all different IDs of the text. */
function findIdsInUrl(text: string): string[] {
	const isOneUrl = text.split('://').length <= 2;
	const inPath = isOneUrl ? findIds(text.split('?')[0]).slice(-1) : [];
	return inPath.length > 0 ? inPath : [...new Set(findIds(text))];
}

/** An ID has 24 hex digits; its separators may be percent-encoded. */
function findIds(url: string): string[] {
	const decoded = url.replace(/%(?:[0-7][\da-f])/gi, (escape) => decodeURIComponent(escape));
	return decoded.match(/(?<![\da-z])[\da-f]{24}(?![\da-z])/gi) ?? [];
}
