import type { IBinaryData, IExecutePaginationFunctions } from 'n8n-workflow';

import { toAccess, toPath } from '../shared/expression';
import { isPlainObject } from '../shared/values';

/**
 * The files of the item by their names. In n8n's combined binary mode, they are in its JSON
 * (n8n-core, convert-binary-data.js and binary-helper-functions.js).
 */
export function getFiles(context: IExecutePaginationFunctions): Record<string, IBinaryData> {
	const { json, binary } = context.getInputData();
	const inJson = Object.entries((isCombined(context) && json._files) || {}).filter(([, file]) =>
		isPlainObject(file),
	);
	return { ...(Object.fromEntries(inJson) as Record<string, IBinaryData>), ...binary };
}

/** Versions of n8n without this mode may not have the settings either. */
function isCombined(context: Partial<IExecutePaginationFunctions>): boolean {
	return context.getWorkflowSettings?.().binaryMode === 'combined';
}

/** Whether the item has files that `$binary` does not show. */
export function hasHiddenFiles(context: IExecutePaginationFunctions): boolean {
	const shown = context.getInputData().binary ?? {};
	return Object.keys(getFiles(context)).some((name) => !(name in shown));
}

/**
 * Where there are files to attach, in sentences.
 *
 * @param wanted the name that the user entered, if there is one
 */
export function describeFiles(context: IExecutePaginationFunctions, wanted = 'data'): string {
	const names = Object.keys(getFiles(context));
	if (names.length > 0) {
		return `The item has: ${names.join(', ')}${hasHiddenFiles(context) ? ' (in $json._files)' : ''}.`;
	}
	const files = earlierFiles(context);
	return `The item has no files: a node before this one may not pass files on. For a file of an earlier node, use an expression with its name: {{ ${files}${toAccess(wanted)} }}.`;
}

/** The files of an earlier node, for an expression. */
function earlierFiles(context: IExecutePaginationFunctions, node = 'Node'): string {
	return `$('${node}').item.${isCombined(context) ? '_files' : 'binary'}`;
}

/**
 * Whether a value is the description of a file that n8n's form puts into JSON; the file itself is in the
 * binary data (nodes/Form/utils/utils.ts, `prepareFormReturnItem`).
 */
export function isFormAnswer(value: unknown): boolean {
	return (
		isPlainObject(value) && typeof value.filename === 'string' && typeof value.mimetype === 'string'
	);
}

/** The answer to a question of a form: in which node, to which question, and which one of a list. */
const FORM_ANSWER =
	/^(?:\$json|\$input\.\w+(?:\(\))?\.json|\$\(["'](?<node>.+?)["']\)\.\w+(?:\(\))?(?:\.json)?)(?:\.(?<word>[\p{L}\p{N}_$]+)|\[["'](?<text>.+?)["']\])(?:\[(?<index>\d+)\])?$/u;

/**
 * How to get the file of which a value is only the description.
 *
 * @param value the description, or a list of them
 * @param expression the one that returned it, if there is one
 */
export function adviceForFormAnswer(
	context: IExecutePaginationFunctions,
	value: unknown,
	expression?: string,
): string {
	const answer = FORM_ANSWER.exec(toPath(expression) ?? '')?.groups;
	const { node, index } = answer ?? {};
	const question = answer?.word ?? answer?.text;
	if (question === undefined) return describeFiles(context);

	const field = question.replace(/\W/g, '_');
	const ownNames = Object.keys(getFiles(context));
	if (node === undefined && ownNames.length > 0) {
		const names = ownNames.filter((name) => isNamedAfter(name, field, index));
		return names.length > 0
			? `Set the field to Fixed and enter the name of the file: ${names.join(', ')}.`
			: describeFiles(context);
	}
	const files = earlierFiles(context, node);
	const file = Array.isArray(value) ? `Object.values(${files})` : toFileAccess(files, field, index);
	return `Use an expression for the file itself: {{ ${file} }}.`;
}

/** The first of several files has a number in its name, an only one has none. */
function toFileAccess(files: string, field: string, index?: string): string {
	const unnumbered = files + toAccess(field);
	if (index === undefined) return unnumbered;
	const numbered = files + toAccess(`${field}_${index}`);
	return index === '0' ? `${numbered} ?? ${unnumbered}` : numbered;
}

/** n8n adds a number to the name if several files were uploaded. */
function isNamedAfter(name: string, field: string, index = '\\d+'): boolean {
	return new RegExp(`^${field}(?:_${index})?$`).test(name);
}
