import type { IExecutePaginationFunctions } from 'n8n-workflow';

import { getRecordId, recordIdField } from '../shared/recordId';

const CASE = {
	name: 'caseId',
	displayName: 'Case',
	noun: 'case',
	description: 'The case to read or to change',
};

/** What to do if Wolkvox knows no such case. */
export const CHECK_CASE =
	"Check 'Case': it needs the whole Wolkvox ID, the last part of the URL of the open case. To look for a case by its number, use Get Many.";

export const caseIdField = recordIdField(CASE);

/** @throws UserError if an item names no case */
export function getCaseId(context: IExecutePaginationFunctions): string {
	return getRecordId(context, CASE);
}
