import { createHash } from 'crypto';
import type {
	IBinaryData,
	IDataObject,
	IExecutePaginationFunctions,
	INodeProperties,
} from 'n8n-workflow';

import { isTool } from '../../isTool';
import type { AttachedFile } from '../../operation';
import { toFile } from '../../transport/streamedFile';
import { isPlainObject, throwUserError } from '../shared/values';

export const attachmentsField: INodeProperties = {
	displayName: 'Attachments',
	name: 'attachments',
	type: 'string',
	default: '',
	placeholder: 'e.g. data, report',
	hint: "The name shown on the input's Binary tab, e.g. data. Separate several names with commas.",
	description:
		'Comma-separated names of binary fields. An expression can also return a list of names, or the binary data itself.',
};

/**
 * The files to attach: by names of binary fields, as binary data, or as a list of either.
 *
 * @param values of a collection, in which the expression for the files can have found nothing
 * @throws UserError if a file is missing, as otherwise a case could be closed without its report
 */
export function getAttachments(
	context: IExecutePaginationFunctions,
	values: IDataObject,
): IBinaryData[] {
	if (!(attachmentsField.name in values)) return [];
	const wanted = toList(context, values[attachmentsField.name]);
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
	if (typeof value !== 'string') return [value].flat();
	if (value.trim() === '') return [];
	if (getFieldNames(context).includes(value)) return [value];

	return value
		.split(',')
		.map((name) => name.trim())
		.filter((name) => name !== '');
}

function getBinary(context: IExecutePaginationFunctions, wanted: unknown): IBinaryData {
	if (wanted === undefined || wanted === null) {
		throwUserError(
			"'Attachments': the expression found no file",
			'Check the expression. If this item should have no file, let the expression return empty text: {{ "" }}',
		);
	}
	if (isBinaryData(wanted)) return wanted;
	if (typeof wanted !== 'string') {
		throwUserError(
			"'Attachments' is neither the name of a binary field nor binary data",
			'Enter names such as data, or use an expression such as {{ $input.item.binary.data }}',
		);
	}
	const binary = getBinaryField(context, wanted);
	if (!hasFile(binary)) {
		throwUserError(
			`'Attachments': the binary field "${wanted}" contains no file`,
			'The node that made this field, such as a Code node, put no file into it',
		);
	}
	return binary;
}

function getBinaryField(context: IExecutePaginationFunctions, name: string): IBinaryData {
	try {
		return context.helpers.assertBinaryData(name);
	} catch {
		const names = getFieldNames(context);
		return throwUserError(
			`'Attachments': this item has no binary field "${name}"`,
			names.length === 0
				? 'The item has no files at all: check the node before this one'
				: `The item has: ${names.join(', ')}`,
		);
	}
}

function getFieldNames(context: IExecutePaginationFunctions): string[] {
	return Object.keys(context.getInputData().binary ?? {});
}

function isBinaryData(value: unknown): value is IBinaryData {
	return isPlainObject(value) && typeof value.mimeType === 'string' && hasFile(value);
}

/** n8n keeps the contents by ID, or in memory, beside the rest. */
function hasFile({ id, data }: Record<string, unknown> | IBinaryData): boolean {
	return typeof id === 'string' || typeof data === 'string';
}

/** A file that is ready to be sent. */
export interface Attachment extends AttachedFile {
	file: File;
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
