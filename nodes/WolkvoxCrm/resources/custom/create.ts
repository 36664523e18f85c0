import type { IDataObject } from 'n8n-workflow';

import type { Operation } from '../../operation';
import { addBodyFields } from '../shared/bodyFields';
import { withRecordId } from '../shared/output';
import type { CustomResource } from './resource';

/** Contact and Record: Create (page "insert" of the API). */
export function createOperation(resource: CustomResource): Operation<IDataObject> {
	return {
		effect: 'creates',
		noun: resource.noun,
		valuesAdvice: `${resource.valuesAdvice} The CRM may also require other fields.`,

		async getParameters(context) {
			const module = resource.getModule(context);
			const options = context.getNodeParameter('options', {}) as IDataObject;
			const fields = resource.getFields(context, options);
			return addBodyFields(context, options, { module, fields });
		},

		async send(body, { request }) {
			const response = await request(body);
			return [withRecordId(response, response.wolkvox_id)];
		},
	};
}
