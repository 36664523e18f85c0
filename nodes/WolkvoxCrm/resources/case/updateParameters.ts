import { createHash } from 'crypto';
import type { IBinaryData, IDataObject, IExecutePaginationFunctions, INode } from 'n8n-workflow';

import type { AttachedFile } from '../../execution/itemState';
import type { FileOptions } from '../../transport/formData';
import { toFile } from '../../transport/streamedFile';
import { getAttachments } from '../shared/attachments';
import { getCustomFields } from '../shared/customFields';
import { locatorValue, oneOf, throwUserError, toText } from '../shared/values';

/** An update as the user asked for it, checked and ready to send. */
export interface CaseUpdate extends FileOptions {
	caseId: string;
	/** Names and values of the text parts, except for the operation, in the order of the API's page. */
	fields: Array<[string, string]>;
	files: Array<AttachedFile & { file: File }>;
}

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

/** PHP keeps no more files of one request (`max_file_uploads`). */
const MOST_FILES_TOGETHER = 20;

/**
 * Reads the parameters of Case: Update for one item. What the user did not add, or left empty, is not
 * in the result.
 *
 * @throws UserError with the label of the parameter, if a value is invalid
 */
export async function getUpdateParameters(
	context: IExecutePaginationFunctions,
	node: INode,
	caseId: string,
): Promise<CaseUpdate> {
	// Each collection is read once: every reading evaluates all its expressions.
	const updates = context.getNodeParameter('updateFields', {}) as IDataObject;
	const options = context.getNodeParameter('options', {}) as IDataObject;

	const fields = [...textFields(updates), ...formField(updates)];
	const attachments =
		'attachments' in updates ? getAttachments(context, node, updates.attachments) : [];
	const fileOptions = getFileOptions(options, attachments.length);

	if (fields.length === 0 && attachments.length === 0) {
		throwUserError(
			'Update Fields is empty',
			'Add at least one field and give it a value, or attach a file. An expression may have found nothing for this item.',
		);
	}
	const files = await Promise.all(
		attachments.map(async (binary) => {
			const file = await toFile(binary, context.helpers);
			return { file, name: file.name, key: fileKey(file.name, binary) };
		}),
	);
	return { caseId, fields: [['wolkvox-id', caseId], ...fields], files, ...fileOptions };
}

/** Tells files apart by name and contents, for which n8n's ID stands if there is one. */
function fileKey(name: string, { id, data }: IBinaryData): string {
	return createHash('sha256')
		.update(`${name}\0${id ?? data}`)
		.digest('base64');
}

function textFields(updates: IDataObject): Array<[string, string]> {
	return TEXT_FIELDS.flatMap(([part, label, parameter = part]) => {
		const text = toText(locatorValue(updates[parameter]), label);
		return text === undefined ? [] : [[part, text] as [string, string]];
	});
}

function formField(updates: IDataObject): Array<[string, string]> {
	const form = getCustomFields(updates.customFields, updates.customFieldsJson);
	return form === undefined ? [] : [['form', form]];
}

function getFileOptions(options: IDataObject, fileCount: number): FileOptions {
	const { attachmentField = 'files', multipleFiles = 'onePerRequest' } = options;
	const fileOptions: FileOptions = {
		attachmentField: oneOf(attachmentField, 'Attachment Part Name', ['file', 'files']),
		multipleFiles: oneOf(multipleFiles, 'Multiple Files', ['onePerRequest', 'together']),
	};
	if (fileOptions.multipleFiles === 'together' && fileCount > MOST_FILES_TOGETHER) {
		throwUserError(
			`Attachments has ${fileCount} files, but only ${MOST_FILES_TOGETHER} can be sent together`,
			'Set Multiple Files to One per Request: by default, PHP silently drops more than 20 files in one request',
		);
	}
	return fileOptions;
}
