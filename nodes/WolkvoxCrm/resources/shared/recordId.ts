import type { IExecutePaginationFunctions, INodeProperties } from 'n8n-workflow';

import type { Field } from './values';
import { locatorValue, quotedLabel, throwUserError, toText } from './values';

interface RecordName extends Field {
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
}: RecordName): INodeProperties {
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
 * @throws UserError if there is none
 */
export function getRecordId(
	context: IExecutePaginationFunctions,
	{ noun, ...field }: RecordName,
): string {
	const place = quotedLabel(field);
	const text = toText(locatorValue(context.getNodeParameter(field.name, '')), place) ?? '';
	const given = text.replace(/[\u200b-\u200d\u2060\ufeff]/g, '').trim();
	if (given === '') {
		throwUserError(
			`${place} is empty`,
			`Enter the Wolkvox ID of the ${noun} or its URL. An expression may have found nothing for this item.`,
		);
	}
	if (!/[/?]/.test(given)) return given;
	return (
		findIdInUrl(given) ??
		throwUserError(
			`The URL in ${place} contains no ${noun} ID`,
			`Copy the URL again while the ${noun} is open in the CRM, or enter only the Wolkvox ID`,
		)
	);
}

/** The last ID before the query, which may name other records; else the last one in it. */
function findIdInUrl(url: string): string | undefined {
	const [beforeQuery] = url.split('?');
	return findLastId(beforeQuery) ?? findLastId(url);
}

/** An ID has 24 hex digits; its separators may be percent-encoded. */
function findLastId(url: string): string | undefined {
	const decoded = url.replace(/%(?:[0-7][\da-f])/gi, (escape) => decodeURIComponent(escape));
	return decoded.match(/(?<![\da-z])[\da-f]{24}(?![\da-z])/gi)?.at(-1);
}
