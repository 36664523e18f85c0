import type { IDataObject } from 'n8n-workflow';

import type { Operation } from '../../operation';
import { toRecords } from '../../transport/searchResult';
import { throwUserError } from '../shared/values';
import { CHECK_CASE, getCaseId } from './caseId';

/** Case: Get (page "query cases" of the API): the case with this ID, and no other. */
export const getOperation: Operation<string> = {
	effect: 'reads',
	noun: 'case',
	rejectedAdvice: CHECK_CASE,
	notFoundAdvice: CHECK_CASE,

	async getParameters(context) {
		return getCaseId(context);
	},

	async send(caseId, { request }) {
		const { data } = await request({ field: 'wolkvox-id', value: caseId });
		return [onlyMatch(toRecords(data), caseId)];
	},
};

/** Wolkvox does not say how exactly it matches an ID, so the response is checked before it is passed on. */
function onlyMatch(cases: IDataObject[], caseId: string): IDataObject {
	const [found, ...others] = cases;
	if (!found) {
		throwUserError(`Wolkvox found no case with the ID "${caseId}"`, CHECK_CASE);
	}
	if (others.length > 0) {
		throwUserError(`Wolkvox found ${cases.length} cases for the ID "${caseId}"`, CHECK_CASE);
	}
	const foundId = getId(found);
	if (foundId && foundId.toLowerCase() !== caseId.toLowerCase()) {
		throwUserError(`Wolkvox returned a case other than "${caseId}"`, CHECK_CASE);
	}
	return found;
}

/** The keys differ between the generations of the API. */
function getId(record: IDataObject): string | undefined {
	const id = record.wolkvox_id || record['wolkvox-id'] || record._id;
	return typeof id === 'object' && id !== null ? String((id as IDataObject).$oid) : id?.toString();
}
