import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

import { throwUserError } from '../shared/values';
import type { CaseForm } from './form';
import { getCaseAttachments, getCaseFields, getFileOptions, openFiles } from './form';

/** An update as the user asked for it, checked and ready to send. */
export interface CaseUpdate extends CaseForm {
	caseId: string;
}

/**
 * Reads the parameters of Case: Update for one item. What the user did not add, or left empty, is not
 * in the result.
 *
 * @throws UserError with the label of the parameter, if a value is invalid
 */
export async function getUpdateParameters(
	context: IExecutePaginationFunctions,
	caseId: string,
): Promise<CaseUpdate> {
	// Each collection is read once: every reading evaluates all its expressions.
	const updates = context.getNodeParameter('updateFields', {}) as IDataObject;
	const options = context.getNodeParameter('options', {}) as IDataObject;

	const fields = getCaseFields(updates);
	const attachments = getCaseAttachments(context, updates);
	const fileOptions = getFileOptions(options, attachments.length);

	if (fields.length === 0 && attachments.length === 0) {
		throwUserError(
			'Update Fields is empty',
			'Add at least one field and give it a value, or attach a file. An expression may have found nothing for this item.',
		);
	}
	const files = await openFiles(context, attachments);
	return { caseId, fields: [['wolkvox-id', caseId], ...fields], files, ...fileOptions };
}
