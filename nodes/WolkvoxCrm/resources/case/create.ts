import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';

import type { Operation } from '../../operation';
import { withRecordId } from '../shared/output';
import { getRequired } from '../shared/required';
import { throwUserError } from '../shared/values';
import { attachmentsField, getAttachments, openFiles } from './attachments';
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

/** What a new case cannot do without (page "cases insert", in each of its revisions). */
const requiredFields = [
	caseTypeField,
	contactField,
	descriptionField,
	statusField,
	priorityField,
	responsibleField,
	ownerField,
];

export const createDescription = updateDisplayOptions(
	{ show: { resource: ['case'], operation: ['create'] } },
	[
		...requiredFields.map((field) => ({ ...field, required: true })),
		{
			displayName: 'Additional Fields',
			name: 'additionalFields',
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			options: [attachmentsField, customFieldsField, customFieldsJsonField, solutionField],
		},
	],
);

/** Case: Create (page "cases insert" of the API). It takes one request, as each would create a case. */
export const createOperation: Operation<CaseForm> = {
	effect: 'creates',
	noun: 'case',
	rejectedAdvice:
		"Check the values: 'Contact' must exist in the CRM, 'Status' and 'Priority' must exist for the case type, 'Responsible' and 'Owner' must be users of the CRM, a status that closes the case needs 'Solution', and custom fields must be spelled as in the CRM. The CRM may also require other fields.",

	async getParameters(context) {
		const additional = context.getNodeParameter('additionalFields', {}) as IDataObject;
		const options = context.getNodeParameter('options', {}) as IDataObject;

		const fields = getCaseFields({ ...getRequiredValues(context), ...additional });
		const attachments = getAttachments(context, additional);
		const fileOptions = getFileOptions(options, attachments.length);
		if (attachments.length > 1 && !fileOptions.areTogether) {
			throwUserError(
				`'Attachments' has ${attachments.length} files, but a case can be created with one`,
				"Each request would create another case. Attach the other files with Case: Update, or set 'Multiple Files' to 'Together'.",
			);
		}
		return { fields, files: await openFiles(context, attachments), ...fileOptions };
	},

	async send(form, { request }) {
		const [{ body }] = buildFormData(form);
		const response = await request(body);
		return [withRecordId(response, response.wolkvox_id)];
	},
};

function getRequiredValues(context: IExecutePaginationFunctions): IDataObject {
	const values = requiredFields.map((field) => [
		field.name,
		getRequired(context, field, 'Wolkvox requires it for a new case.'),
	]);
	return Object.fromEntries(values) as IDataObject;
}
