import type { IDataObject } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';

import type { Operation } from '../../operation';
import { withRecordId } from '../shared/output';
import { throwUserError } from '../shared/values';
import { attachmentsField, getAttachments, openFiles } from './attachments';
import { CHECK_CASE, getCaseId } from './caseId';
import {
	caseTypeField,
	contactField,
	customFieldsField,
	customFieldsJsonField,
	descriptionField,
	ownerField,
	priorityField,
	responsibleField,
	solutionField,
	statusField,
} from './fields';
import type { CaseForm } from './form';
import { buildFormData, getCaseFields, getFileOptions } from './form';

const ONE_SAMPLE =
	'Wolkvox shows this field in a single example for an update, so it may have no effect.';

export const updateDescription = updateDisplayOptions(
	{ show: { resource: ['case'], operation: ['update'] } },
	[
		{
			displayName: 'Update Fields',
			name: 'updateFields',
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			description:
				'What to change. A field that you do not add, or whose value is empty, is not sent. Wolkvox lists Case Type, Responsible, Status and Priority as required, but its examples leave some out: add them if it rejects the update.',
			options: [
				{
					...attachmentsField,
					description: `${attachmentsField.description} Wolkvox does not say whether a new attachment adds to earlier ones or replaces them, so try it on a test case.`,
				},
				caseTypeField,
				{ ...contactField, description: `${contactField.description}. ${ONE_SAMPLE}` },
				customFieldsField,
				customFieldsJsonField,
				{ ...descriptionField, description: `${descriptionField.description}. ${ONE_SAMPLE}` },
				{ ...ownerField, description: `${ownerField.description}. ${ONE_SAMPLE}` },
				priorityField,
				responsibleField,
				solutionField,
				statusField,
			],
		},
	],
);

interface CaseUpdate extends CaseForm {
	caseId: string;
}

/** Case: Update (page "cases update" of the API). One output item per case, however many requests its files take. */
export const updateOperation: Operation<CaseUpdate> = {
	effect: 'updates',
	noun: 'case',
	rejectedAdvice:
		"Check the values: 'Status' and 'Priority' must exist for the case type, 'Responsible' must be a user of the CRM, a status that closes the case needs 'Solution', and custom fields must be spelled as in the CRM.",
	notFoundAdvice: CHECK_CASE,

	recordId: getCaseId,

	async getParameters(context, caseId) {
		// Each collection is read once: every reading evaluates all its expressions.
		const updates = context.getNodeParameter('updateFields', {}) as IDataObject;
		const options = context.getNodeParameter('options', {}) as IDataObject;

		const fields = getCaseFields(updates);
		const attachments = getAttachments(context, updates);
		const fileOptions = getFileOptions(options, attachments.length);

		if (fields.length === 0 && attachments.length === 0) {
			throwUserError(
				"'Update Fields' is empty",
				'Add at least one field and give it a value, or attach a file. An expression may have found nothing for this item.',
			);
		}
		const files = await openFiles(context, attachments);
		return { caseId, fields: [['wolkvox-id', caseId], ...fields], files, ...fileOptions };
	},

	async send({ caseId, ...form }, { lastResponse, withoutAttached, request }) {
		const files = withoutAttached(form.files);
		// The fields went with the first file.
		const isComplete = lastResponse !== undefined && files.length === 0;
		const bodies = isComplete ? [] : buildFormData({ ...form, files });

		let response = lastResponse;
		for (const { body, files: attached } of bodies) {
			response = await request(body, attached);
		}
		return [withRecordId(response!, caseId)];
	},
};
