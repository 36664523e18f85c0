import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { getJsonFields } from '../shared/jsonFields';
import type { Field } from '../shared/values';
import { getChoice, locatorValue, quotedLabel, throwUserError, toText } from '../shared/values';
import type { Attachment } from './attachments';
import {
	caseTypeField,
	contactField,
	customFieldsField,
	customFieldsJsonField,
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
	displayOptions: { show: { '/resource': ['case'], '/operation': ['create', 'update'] } },
	description:
		'Name of the form-data part that carries the file. Change it only if a request succeeds and the file is missing in the case. Wolkvox contradicts itself here: its examples use files, its parameter table says file.',
	options: [
		{ name: 'File', value: 'file', description: "As in Wolkvox's parameter table" },
		{ name: 'Files', value: 'files', description: "As in Wolkvox's examples" },
	],
};

export const multipleFilesOfUpdateOption = multipleFilesOption('update', {
	description:
		'How to send multiple attachments. Wolkvox documents one file per request. Each request repeats the other fields, so the history of the case may show them once per file.',
	onePerRequest: {
		description: 'The whole update with the first file, then again with each further file',
	},
});

export const multipleFilesOfCreateOption = multipleFilesOption('create', {
	description:
		'How to send multiple attachments. Wolkvox documents one file per request, and each request would create another case.',
	onePerRequest: { description: 'One file only. Attach further files with Case: Update.' },
});

function multipleFilesOption(
	operation: string,
	texts: { description: string; onePerRequest: { description: string } },
): INodeProperties {
	return {
		displayName: 'Multiple Files',
		name: 'multipleFiles',
		type: 'options',
		default: 'onePerRequest',
		displayOptions: { show: { '/resource': ['case'], '/operation': [operation] } },
		description: texts.description,
		options: [
			{ name: 'One per Request', value: 'onePerRequest', ...texts.onePerRequest },
			{
				name: 'Together',
				value: 'together',
				description:
					'All files in one request, named files[] or file[]. Wolkvox does not document this.',
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
const TEXT_PARTS: Array<[part: string, field: Field]> = [
	['case-type', caseTypeField],
	['responsible', responsibleField],
	['owner', ownerField],
	['contact', contactField],
	['description', descriptionField],
	['status', statusField],
	['priority', priorityField],
	['solution', solutionField],
];

/** The text parts; what the user did not add, or left empty, is not among them. */
export function getCaseFields(values: IDataObject): CaseForm['fields'] {
	const fields = TEXT_PARTS.flatMap(([part, field]) => {
		const text = toText(locatorValue(values[field.name]), quotedLabel(field));
		return text === undefined ? [] : [[part, text] as [string, string]];
	});
	const custom = getJsonFields(values, customFieldsField, customFieldsJsonField);
	return custom === undefined ? fields : [...fields, ['form', JSON.stringify(custom)]];
}

/** PHP keeps no more files of one request (`max_file_uploads`). */
const MAX_FILES_PER_REQUEST = 20;

/**
 * How to send the files.
 *
 * @throws UserError if an option is invalid, or if more files are to go together than PHP keeps
 */
export function getFileOptions(options: IDataObject, fileCount: number): FileOptions {
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
