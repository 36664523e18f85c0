import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

import { getJsonFields } from '../shared/jsonFields';
import { getRecordId, recordIdField } from '../shared/recordId';
import { getRequiredText } from '../shared/required';
import { throwUserError } from '../shared/values';

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

/** The part of the CRM that holds the record. */
export function getModule(context: IExecutePaginationFunctions): string {
	return getRequiredText(context, 'module', 'Module');
}

/**
 * The fields to send.
 *
 * @throws UserError if there are none, or if a value is invalid
 */
export function getRecordFields(context: IExecutePaginationFunctions): IDataObject {
	const rows = context.getNodeParameter('fields', {});
	const json = context.getNodeParameter('fieldsJson', '');
	const fields = getJsonFields(rows, json, { rows: 'Fields', json: 'Fields (JSON)' });
	if (fields === undefined || Object.keys(fields).length === 0) {
		throwUserError(
			'Fields is empty',
			'Add at least one field and give it a value. An expression may have found nothing for this item.',
		);
	}
	return fields as IDataObject;
}
