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
	reason?: string,
): unknown {
	const value = context.getNodeParameter(field.name, '');
	assertFilled(toGiven(context, value), field, reason);
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
	return toRequiredText(context, field, context.getNodeParameter(field.name, ''), reason);
}

/** The same for a parameter that has been read, which evaluates its expressions; throws likewise. */
export function toRequiredText(
	context: IExecutePaginationFunctions,
	field: Field,
	parameter: unknown,
	reason?: string,
): string {
	const value = toGiven(context, parameter);
	assertFilled(value, field, reason);
	const text = toName(value, quotedLabel(field), () => getExpression(context, field));
	return toWellFormed(text!);
}

function assertFilled(value: unknown, field: Field, reason = 'It is required.'): void {
	if (!isEmpty(value)) return;
	throwUserError(
		`${quotedLabel(field)} is empty`,
		`${reason} An expression may have found nothing for this item.`,
	);
}
