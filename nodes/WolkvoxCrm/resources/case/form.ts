import { createHash } from 'crypto';
import type { IBinaryData, IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

import type { AttachedFile } from '../../operation';
import type { FileOptions } from '../../transport/formData';
import { toFile } from '../../transport/streamedFile';
import { getAttachments } from '../shared/attachments';
import { getJsonFields } from '../shared/jsonFields';
import { locatorValue, oneOf, throwUserError, toText } from '../shared/values';

/** The text parts: their names in the API, the labels, and the parameters where these differ. */
const TEXT_FIELDS = [
	['case-type', 'Case Type', 'caseType'],
	['responsible', 'Responsible'],
	['owner', 'Owner'],
	['contact', 'Contact'],
	['description', 'Description'],
	['status', 'Status'],
	['priority', 'Priority'],
	['solution', 'Solution'],
];

const CUSTOM_FIELDS = { rows: 'Custom Fields', json: 'Custom Fields (JSON)' };

/** PHP keeps no more files of one request (`max_file_uploads`). */
const MOST_FILES_TOGETHER = 20;

/** The parts of a form that describes a case. */
export interface CaseForm extends FileOptions {
	/** Names and values of the text parts, except for the operation, in the order of the API's page. */
	fields: Array<[string, string]>;
	files: Array<AttachedFile & { file: File }>;
}

/** The text parts; what the user did not add, or left empty, is not among them. */
export function getCaseFields(values: IDataObject): Array<[string, string]> {
	const fields = TEXT_FIELDS.flatMap(([part, label, parameter = part]) => {
		const text = toText(locatorValue(values[parameter]), label);
		return text === undefined ? [] : [[part, text] as [string, string]];
	});
	const custom = getJsonFields(values.customFields, values.customFieldsJson, CUSTOM_FIELDS);
	return custom === undefined ? fields : [...fields, ['form', JSON.stringify(custom)]];
}

/** The files to attach, by the parameter of the given collection; an expression in it can find none. */
export function getCaseAttachments(
	context: IExecutePaginationFunctions,
	values: IDataObject,
): IBinaryData[] {
	return 'attachments' in values ? getAttachments(context, values.attachments) : [];
}

/** @throws UserError if more files are to go together than PHP keeps */
export function getFileOptions(options: IDataObject, fileCount: number): FileOptions {
	const { attachmentField = 'files', multipleFiles = 'onePerRequest' } = options;
	const fileOptions: FileOptions = {
		attachmentField: oneOf(attachmentField, 'Attachment Part Name', ['file', 'files']),
		multipleFiles: oneOf(multipleFiles, 'Multiple Files', ['onePerRequest', 'together']),
	};
	if (fileOptions.multipleFiles === 'together' && fileCount > MOST_FILES_TOGETHER) {
		throwUserError(
			`Attachments has ${fileCount} files, but only ${MOST_FILES_TOGETHER} can be sent together`,
			'By default, PHP silently drops more than 20 files in one request. With Case: Update, you can set Multiple Files to One per Request.',
		);
	}
	return fileOptions;
}

/** Opens the files to attach, whose contents are read only when they are sent. */
export async function openFiles(
	context: IExecutePaginationFunctions,
	attachments: IBinaryData[],
): Promise<CaseForm['files']> {
	return await Promise.all(
		attachments.map(async (binary) => {
			const file = await toFile(binary, context.helpers);
			return { file, name: file.name, key: fileKey(file.name, binary) };
		}),
	);
}

/** Tells files apart by name and contents, for which n8n's ID stands if there is one. */
function fileKey(name: string, { id, data }: IBinaryData): string {
	return createHash('sha256')
		.update(`${name}\0${id ?? data}`)
		.digest('base64');
}
