import type { IDataObject } from 'n8n-workflow';

import type { Operation } from '../../operation';
import { withRecordId } from '../shared/output';
import { getModule, getRecord, getRecordFields } from './parameters';

/** Record: Update (page "update" of the API). */
export const updateOperation: Operation<IDataObject> = {
	effect: 'updates',
	noun: 'record',
	rejectedAdvice: 'Check Module and Fields: their names must be spelled as in the CRM.',
	notFoundAdvice:
		'Check Record: it needs the Wolkvox ID, the last part of the URL of the open record.',

	recordId: getRecord,

	async getParameters(context, recordId) {
		return {
			module: getModule(context),
			'wolkvox-id': recordId,
			fields: getRecordFields(context),
		};
	},

	async send(body, { request }) {
		return [withRecordId(await request(body), body['wolkvox-id'])];
	},
};
