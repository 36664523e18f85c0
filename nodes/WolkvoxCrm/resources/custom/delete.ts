import type { Operation } from '../../operation';
import { withRecordId } from '../shared/output';
import { getRecordById } from '../shared/recordId';
import type { CustomResource } from './resource';

/** Contact and Record: Delete (page "delete" of the API, whose sample gives one ID as text). */
export function deleteOperation(resource: CustomResource): Operation<string> {
	const { noun, idField } = resource;
	const checkId = `Check '${idField.displayName}': it needs the Wolkvox ID, the last part of the URL of the open ${noun}.`;
	return {
		effect: 'deletes',
		noun,
		valuesAdvice: checkId,
		notFoundAdvice: checkId,

		getRecord: (context) => getRecordById(context, idField),

		async getParameters(context) {
			return resource.getModule(context);
		},

		async send(module, { recordId, request }) {
			const response = await request({ module, multiple: false, 'wolkvox-id': recordId });
			return [{ ...withRecordId(response, recordId), deleted: true }];
		},
	};
}
