import type { IExecutePaginationFunctions } from 'n8n-workflow';

import { getRecordId, recordIdField } from '../shared/recordId';

const RECORD = {
	name: 'recordId',
	displayName: 'Record',
	noun: 'record',
	description: 'The record to update',
};

export const recordField = recordIdField(RECORD);

/** The ID of the record that an item names; throws a UserError if there is none. */
export function getRecord(context: IExecutePaginationFunctions): string {
	return getRecordId(context, RECORD);
}
