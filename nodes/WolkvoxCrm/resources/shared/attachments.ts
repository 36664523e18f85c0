import type { IBinaryData, IExecutePaginationFunctions } from 'n8n-workflow';

import { isTool } from '../../isTool';
import { isPlainObject, throwUserError } from './values';

/**
 * The files to attach.
 *
 * @param value what Attachments holds: names of binary fields, binary data, or a list of either
 * @throws UserError if a file is missing, as otherwise a case could be closed without its report
 */
export function getAttachments(
	context: IExecutePaginationFunctions,
	value: unknown,
): IBinaryData[] {
	const wanted = listOf(context, value);
	if (wanted.length > 0 && isTool(context.getNode())) {
		throwUserError(
			'Attachments cannot be used when an AI agent calls this node',
			'n8n passes no files to tools. Attach the file with a Wolkvox CRM node in the workflow.',
		);
	}
	return wanted.map((entry) => binaryOf(context, entry));
}

/** Text that is exactly the name of a field stays whole, and so do names in a list; only a typed list is split. */
function listOf(context: IExecutePaginationFunctions, value: unknown): unknown[] {
	if (typeof value !== 'string') return [value].flat();
	if (value.trim() === '') return [];
	if (fieldNames(context).includes(value)) return [value];

	return value
		.split(',')
		.map((name) => name.trim())
		.filter((name) => name !== '');
}

function binaryOf(context: IExecutePaginationFunctions, wanted: unknown): IBinaryData {
	if (wanted === undefined || wanted === null) {
		throwUserError(
			'Attachments: the expression found no file',
			'Check the expression. If this item should have no file, let the expression return empty text: {{ "" }}',
		);
	}
	if (isBinaryData(wanted)) return wanted;
	if (typeof wanted !== 'string') {
		throwUserError(
			'Attachments is neither the name of a binary field nor binary data',
			'Enter names such as data, or use an expression such as {{ $input.item.binary.data }}',
		);
	}
	const binary = fieldOf(context, wanted);
	if (!hasContents(binary)) {
		throwUserError(
			`Attachments: the binary field "${wanted}" contains no file`,
			'The node that made this field, such as a Code node, put no file into it',
		);
	}
	return binary;
}

function fieldOf(context: IExecutePaginationFunctions, name: string): IBinaryData {
	try {
		return context.helpers.assertBinaryData(name);
	} catch {
		const names = fieldNames(context);
		return throwUserError(
			`Attachments: this item has no binary field "${name}"`,
			names.length === 0
				? 'The item has no files at all: check the node before this one'
				: `The item has: ${names.join(', ')}`,
		);
	}
}

function fieldNames(context: IExecutePaginationFunctions): string[] {
	return Object.keys(context.getInputData().binary ?? {});
}

function isBinaryData(value: unknown): value is IBinaryData {
	return isPlainObject(value) && typeof value.mimeType === 'string' && hasContents(value);
}

/** n8n keeps the contents by ID, or beside the rest in memory. */
function hasContents({ id, data }: Record<string, unknown> | IBinaryData): boolean {
	return typeof id === 'string' || typeof data === 'string';
}
