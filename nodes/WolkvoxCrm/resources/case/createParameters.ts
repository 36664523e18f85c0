import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

import { getRequired } from '../shared/required';
import { throwUserError } from '../shared/values';
import type { CaseForm } from './form';
import { getCaseAttachments, getCaseFields, getFileOptions, openFiles } from './form';

/** The parameters that a new case cannot do without (page "cases insert", in each of its revisions), and their labels. */
const REQUIRED = {
	caseType: 'Case Type',
	contact: 'Contact',
	description: 'Description',
	status: 'Status',
	priority: 'Priority',
	responsible: 'Responsible',
	owner: 'Owner',
};

/**
 * Reads the parameters of Case: Create for one item.
 *
 * @throws UserError with the label of the parameter, if a value is missing or invalid
 */
export async function getCreateParameters(context: IExecutePaginationFunctions): Promise<CaseForm> {
	const additional = context.getNodeParameter('additionalFields', {}) as IDataObject;
	const options = context.getNodeParameter('options', {}) as IDataObject;

	const fields = getCaseFields({ ...getRequiredValues(context), ...additional });
	const attachments = getCaseAttachments(context, additional);
	const fileOptions = getFileOptions(options, attachments.length);
	if (attachments.length > 1 && fileOptions.multipleFiles === 'onePerRequest') {
		throwUserError(
			`Attachments has ${attachments.length} files, but a case can be created with one`,
			'Each request would create another case. Attach the other files with Case: Update, or set Multiple Files to Together.',
		);
	}
	return { fields, files: await openFiles(context, attachments), ...fileOptions };
}

function getRequiredValues(context: IExecutePaginationFunctions): IDataObject {
	const values = Object.entries(REQUIRED).map(([name, label]) => [
		name,
		getRequired(context, name, label, 'Wolkvox requires it for a new case.'),
	]);
	return Object.fromEntries(values) as IDataObject;
}
