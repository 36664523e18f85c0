import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';

import type { Operation } from '../../operation';
import { getRequired } from '../shared/required';
import { additionalFieldsField, solutionField, statusField } from './fields';
import type { CaseForm } from './form';
import { getCaseForm } from './form';
import { updateOperation } from './update';

export const closeDescription: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['case'], operation: ['close'] } },
	[
		{
			...statusField,
			required: true,
			placeholder: 'e.g. closed',
			hint: 'As in the CRM, for this case type',
			description: 'The status that closes the case',
		},
		{ ...solutionField, required: true, hint: undefined },
	],
);

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
