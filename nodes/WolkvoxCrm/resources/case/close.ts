import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Operation } from '../../operation';
import { getRequired } from '../shared/required';
import { additionalFieldsField, solutionField, statusField } from './fields';
import type { CaseForm } from './form';
import { getCaseForm } from './form';
import { updateOperation } from './update';

/** Its status stands among the fields of Create. */
export const closeDescription: INodeProperties[] = [
	{
		...solutionField,
		required: true,
		hint: undefined,
		displayOptions: { show: { resource: ['case'], operation: ['close'] } },
	},
];

/** Case: Close (page "cases update" of the API, where a status that closes needs a solution): an update. */
export const closeOperation: Operation<CaseForm> = {
	...updateOperation,

	async getParameters(context) {
		const status = getRequired(context, statusField, 'Enter the status that closes the case.');
		const solution = getRequired(context, solutionField, 'Wolkvox requires it to close a case.');
		const additional = context.getNodeParameter(additionalFieldsField.name, {}) as IDataObject;
		return await getCaseForm(context, { ...additional, status, solution } as IDataObject);
	},
};
