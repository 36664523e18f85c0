import type { IDataObject } from 'n8n-workflow';

import type { Operation } from '../../operation';
import { withRecordId } from '../shared/output';
import { getRecordId, recordIdField } from '../shared/recordId';
import { getModule, getRecordFields } from './fields';

const RECORD = {
	name: 'recordId',
	displayName: 'Record',
	noun: 'record',
	description: 'The record to update',
};

export const recordField = recordIdField(RECORD);

/** Record: Update (page "update" of the API). */
export const updateOperation: Operation<IDataObject> = {
	effect: 'updates',
	noun: 'record',
	rejectedAdvice: "Check 'Module' and 'Fields': their names must be spelled as in the CRM.",
	notFoundAdvice:
		"Check 'Record': it needs the Wolkvox ID, the last part of the URL of the open record.",

	recordId: (context) => getRecordId(context, RECORD),

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
