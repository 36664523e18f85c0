import type { IExecutePaginationFunctions } from 'n8n-workflow';

import { isEmpty, locatorValue, throwUserError, toText, toWellFormed } from './values';

/**
 * The value of a required parameter, as it is.
 *
 * @param name and label of the parameter
 * @param reason why it is required, as a sentence
 * @throws UserError if it is empty
 */
export function getRequired(
	context: IExecutePaginationFunctions,
	name: string,
	label: string,
	reason = 'It is required.',
): unknown {
	const value = context.getNodeParameter(name, '');
	if (isEmpty(locatorValue(value))) {
		throwUserError(
			`${label} is empty`,
			`${reason} An expression may have found nothing for this item.`,
		);
	}
	return value;
}

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
	const value = locatorValue(getRequired(context, name, label));
	return toWellFormed(toText(value, label)!);
}
