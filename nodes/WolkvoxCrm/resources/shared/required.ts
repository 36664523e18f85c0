import type { IExecutePaginationFunctions } from 'n8n-workflow';

import { getExpression, toGiven } from './given';
import type { Field } from './values';
import { isEmpty, quotedLabel, throwUserError, toName, toWellFormed } from './values';

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
	if (isEmpty(toGiven(context, value))) {
		throwUserError(
			`${quotedLabel(field)} is empty`,
			`${reason} An expression may have found nothing for this item.`,
		);
	}
	return value;
}

/**
 * The text of a required parameter that names something or is looked for, exactly as given.
 *
 * @param reason why it is required, as a sentence
 * @throws UserError if it is empty or not text
 */
export function getRequiredText(
	context: IExecutePaginationFunctions,
	field: Field,
	reason?: string,
): string {
	const value = toGiven(context, getRequired(context, field, reason));
	const text = toName(value, quotedLabel(field), () => getExpression(context, field));
	return toWellFormed(text!);
}
