import type { Operation } from '../../operation';
import { buildFormData } from '../../transport/formData';
import { withRecordId } from '../shared/output';
import { CHECK_CASE, getCaseId } from './caseId';
import type { CaseUpdate } from './updateParameters';
import { getUpdateParameters } from './updateParameters';

/** Case: Update (page "cases update" of the API). One output item per case, however many requests its files take. */
export const updateOperation: Operation<CaseUpdate> = {
	effect: 'updates',
	noun: 'case',
	rejectedAdvice:
		'Check the values: Status and Priority must exist for the case type, Responsible must be a user of the CRM, a status that closes the case needs Solution, and custom fields must be spelled as in the CRM.',
	notFoundAdvice: CHECK_CASE,

	recordId: getCaseId,

	getParameters: getUpdateParameters,

	async send(
		{ caseId, fields, files, ...fileOptions },
		{ lastResponse, withoutAttached, request },
	) {
		const remaining = withoutAttached(files);
		// The fields went with the first file.
		const isComplete = lastResponse !== undefined && remaining.length === 0;
		const bodies = isComplete ? [] : buildFormData(fields, remaining, fileOptions);

		let response = lastResponse;
		for (const { body, files: attached } of bodies) {
			response = await request(body, attached);
		}
		return [withRecordId(response!, caseId)];
	},
};
