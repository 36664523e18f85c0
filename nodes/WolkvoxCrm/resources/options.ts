import type { INodeProperties } from 'n8n-workflow';

import { maxConcurrentOption, maxRetriesOption } from '../runOptions';
import {
	attachmentPartNameOption,
	multipleFilesOfCreateOption,
	multipleFilesOfUpdateOption,
} from './case/form';
import { fieldsJsonOption } from './record/fields';
import { bodyFieldsOfRecordOption, bodyFieldsOfSearchOption } from './shared/bodyFields';
import { ifNothingFoundOption, incompleteResultsOption } from './shared/search';

/** The options of all operations, in one definition: n8n evaluates a parameter once for each that it has. */
export const optionsField: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	options: [
		bodyFieldsOfRecordOption,
		bodyFieldsOfSearchOption,
		attachmentPartNameOption,
		fieldsJsonOption,
		ifNothingFoundOption,
		incompleteResultsOption,
		maxConcurrentOption,
		maxRetriesOption,
		multipleFilesOfCreateOption,
		multipleFilesOfUpdateOption,
	],
};
