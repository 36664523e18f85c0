import type { IDataObject } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';

import type { Operation } from '../../operation';
import { customFieldsField, customFieldsJsonField } from '../shared/customFields';
import { withRecordId } from '../shared/output';
import { throwUserError } from '../shared/values';
import { attachmentsField } from './attachments';
import { CHECK_CASE, getCaseRecord } from './caseId';
import {
	caseTypeField,
	contactField,
	descriptionField,
	ownerField,
	priorityField,
	responsibleField,
	solutionField,
	statusField,
} from './fields';
import type { CaseForm } from './form';
import { adviseOnFields, buildFormData, getCaseForm, isEmptyUpdate } from './form';

/** Wolkvox lists these as required, while its own samples leave some out (page "cases update"). */
const REQUIRED_BY_WOLKVOX = [caseTypeField, priorityField, responsibleField, statusField];

/** A single sample of the page sends these to this address. */
const CHECK_THAT_IT_CHANGES = 'Check on a test case that it changes';

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
				"Only filled fields are sent. If Wolkvox rejects the update, add 'Case Type', 'Responsible', 'Status' and 'Priority'.",
			options: [
				{
					...attachmentsField,
					description:
						'Files to attach, by name. Try it on a test case first, to see that the case keeps its earlier files.',
				},
				caseTypeField,
				{ ...contactField, description: `The new contact of the case. ${CHECK_THAT_IT_CHANGES}.` },
				customFieldsField,
				customFieldsJsonField,
				{ ...descriptionField, description: `The new text of the case. ${CHECK_THAT_IT_CHANGES}.` },
				{ ...ownerField, description: `The CRM user who owns the case. ${CHECK_THAT_IT_CHANGES}.` },
				priorityField,
				responsibleField,
				solutionField,
				statusField,
			],
		},
	],
);

/** Case: Update (page "cases update" of the API). One output item per case, however many requests its files take. */
export const updateOperation: Operation<CaseForm> = {
	effect: 'updates',
	noun: 'case',
	valuesAdvice: CHECK_CASE,
	notFoundAdvice: CHECK_CASE,

	getRecord: getCaseRecord,

	async getParameters(context) {
		// Each collection is read once: every reading evaluates all its expressions.
		const updates = context.getNodeParameter('updateFields', {}) as IDataObject;
		const form = await getCaseForm(context, updates);
		if (form.files.length === 0 && isEmptyUpdate(context, form.fields)) {
			throwUserError(
				"'Update Fields' is empty",
				'Add at least one field and give it a value, or attach a file. An expression may have found nothing for this item.',
			);
		}
		return form;
	},

	async send(form, { recordId, lastResponse, withoutAttached, request }) {
		const files = withoutAttached(form.files);
		const fields: CaseForm['fields'] = [['wolkvox-id', recordId], ...form.fields];
		// An earlier attempt has sent everything: the fields go with each file, and no file is left.
		const isAllSent = lastResponse !== undefined && files.length === 0;
		const bodies = isAllSent ? [] : buildFormData({ ...form, fields, files });

		const getValuesAdvice = () => adviseOnFields(form.fields, REQUIRED_BY_WOLKVOX);
		let response = lastResponse;
		for (const { body, files: attached } of bodies) {
			response = await request(body, { files: attached, getValuesAdvice });
		}
		return [withRecordId(response!, recordId)];
	},
};
