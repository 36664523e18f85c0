import type { INodeProperties } from 'n8n-workflow';

import { maxConcurrentOption, maxRetriesOption } from '../../execution/runOptions';
import {
	attachmentPartNameOption,
	multipleFilesOfCreateOption,
	multipleFilesOfUpdateOption,
} from '../case/fileOptions';
import { bodyFieldsOption } from './search';

/** The options of all operations: n8n evaluates a parameter once per definition, so it has only one. */
export const optionsField: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	options: [
		attachmentPartNameOption,
		bodyFieldsOption,
		maxConcurrentOption,
		maxRetriesOption,
		multipleFilesOfCreateOption,
		multipleFilesOfUpdateOption,
	],
};
