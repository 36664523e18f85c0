import type { IExecutePaginationFunctions, INodeProperties } from 'n8n-workflow';

import { locatorValue, throwUserError, toText } from '../shared/values';

export const caseIdField: INodeProperties = {
	displayName: 'Case',
	name: 'caseId',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'id', value: '' },
	description: 'The case to update',
	modes: [
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 647f6ff1660dff48d803ffe6',
			hint: 'The Wolkvox ID: the last part of the URL when the case is open in the CRM',
		},
		{
			displayName: 'By URL',
			name: 'url',
			type: 'string',
			placeholder: 'e.g. https://crm.wolkvox.com/…/647f…',
			hint: 'Open the case in the CRM and copy the URL from the browser',
		},
	],
};

/**
 * The ID of the case: as given, or found in the URL of the open case, whose last part it is (page
 * "custom update").
 *
 * @throws UserError if there is none
 */
export function getCaseId(context: IExecutePaginationFunctions): string {
	const text = toText(locatorValue(context.getNodeParameter('caseId', '')), 'Case') ?? '';
	const given = text.replace(/[\u200b-\u200d\u2060\ufeff]/g, '').trim();
	if (given === '') {
		throwUserError(
			'Case is empty',
			'Enter the Wolkvox ID of the case or its URL. An expression may have found nothing for this item.',
		);
	}
	return /[/?#]/.test(given) ? idInUrl(given) : given;
}

/** The last ID before the query, which may name other records; else the last one in it. */
function idInUrl(url: string): string {
	const [beforeQuery] = url.split('?');
	return (
		lastIdIn(beforeQuery) ??
		lastIdIn(url) ??
		throwUserError(
			'The URL in Case contains no case ID',
			'Copy the URL again while the case is open in the CRM, or choose By ID and enter the Wolkvox ID itself',
		)
	);
}

/** An ID has 24 hex digits; its separators may be percent-encoded. */
function lastIdIn(url: string): string | undefined {
	const decoded = url.replace(/%(?:[0-7][\da-f])/gi, (escape) => decodeURIComponent(escape));
	return decoded.match(/(?<![\da-z])[\da-f]{24}(?![\da-z])/gi)?.at(-1);
}
