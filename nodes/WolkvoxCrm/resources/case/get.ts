import type { IDataObject } from 'n8n-workflow';

import type { Operation } from '../../operation';
import { idOf } from '../../transport/content';
import { throwUserError } from '../shared/values';
import { CHECK_CASE, findCase, getCaseReference } from './caseId';

/** Case: Get (page "query cases" of the API): the case with this ID or number, and no other. */
export const getOperation: Operation<ReturnType<typeof getCaseReference>> = {
	effect: 'reads',
	noun: 'case',
	valuesAdvice: CHECK_CASE,
	notFoundAdvice: CHECK_CASE,

	async getParameters(context) {
		return getCaseReference(context);
	},

	async send({ by, text }, { query }) {
		if (by === 'number') return [await findCase(text, query)];
		const { data } = await query({ field: 'wolkvox-id', value: text });
		return [onlyMatch(data, text)];
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
	if (idOf(found)?.toLowerCase() !== caseId.toLowerCase()) {
		throwUserError(`Wolkvox returned a case other than "${caseId}"`, CHECK_CASE);
	}
	return found;
}
