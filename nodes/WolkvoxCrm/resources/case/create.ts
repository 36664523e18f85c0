import type { IDataObject, IExecutePaginationFunctions, INodeProperties } from 'n8n-workflow';

import type { Operation } from '../../operation';
import { withRecordId } from '../shared/output';
import { getRequired } from '../shared/required';
import { throwUserError } from '../shared/values';
import {
	additionalFieldsField,
	caseTypeField,
	contactField,
	descriptionField,
	ownerField,
	priorityField,
	responsibleField,
	statusField,
} from './fields';
import type { CaseForm } from './form';
import { adviseOnFields, buildFormData, getCaseForm } from './form';

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

const show = { resource: ['case'], operation: ['create'] };

export const createDescription: INodeProperties[] = requiredFields.map((field) => ({
	...field,
	required: true,
	// A name stands once in a description, and Case: Close has a status, too.
	displayOptions: {
		show: field === statusField ? { ...show, operation: ['create', 'close'] } : show,
	},
}));

/** Case: Create (page "cases insert" of the API). It takes one request, as each would create a case. */
export const createOperation: Operation<CaseForm> = {
	effect: 'creates',
	noun: 'case',
	valuesAdvice: 'The CRM may also require other fields.',

	async getParameters(context) {
		const additional = context.getNodeParameter(additionalFieldsField.name, {}) as IDataObject;
		const form = await getCaseForm(context, { ...getRequiredValues(context), ...additional });
		const { files, areTogether } = form;
		if (files.length > 1 && !areTogether) {
			throwUserError(
				`'Attachments' has ${files.length} files, but a case can be created with one`,
				"Each request would create another case. Attach the other files with Case: Update, or set 'Multiple Files' to 'Together'.",
			);
		}
		return form;
	},

	async send(form, { request }) {
		const [{ body, files }] = buildFormData(form);
		const getValuesAdvice = () =>
			`${adviseOnFields(form.fields)} The CRM may also require other fields.`;
		const response = await request(body, { files, getValuesAdvice });
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
