import type { IDataObject } from 'n8n-workflow';

import type { Operation } from '../../operation';
import { addBodyFields } from '../shared/bodyFields';
import { withRecordId } from '../shared/output';
import { getRecordById } from '../shared/recordId';
import type { CustomResource } from './resource';

/** Contact and Record: Update (page "update" of the API). */
export function updateOperation(resource: CustomResource): Operation<IDataObject> {
	const { noun, idField, valuesAdvice } = resource;
	return {
		effect: 'updates',
		noun,
		valuesAdvice,
		notFoundAdvice: `Check '${idField.displayName}': it needs the Wolkvox ID, the last part of the URL of the open ${noun}.`,

		getRecord: (context) => getRecordById(context, idField),

		async getParameters(context) {
			const module = resource.getModule(context);
			const options = context.getNodeParameter('options', {}) as IDataObject;
			const fields = resource.getFields(context, options);
			return addBodyFields(context, options, { module, 'wolkvox-id': '', fields });
		},

		async send(body, { recordId, request }) {
			const response = await request({ ...body, 'wolkvox-id': recordId });
			return [withRecordId(response, recordId)];
		},
	};
}
