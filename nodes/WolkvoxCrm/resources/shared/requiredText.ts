import type { IExecutePaginationFunctions } from 'n8n-workflow';

import { isEmpty, locatorValue, throwUserError, toText, toWellFormed } from './values';

/**
 * The text of a required parameter, exactly as given.
 *
 * @param name and label of the parameter
 * @throws UserError if it is empty or not text
 */
export function getRequiredText(
	context: IExecutePaginationFunctions,
	name: string,
	label: string,
): string {
	const value = locatorValue(context.getNodeParameter(name, ''));
	if (isEmpty(value)) {
		throwUserError(
			`${label} is empty`,
			'It is required. An expression may have found nothing for this item.',
		);
	}
	return toWellFormed(toText(value, label)!);
}
