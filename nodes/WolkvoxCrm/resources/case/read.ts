import type { IBinaryData, IDataObject, IExecutePaginationFunctions, INode } from 'n8n-workflow';
import { NodeOperationError, UserError } from 'n8n-workflow';

import { isTool } from '../../transport/turn';

/** An update as the user asked for it, checked and ready to send. */
export interface CaseUpdate {
	caseId: string;
	/** Names and values of the text parts but for the operation, in the API's order. */
	fields: Array<[string, string]>;
	attachments: IBinaryData[];
	attachmentField: string;
	multipleFiles: string;
	maxRetries: number;
}

/** The editor takes no higher number; a workflow made elsewhere could have one. */
const MOST_RETRIES = 5;

/** The text parts: their names in the API, the labels, and the parameters where these are called otherwise. */
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

/**
 * Reads the parameters of Case: Update for one item and checks them. What the user did not add, or
 * left empty, is not in the result: an update must never blank a field by accident.
 *
 * @throws NodeOperationError with the label of the parameter and the item, when a value will not do
 */
export function readUpdate(context: IExecutePaginationFunctions, node: INode): CaseUpdate {
	// One reading a collection: each costs an evaluation of all its expressions.
	const updates = context.getNodeParameter('updateFields', {}) as IDataObject;
	const options = context.getNodeParameter('options', {}) as IDataObject;

	try {
		const caseId = readCaseId(context.getNodeParameter('caseId', ''));
		const fields = [...readTexts(updates), ...readForm(updates)];
		const attachments = readAttachments(context, node, updates.attachments);

		if (fields.length === 0 && attachments.length === 0) {
			refuse(
				'Update Fields has nothing to update',
				'Add at least one field and give it a value, or attach a file',
			);
		}
		return {
			caseId,
			fields: [['wolkvox-id', caseId], ...fields],
			attachments,
			attachmentField: String(options.attachmentField ?? 'files'),
			multipleFiles: String(options.multipleFiles ?? 'onePerRequest'),
			maxRetries: Math.min(Number(options.maxRetries ?? 2) || 0, MOST_RETRIES),
		};
	} catch (error) {
		throw inItem(node, context.getItemIndex(), error);
	}
}

/** Tells which item a refusal is about; n8n shows the message alone on the error output. */
export function inItem(node: INode, itemIndex: number, error: Error): NodeOperationError {
	const { message, description } = error as UserError;
	return new NodeOperationError(node, `${message} [item ${itemIndex}]`, {
		itemIndex,
		description: description ?? undefined,
	});
}

/** Stops at a value that will not do: what is wrong with it, beginning with its label, and the way out. */
function refuse(message: string, description: string): never {
	throw new UserError(message, { description });
}

/**
 * The id in what the user gave for Case. It may also be the address of the open case, whose last
 * part the id is (page "custom update"), with or without its scheme.
 */
function readCaseId(value: unknown): string {
	const given = (toText(locatorValue(value), 'Case') ?? '').trim();
	const isUrl = given.includes('/');
	const caseId = isUrl ? idInUrl(given) : given;

	if (caseId === '') {
		refuse(
			isUrl ? 'Case has an address without a case ID in it' : 'Case is empty',
			'Enter the Wolkvox ID of the case, or its address in the CRM. An expression may have given nothing for this item.',
		);
	}
	return caseId;
}

