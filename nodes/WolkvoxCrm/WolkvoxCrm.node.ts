import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { caseDescription } from './resources/case';
import { getCaseTypes } from './resources/case/fields';
import { getCaseSearchFields } from './resources/case/getMany';
import { contactDescription, contactSearchDescription } from './resources/contact';
import { getContactSearchFields } from './resources/contact/fields';
import { getManyDescription } from './resources/custom/getMany';
import { optionsField } from './resources/options';
import { recordDescription, recordSearchDescription } from './resources/record';
import { getModules } from './resources/record/fields';
import { searchFields } from './resources/shared/search';
import { tokenDescription } from './resources/token';

export class WolkvoxCrm implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Wolkvox CRM',
		name: 'wolkvoxCrm',
		icon: { light: 'file:../../icons/wolkvox.svg', dark: 'file:../../icons/wolkvox.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle:
			'={{ $parameter["resource"].toTitleCase() + ": " + $parameter["operation"].replace("upsert", "createOrUpdate").replace(/[A-Z]/g, " $&").toTitleCase() }}',
		description: 'Work with cases and contacts in Wolkvox CRM',
		defaults: { name: 'Wolkvox CRM' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'wolkvoxCrmApi', required: true }],
		// No base URL: the operations send to the server of each item's own credential. No Content-Type: n8n
		// would turn the form into JSON. No redirects and no errors by status: a redirect would carry the
		// token to another host, and n8n sends again what ends in 401.
		requestDefaults: {
			encoding: 'arraybuffer',
			disableFollowRedirect: true,
			ignoreHttpStatusErrors: true,
		},
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'Case', value: 'case' },
					{ name: 'Contact', value: 'contact' },
					{
						name: 'Record',
						value: 'record',
						description: 'A lead, an opportunity, or a record of your own modules',
					},
					{ name: 'Token', value: 'token' },
				],
				default: 'case',
			},
			...caseDescription,
			...contactDescription,
			...recordDescription,
			...tokenDescription,
			...getManyDescription,
			...contactSearchDescription,
			...recordSearchDescription,
			...searchFields,
			optionsField,
		],
	};

	methods = {
		listSearch: { getCaseSearchFields, getCaseTypes, getContactSearchFields, getModules },
	};
}
