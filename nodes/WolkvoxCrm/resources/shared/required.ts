import type { IExecutePaginationFunctions } from 'n8n-workflow';

import type { Field } from './values';
import { isEmpty, locatorValue, quotedLabel, throwUserError, toText, toWellFormed } from './values';

/**
 * The value of a required parameter, as it is.
 *
 * @param reason why it is required, as a sentence
 * @throws UserError if it is empty
 */
export function getRequired(
	context: IExecutePaginationFunctions,
	field: Field,
	reason = 'It is required.',
): unknown {
	const value = context.getNodeParameter(field.name, '');
	if (isEmpty(locatorValue(value))) {
		throwUserError(
			`${quotedLabel(field)} is empty`,
			`${reason} An expression may have found nothing for this item.`,
		);
	}
	return value;
}

/**
 * The text of a required parameter, exactly as given.
 *
 * @throws UserError if it is empty or not text
 */
export function getRequiredText(context: IExecutePaginationFunctions, field: Field): string {
	const value = locatorValue(getRequired(context, field));
	return toWellFormed(toText(value, quotedLabel(field))!);
}