/** The last 24 hex digits before a query, which may name other records; else the last part or value. */
function idInUrl(url: string): string {
	const [beforeQuery] = url.split('?');
	const withoutHost = url.replace(/^(?:\w+:\/\/)?[^/?#]*/, '');
	const parts = withoutHost.split(/[/?&#=]/).filter((part) => part !== '');
	return (hexRunsIn(beforeQuery) ?? hexRunsIn(url) ?? parts).at(-1) ?? '';
}

function hexRunsIn(text: string): string[] | null {
	return text.match(/(?<![\da-f])[\da-f]{24}(?![\da-f])/gi);
}

function readTexts(updates: IDataObject): Array<[string, string]> {
	return TEXT_FIELDS.flatMap(([part, label, parameter = part]) => {
		const text = toText(locatorValue(updates[parameter]), label);
		return text === undefined ? [] : [[part, text] as [string, string]];
	});
}

/** A resource locator gives its mode beside its value; an expression may give the value alone. */
function locatorValue(value: unknown): unknown {
	return isRecord(value) && 'mode' in value && 'value' in value ? value.value : value;
}

const ODD_VALUE_ADVICE =
	'Look at what the expression gets from the item: a text in place of a number, or no date';

/** Whether a calculation failed: sent as the text "NaN", or as the null of JSON, it would spoil a case. */
function isNoValue(value: unknown): boolean {
	return value instanceof Date
		? Number.isNaN(value.getTime())
		: typeof value === 'number' && !Number.isFinite(value);
}

/** The text to send, exactly as given; nothing for an empty value. */
function toText(value: unknown, label: string): string | undefined {
	if (isEmpty(value)) return undefined;
	if (isNoValue(value)) {
		refuse(`${label} has a number or date that is not valid`, ODD_VALUE_ADVICE);
	}
	if (value instanceof Date) return value.toISOString();
	if (typeof value === 'object' || typeof value === 'function') {
		const kind = Array.isArray(value) ? 'a list' : 'an object';
		refuse(
			`${label} is ${kind} where a text is needed`,
			'Use an expression that picks one value, e.g. {{ $json.name }}',
		);
	}
	return String(value);
}

/** Both kinds of custom fields as the one JSON object that the API calls `form`. */
function readForm(updates: IDataObject): Array<[string, string]> {
	const typed = readCustomFieldsJson(updates.customFieldsJson);
	const rows = readCustomFields(updates.customFields);
	if (typed === undefined && rows.length === 0) return [];

	// Object.fromEntries keeps names such as __proto__, which an assignment would lose.
	return [['form', stringify({ ...typed, ...Object.fromEntries(rows) })]];
}

function readCustomFields(value: unknown): Array<[string, unknown]> {
	const { field = [] } = (value ?? {}) as { field?: Array<{ name?: unknown; value?: unknown }> };
	return field
		.filter((row) => !isEmpty(row.value))
		.map((row) => {
			const name = toText(row.name, 'Name in Custom Fields') ?? '';
			if (name.trim() === '') {
				refuse(
					'Custom Fields has a value without a Name',
					'Give each custom field its name, exactly as in the CRM',
				);
			}
			return [name, row.value];
		});
}

function readCustomFieldsJson(value: unknown): IDataObject | undefined {
	const given = trimmed(value);
	if (isEmpty(given)) return undefined;
	const parsed = typeof given === 'string' ? parse(given) : given;
	if (!isRecord(parsed)) {
		refuse(
			'Custom Fields (JSON) is not a JSON object',
			'Write names and values in braces, e.g. { "Contract number": 1234 }',
		);
	}
	return parsed as IDataObject;
}

function parse(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch (error) {
		return refuse(
			'Custom Fields (JSON) is not valid JSON',
			`${error.message}. Names and texts need double quotes, e.g. { "Paid": "yes" }`,
		);
	}
}

function stringify(form: Record<string, unknown>): string {
	const odd = Object.keys(form).find((name) => isNoValue(form[name]));
	if (odd !== undefined) {
		refuse(`Custom Fields: "${odd}" has a number or date that is not valid`, ODD_VALUE_ADVICE);
	}
	try {
		return JSON.stringify(form);
	} catch (error) {
		return refuse('Custom Fields (JSON) has a value that JSON cannot hold', error.message);
	}
}

/** The files to attach: names of binary fields, binary data itself, or a list of either. */
function readAttachments(
	context: IExecutePaginationFunctions,
	node: INode,
	value: unknown,
): IBinaryData[] {
	const wanted = (typeof value === 'string' ? value.split(',') : [value].flat())
		.map(trimmed)
		.filter((one) => !isEmpty(one));

	if (wanted.length > 0 && isTool(node)) {
		refuse(
			'Attachments cannot be used when an AI agent calls this node',
			'n8n hands no files to tools. Attach the file with a Wolkvox CRM node in the workflow.',
		);
	}
	return wanted.map((one) => readBinary(context, one));
}

function readBinary(context: IExecutePaginationFunctions, wanted: unknown): IBinaryData {
	if (isBinaryData(wanted)) return wanted;
	if (typeof wanted !== 'string') {
		refuse(
			'Attachments is neither the name of a binary field nor binary data',
			'Enter names such as data, or use an expression such as {{ $input.item.binary.data }}',
		);
	}
	const binary = findBinary(context, wanted);
	if (!hasContents(binary)) {
		refuse(
			`Attachments: the binary field "${wanted}" holds no file`,
			'The node that made this field, such as a Code node, put no file into it',
		);
	}
	return binary;
}

function findBinary(context: IExecutePaginationFunctions, wanted: string): IBinaryData {
	try {
		return context.helpers.assertBinaryData(wanted);
	} catch {
		const names = Object.keys(context.getInputData().binary ?? {});
		return refuse(
			`Attachments: this item has no binary field "${wanted}"`,
			names.length === 0
				? 'The item has no files at all: check the node before this one'
				: `The item has: ${names.join(', ')}`,
		);
	}
}

function isBinaryData(value: unknown): value is IBinaryData {
	return isRecord(value) && typeof value.mimeType === 'string' && hasContents(value);
}

/** n8n keeps the contents by id, or beside the rest in memory. */
function hasContents({ id, data }: Record<string, unknown> | IBinaryData): boolean {
	return typeof id === 'string' || typeof data === 'string';
}

function isEmpty(value: unknown): boolean {
	return value === undefined || value === null || value === '';
}

function trimmed(value: unknown): unknown {
	return typeof value === 'string' ? value.trim() : value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
