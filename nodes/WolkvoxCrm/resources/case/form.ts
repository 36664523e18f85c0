import type { IDataObject, IExecutePaginationFunctions, INodeProperties } from 'n8n-workflow';

import { customFieldsField, customFieldsJsonField } from '../shared/customFields';
import { getExpression, toGiven } from '../shared/given';
import { getJsonFields } from '../shared/jsonFields';
import type { Field } from '../shared/values';
import { getChoice, quotedLabel, throwUserError, toName, toText } from '../shared/values';
import type { Attachment } from './attachments';
import { getAttachments, openFiles } from './attachments';
import {
	caseTypeField,
	contactField,
	descriptionField,
	ownerField,
	priorityField,
	responsibleField,
	solutionField,
	statusField,
} from './fields';

export const attachmentPartNameOption: INodeProperties = {
	displayName: 'Attachment Part Name',
	name: 'attachmentField',
	type: 'options',
	default: 'files',
	displayOptions: { show: { '/resource': ['case'], '/operation': ['close', 'create', 'update'] } },
	description:
		'The name under which a file is sent. Change it only if a request succeeds but the file is missing from the case.',
	options: [
		{ name: 'File', value: 'file', description: 'Try this if the file is missing' },
		{ name: 'Files', value: 'files', description: 'The usual name' },
	],
};

export const multipleFilesOfUpdateOption = multipleFilesOption(['close', 'update'], {
	description: 'How to send several files. Each request applies the other fields again.',
	onePerRequest: {
		description: 'The update with the first file, then again with each further file',
	},
});

export const multipleFilesOfCreateOption = multipleFilesOption(['create'], {
	description: 'How to send several files. Each request would create another case.',
	onePerRequest: { description: 'One file only. Attach further files with Case: Update.' },
});

function multipleFilesOption(
	operations: string[],
	texts: { description: string; onePerRequest: { description: string } },
): INodeProperties {
	return {
		displayName: 'Multiple Files',
		name: 'multipleFiles',
		type: 'options',
		default: 'onePerRequest',
		displayOptions: { show: { '/resource': ['case'], '/operation': operations } },
		description: texts.description,
		options: [
			{ name: 'One per Request', value: 'onePerRequest', ...texts.onePerRequest },
			{
				name: 'Together',
				value: 'together',
				description: 'All files in one request. Check on a test case that all of them arrive.',
			},
		],
	};
}

/** How the files of a case are sent. */
interface FileOptions {
	/** The name of the part that carries a file. */
	partName: string;
	areTogether: boolean;
}

/** What the form that describes a case is made of. */
export interface CaseForm extends FileOptions {
	/** Names and values of the text parts, except for the operation. */
	fields: Array<[string, string]>;
	files: Attachment[];
}

/** The text parts by their names in the API, in the order of its page. */
const TEXT_PARTS: Array<[part: string, field: Field, toPart: typeof toText]> = [
	['case-type', caseTypeField, toName],
	['responsible', responsibleField, toName],
	['owner', ownerField, toName],
	['contact', contactField, toName],
	['description', descriptionField, toText],
	['status', statusField, toName],
	['priority', priorityField, toName],
	['solution', solutionField, toText],
];

/**
 * The form for one item.
 *
 * @param values of the fields, by the names of their parameters
 * @throws UserError if a value is invalid
 */
export async function getCaseForm(
	context: IExecutePaginationFunctions,
	values: IDataObject,
): Promise<CaseForm> {
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const fields = getCaseFields(context, values);
	const attachments = getAttachments(context, values);
	const fileOptions = getFileOptions(options, attachments.length);
	return { fields, files: await openFiles(context, attachments), ...fileOptions };
}

/** The text parts; what the user did not add, or left empty, is not among them. */
function getCaseFields(
	context: IExecutePaginationFunctions,
	values: IDataObject,
): CaseForm['fields'] {
	const fields = TEXT_PARTS.flatMap(([part, field, toPart]) => {
		const value = toGiven(context, values[field.name]);
		const text = toPart(value, quotedLabel(field), () => getExpression(context, field));
		return text === undefined ? [] : [[part, text] as [string, string]];
	});
	const custom = getJsonFields(context, values, customFieldsField, customFieldsJsonField);
	return custom === undefined ? fields : [...fields, ['form', JSON.stringify(custom)]];
}

