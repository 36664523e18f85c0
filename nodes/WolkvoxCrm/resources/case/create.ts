import type { Operation } from '../../operation';
import { buildFormData } from '../../transport/formData';
import { withRecordId } from '../shared/output';
import { getCreateParameters } from './createParameters';
import type { CaseForm } from './form';

/** Case: Create (page "cases insert" of the API). It takes one request, as each would create a case. */
export const createOperation: Operation<CaseForm> = {
	effect: 'creates',
	noun: 'case',
	rejectedAdvice:
		'Check the values: Contact must exist in the CRM, Status and Priority must exist for the case type, Responsible and Owner must be users of the CRM, a status that closes the case needs Solution, and custom fields must be spelled as in the CRM. The CRM may also require other fields.',

	getParameters: getCreateParameters,

	async send({ fields, files, ...fileOptions }, { request }) {
		const [{ body }] = buildFormData(fields, files, fileOptions);
		const response = await request(body);
		return [withRecordId(response, response.wolkvox_id)];
	},
};
