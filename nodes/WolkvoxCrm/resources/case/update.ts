import type { IDataObject } from 'n8n-workflow';

import type { Handler } from '../../execution/handler';
import type { ItemState } from '../../execution/itemState';
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
		const bodies = buildFormData(fields, files, fileOptions);

		for (const { body, files: attached } of state.remaining(bodies)) {
			try {
				state.noteSuccess(await request(body), attached);
			} catch (error) {
				throw namingAttachedFiles(error as Error, state);
			}
		}
		return [outputOf(state.lastResponse!, caseId)];
	},
};

/** Whoever sends the rest by hand must not attach these again. */
function namingAttachedFiles(error: Error, { attachedFiles }: ItemState): Error {
	const names = attachedFiles.map(({ name }) => name).join(', ');
	if (names !== '') error.message = `${error.message} (already attached: ${names})`;
	return error;
}

/** Wolkvox's own sample leaves the ID empty. */
function outputOf(response: WolkvoxResponse, caseId: string): IDataObject {
	const { data } = response;
	if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
		return {
			...response,
			data: { ...data, wolkvox_id: (data as IDataObject).wolkvox_id || caseId },
		};
	}
	return { ...response, data: data ?? { wolkvox_id: caseId } };
}
