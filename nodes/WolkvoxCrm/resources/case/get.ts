import type { IDataObject } from 'n8n-workflow';

import type { Handler } from '../../execution/handler';
import { recordsOf } from '../../transport/queryResponse';
import { throwUserError } from '../shared/values';
import { getCaseId } from './caseId';

/** Case: Get (page "query cases" of the API): the case with this ID, and no other. */
export const getHandler: Handler<string> = {
	effect: 'reads',
	noun: 'case',
	rejectedAdvice: 'Check Case: it needs the Wolkvox ID, the last part of the URL of the open case.',
	notFoundAdvice: 'Check Case: it needs the Wolkvox ID, the last part of the URL of the open case.',

	async read(context) {
		return getCaseId(context);
	},

	async send(caseId, { request }) {
		const { data } = await request({ field: 'wolkvox-id', value: caseId });
		return [theCase(recordsOf(data), caseId)];
	},
};

/** Wolkvox does not say how exactly it matches an ID, so the response is checked: no one gets the case of someone else. */
function theCase(cases: IDataObject[], caseId: string): IDataObject {
	const [found, ...others] = cases;
	if (!found) {
		throwUserError(
			`Wolkvox found no case with the ID "${caseId}"`,
			'Check Case: it needs the Wolkvox ID, the last part of the URL of the open case. To look for a case by its number, use Get Many.',
		);
	}
	const foundId = idOf(found);
	if (others.length > 0 || (foundId && foundId.toLowerCase() !== caseId.toLowerCase())) {
		throwUserError(
			`Wolkvox did not return the case with the ID "${caseId}", but ${others.length > 0 ? `${cases.length} cases` : 'another one'}`,
			'Check Case: it needs the whole Wolkvox ID, the last part of the URL of the open case.',
		);
	}
	return found;
}

/** The keys differ between the generations of the API. */
function idOf(record: IDataObject): string | undefined {
	const id = record.wolkvox_id || record['wolkvox-id'] || record._id;
	return typeof id === 'object' && id !== null ? String((id as IDataObject).$oid) : id?.toString();
}
