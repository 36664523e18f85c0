import type { INodeProperties } from 'n8n-workflow';

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
