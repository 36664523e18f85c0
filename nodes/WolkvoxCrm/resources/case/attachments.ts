import { createHash } from 'crypto';
import type {
	IBinaryData,
	IDataObject,
	IExecutePaginationFunctions,
	INodeProperties,
} from 'n8n-workflow';

import { isTool } from '../../isTool';
import type { AttachedFile } from '../../operation';
import type { StreamedFile } from '../../transport/streamedFile';
import { toFile } from '../../transport/streamedFile';
import { getExpression, toGiven } from '../shared/given';
import { isPlainObject, throwUserError } from '../shared/values';
import {
	adviceForFormAnswer,
	describeFiles,
	getFiles,
	hasHiddenFiles,
	isFormAnswer,
} from './itemFiles';

export const attachmentsField: INodeProperties = {
	displayName: 'Attachments',
	name: 'attachments',
	type: 'string',
	default: '',
	placeholder: 'e.g. data, report',
	hint: 'A name on the Binary tab of the input, e.g. data. For an earlier node: {{ $("Download").item.binary.data }}',
	description:
		'Comma-separated names of files. An expression can also return a list of names, or the file itself.',
};

/**
 * The files to attach: by name, as n8n's binary data, or as a list of either.
 *
 * @param values of a collection, in which the expression for the files can have found nothing
 * @throws UserError if a file is missing, as otherwise a case could be closed without its report
 */
export function getAttachments(
	context: IExecutePaginationFunctions,
	values: IDataObject,
): IBinaryData[] {
	if (!(attachmentsField.name in values)) return [];
	const wanted = toList(context, toGiven(context, values[attachmentsField.name]));
	if (wanted.length > 0 && isTool(context.getNode())) {
		throwUserError(
			"'Attachments' cannot be used when an AI agent calls this node",
			'n8n passes no files to tools. Attach the file with a Wolkvox CRM node in the workflow.',
		);
	}
	return wanted.map((entry) => getBinary(context, entry));
}

/** Text that is exactly the name of a field stays whole, and so do names in a list; only a typed list is split. */
function toList(context: IExecutePaginationFunctions, value: unknown): unknown[] {
	if (typeof value !== 'string') {
		assertFiles(context, value);
		return [value].flat();
	}
	if (value.trim() === '') return [];
	if (Object.hasOwn(getFiles(context), value)) return [value];

	return value
		.split(',')
		.map((name) => name.trim())
		.filter((name) => name !== '');
}

/** Stops at a value that stands for files, but does not hold them. */
function assertFiles(context: IExecutePaginationFunctions, value: unknown): void {
	if ([value].flat().some(isFormAnswer)) {
		throwUserError(
			"'Attachments' is only the description of a file from a form",
			adviceForFormAnswer(context, value, getExpression(context, attachmentsField)),
		);
	}
	if (Array.isArray(value) && value.length === 0 && hasHiddenFiles(context)) {
		throwUserError(
			"'Attachments' is an empty list, although the item has files",
			`${describeFiles(context)} Use {{ Object.keys($json._files) }} for all of them, and {{ "" }} for none.`,
		);
	}
}

function getBinary(context: IExecutePaginationFunctions, wanted: unknown): IBinaryData {
	if (wanted === undefined || wanted === null) {
		throwUserError(
			"'Attachments': the expression found no file",
			`Check the expression. ${describeFiles(context)} If this item should have no file, let the expression return empty text: {{ "" }}`,
		);
	}
	if (isBinaryData(wanted)) return wanted;
	if (typeof wanted !== 'string') {
		throwUserError(
			"'Attachments' must be the name of a file",
			'Enter names such as data, or use an expression such as {{ $input.item.binary.data }}',
		);
	}
	const binary = getBinaryField(context, wanted);
	if (!hasFile(binary)) {
		throwUserError(
			`'Attachments': "${wanted}" contains no file`,
			'The node that made it, such as a Code node, put no file into it',
		);
	}
	return binary;
}

function getBinaryField(context: IExecutePaginationFunctions, name: string): IBinaryData {
	const files = getFiles(context);
	if (Object.hasOwn(files, name)) return files[name];
	try {
		// In the combined binary mode, this also accepts a path such as _files.data.
		return context.helpers.assertBinaryData(name);
	} catch {
		return throwUserError(
			`'Attachments': this item has no file named "${name}"`,
			describeFiles(context, name),
		);
	}
}

function isBinaryData(value: unknown): value is IBinaryData {
	return isPlainObject(value) && typeof value.mimeType === 'string' && hasFile(value);
}

/** n8n keeps the contents by ID, or in memory, beside the rest. */
function hasFile(binary: unknown): boolean {
	return (
		isPlainObject(binary) && [binary.id, binary.data].some((value) => typeof value === 'string')
	);
}

/** A file that is ready to be sent. */
export interface Attachment extends AttachedFile {
	file: StreamedFile;
}

/** Opens the files to attach, whose contents are read only when they are sent. */
export async function openFiles(
	context: IExecutePaginationFunctions,
	attachments: IBinaryData[],
): Promise<Attachment[]> {
	return await Promise.all(
		attachments.map(async (binary) => {
			const file = await toFile(binary, context.helpers);
			return { file, name: file.name, key: toFileKey(file.name, binary) };
		}),
	);
}

/** Tells files apart by name and contents, for which n8n's ID stands if there is one. */
function toFileKey(name: string, { id, data }: IBinaryData): string {
	return createHash('sha256')
		.update(`${name}\0${id ?? data}`)
		.digest('base64');
}
