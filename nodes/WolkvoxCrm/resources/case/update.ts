import type { IDataObject } from 'n8n-workflow';

import type { Handler } from '../../execution/handler';
import { buildFormData } from '../../transport/formData';
import type { WolkvoxResponse } from '../../transport/response';
import { getCaseId } from './caseId';
import type { CaseUpdate } from './updateParameters';
import { getUpdateParameters } from './updateParameters';

/** Case: Update (page "cases update" of the API). One output item per case, however many requests its files take. */
export const updateHandler: Handler<CaseUpdate> = {
	recordId: getCaseId,

	read: getUpdateParameters,

	async send({ caseId, fields, files, ...fileOptions }, { state, request }) {
		const remaining = state.withoutAttached(files);
		// The fields went with the first file.
		const isComplete = state.lastResponse !== undefined && remaining.length === 0;
		const bodies = isComplete ? [] : buildFormData(fields, remaining, fileOptions);

		for (const { body, files: attached } of bodies) {
			await request(body, attached);
		}
		return [outputOf(state.lastResponse!, caseId)];
	},
};

/** Wolkvox's own sample leaves the ID empty. */
function outputOf(response: WolkvoxResponse, caseId: string): IDataObject {
	const { data } = response;
	if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
		const { wolkvox_id: id } = data as IDataObject;
		return { ...response, data: { ...data, wolkvox_id: id || caseId } };
	}
	return { ...response, data: data ?? { wolkvox_id: caseId } };
}
