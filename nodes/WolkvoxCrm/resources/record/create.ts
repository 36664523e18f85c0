import type { IDataObject } from 'n8n-workflow';

import type { Operation } from '../../operation';
import { withRecordId } from '../shared/output';
import { getModule, getRecordFields } from './fields';

/** Record: Create (page "insert" of the API). */
export const createOperation: Operation<IDataObject> = {
	effect: 'creates',
	noun: 'record',
	rejectedAdvice:
		"Check 'Module' and 'Fields': their names must be spelled as in the CRM, and the CRM may also require other fields.",

	async getParameters(context) {
		return { module: getModule(context), fields: getRecordFields(context) };
	},

	async send(body, { request }) {
		const response = await request(body);
		return [withRecordId(response, response.wolkvox_id)];
	},
};
