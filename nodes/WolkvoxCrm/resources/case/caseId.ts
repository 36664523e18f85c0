import type { IExecutePaginationFunctions } from 'n8n-workflow';

import { getRecordId, recordIdField } from '../shared/recordId';

const CASE = {
	name: 'caseId',
	displayName: 'Case',
	noun: 'case',
	description: 'The case to get or to update',
};

export const caseIdField = recordIdField(CASE);

/** The ID of the case that an item names; throws a UserError if there is none. */
export function getCaseId(context: IExecutePaginationFunctions): string {
	return getRecordId(context, CASE);
}