/** Whether an update would change nothing: it has no text parts, or only custom fields of which an expression found none. */
export function isEmptyUpdate(
	context: IExecutePaginationFunctions,
	fields: CaseForm['fields'],
): boolean {
	return fields.every(
		([part, value]) =>
			part === 'form' &&
			value === '{}' &&
			getExpression(context, customFieldsJsonField)?.includes('$'),
	);
}

/** What each part must meet (pages "cases insert" and "cases update"). */
const RULES: Record<string, string> = {
	'case-type': "'Case Type' must exist in the CRM",
	contact: "'Contact' must exist in the CRM, spelled the same",
	form: 'custom fields must be spelled as in the CRM',
	owner: "'Owner' must be a user of the CRM",
	priority: "'Priority' must exist for the case type",
	responsible: "'Responsible' must be a user of the CRM",
	status: "'Status' must exist for the case type",
};

/**
 * What to check if Wolkvox rejects a form: the fields that were sent, and those that were not.
 *
 * @param required the fields that Wolkvox lists as required, while the node does not
 */
export function adviseOnFields(fields: CaseForm['fields'], required: Field[] = []): string {
	const sent = fields.map(([part]) => part);
	const isSent = (field: Field) =>
		TEXT_PARTS.some(([part, known]) => known.name === field.name && sent.includes(part));
	const rules = sent.flatMap((part) => RULES[part] ?? []);
	const missing = required.filter((field) => !isSent(field)).map(quotedLabel);
	const hasStatus = isSent(statusField) && !isSent(solutionField);

	const advice = [
		rules.length > 0 && `Check the values: ${joinWords(rules)}.`,
		hasStatus && "'Solution' was not sent: a status that closes the case needs it.",
		missing.length > 0 &&
			`Wolkvox also lists ${joinWords(missing)} as required, which ${missing.length === 1 ? 'was' : 'were'} not sent.`,
	];
	return advice.filter(Boolean).join(' ');
}

function joinWords(words: string[]): string {
	const [last, ...others] = [...words].reverse();
	return others.length === 0 ? last : `${others.reverse().join(', ')} and ${last}`;
}

/** PHP keeps no more files of one request (`max_file_uploads`). */
const MAX_FILES_PER_REQUEST = 20;

/**
 * How to send the files.
 *
 * @throws UserError if an option is invalid, or if more files are to go together than PHP keeps
 */
function getFileOptions(options: IDataObject, fileCount: number): FileOptions {
	const partName = getChoice(options, attachmentPartNameOption);
	const areTogether = getChoice(options, multipleFilesOfUpdateOption) === 'together';
	if (areTogether && fileCount > MAX_FILES_PER_REQUEST) {
		throwUserError(
			`'Attachments' has ${fileCount} files, but only ${MAX_FILES_PER_REQUEST} can be sent together`,
			"By default, PHP silently drops more than 20 files in one request. With Case: Update, you can set 'Multiple Files' to 'One per Request'.",
		);
	}
	return { partName, areTogether };
}

/**
 * Distributes files over request bodies.
 *
 * The server is PHP, which keeps only the last of several parts with the same plain name. So several
 * files go in one request per file with the same fields, or together under a name with brackets.
 *
 * @returns bodies in which `operation` comes first, and gets its value when the request is completed
 */
export function buildFormData({
	fields,
	files,
	partName,
	areTogether,
}: CaseForm): Array<{ body: FormData; files: Attachment[] }> {
	const inOneBody = files.length === 0 || areTogether;
	const groups = inOneBody ? [files] : files.map((file) => [file]);

	return groups.map((group) => {
		const body = new FormData();
		body.append('operation', '');
		for (const [name, value] of fields) body.append(name, value);
		for (const { file } of group) {
			body.append(group.length > 1 ? `${partName}[]` : partName, file);
		}
		return { body, files: group };
	});
}
