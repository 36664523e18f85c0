import type { IDataObject, IExecutePaginationFunctions, INodeProperties } from 'n8n-workflow';

import { parseJsonObject } from './jsonFields';
import { quotedLabel, throwUserError } from './values';

const bodyFieldsField: INodeProperties = {
	displayName: 'Additional Body Fields (JSON)',
	name: 'bodyFields',
	type: 'json',
	default: '{}',
};

export const bodyFieldsOfSearchOption: INodeProperties = {
	...bodyFieldsField,
	placeholder: 'e.g. { "page": 2 }',
	displayOptions: { show: { '/operation': ['getMany'] } },
	description: 'Extra fields for the search, as a JSON object, such as a page number',
};

export const bodyFieldsOfRecordOption: INodeProperties = {
	...bodyFieldsField,
	placeholder: 'e.g. { "type": "task" }',
	displayOptions: {
		show: { '/resource': ['record'], '/operation': ['create', 'update', 'upsert'] },
	},
	description:
		"Extra fields to send beside 'Fields', as a JSON object, such as the type of an activity",
};

/**
 * A body with what the user adds to it.
 *
 * @param options the options of the node
 * @throws UserError if that is no JSON object, or would replace something
 */
export function addBodyFields(
	context: IExecutePaginationFunctions,
	options: IDataObject,
	body: IDataObject,
): IDataObject {
	const additional = parseJsonObject(context, options[bodyFieldsField.name], bodyFieldsField) ?? {};

	const reserved = ['operation', ...Object.keys(body)].find((name) => name in additional);
	if (reserved !== undefined) {
		throwUserError(
			`${quotedLabel(bodyFieldsField)} contains "${reserved}", which the node itself sends`,
			'Remove it, and use the fields of the node and of the credential instead',
		);
	}
	return { ...body, ...(additional as IDataObject) };
}
