import type {
	DeclarativeRestApiSettings,
	IDataObject,
	IExecutePaginationFunctions,
	IHttpRequestOptions,
	INodeExecutionData,
	INodeProperties,
	NodeApiError,
} from 'n8n-workflow';

import { toFile } from '../../transport/file';
import { buildForms } from '../../transport/form';
import { post } from '../../transport/post';
import type { Failure } from '../../transport/reply';
import { apiError } from '../../transport/reply';
import { credentialText, refuseUnsafeTarget } from '../../transport/server';
import type { Turn } from '../../transport/turn';
import { inTurn } from '../../transport/turn';
import type { CaseUpdate } from './read';
import { inItem, readUpdate } from './read';

const showOnlyForCaseUpdate = { show: { resource: ['case'], operation: ['update'] } };

/** The parameters of Case: Update. */
export const updateFields: INodeProperties[] = [
	{
		displayName: 'Case',
		name: 'caseId',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'id', value: '' },
		displayOptions: showOnlyForCaseUpdate,
		description: 'The case to update',
		modes: [
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. 647f6ff1660dff48d803ffe6',
				hint: 'The Wolkvox ID of the case: the last part of the address when the case is open in the CRM',
			},
			{
				displayName: 'By URL',
				name: 'url',
				type: 'string',
				placeholder: 'e.g. https://crm.wolkvox.com/…/647f…',
				hint: 'Open the case in the CRM and copy the address from the browser',
			},
		],
	},
	{
		displayName: 'Update Fields',
		name: 'updateFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: showOnlyForCaseUpdate,
		description:
			'What to change. A field that you do not add, or whose value is empty, is not sent. Wolkvox lists Case Type, Responsible, Status and Priority as required for an update, although its own examples leave some of them out: add them if Wolkvox refuses the update.',
		options: [
			{
				displayName: 'Attachments',
				name: 'attachments',
				type: 'string',
				default: '',
				placeholder: 'e.g. data, report',
				hint: 'What the Binary tab of the input calls the file, e.g. data. Separate several with commas.',
				description:
					'Files to attach, by the names of their binary fields. An expression can also give a list of names, or the binary data itself. Wolkvox does not say whether a new attachment adds to the earlier ones or replaces them: try it on a case that does not matter.',
			},
			{
				displayName: 'Case Type',
				name: 'caseType',
				type: 'resourceLocator',
				default: { mode: 'list', value: '' },
				description: 'The type of case. Status and Priority must exist for this type.',
				modes: [
					{
						displayName: 'From List',
						name: 'list',
						type: 'list',
						typeOptions: {
							searchListMethod: 'searchCaseTypes',
							searchable: true,
							skipCredentialsCheckInRLC: true,
						},
					},
					{
						displayName: 'By Name',
						name: 'name',
						type: 'string',
						placeholder: 'e.g. Incidents',
						hint: 'For a case type of your own, written as in the CRM',
					},
				],
			},
			{
				displayName: 'Contact',
				name: 'contact',
				type: 'string',
				default: '',
				placeholder: 'e.g. ana@example.com',
				description:
					'The contact of the case, who must exist in the CRM. Wolkvox shows this field in one example for this address only: it may have no effect.',
			},
			{
				displayName: 'Custom Fields',
				name: 'customFields',
				type: 'fixedCollection',
				typeOptions: { multipleValues: true },
				placeholder: 'Add Custom Field',
				default: {},
				description:
					'Fields that your CRM has added to cases. Wolkvox does not say whether fields that are not sent keep their values: try it on a case that does not matter.',
				options: [
					{
						displayName: 'Field',
						name: 'field',
						values: [
							{
								displayName: 'Name',
								name: 'name',
								type: 'string',
								default: '',
								placeholder: 'e.g. Contract number',
								description:
									'The name of the field, exactly as in the CRM: capitals, accents and blanks at the end count',
							},
							{
								displayName: 'Value',
								name: 'value',
								type: 'string',
								default: '',
								placeholder: 'e.g. 1234',
								description: 'The new value. An empty value is not sent.',
							},
						],
					},
				],
			},
			{
				displayName: 'Custom Fields (JSON)',
				name: 'customFieldsJson',
				type: 'json',
				default: '',
				placeholder: 'e.g. { "Contract number": 1234, "Paid": true }',
				hint: 'Names and values in braces, e.g. { "Contract number": 1234, "Paid": true }',
				description:
					'Custom fields as one JSON object, for numbers, yes or no, and nested values. It is sent as it is, empty values included. A field that is in Custom Fields too takes its value from there. Write numbers of more than 15 digits in quotes.',
			},
			{
				displayName: 'Description',
				name: 'description',
				type: 'string',
				typeOptions: { rows: 4 },
				default: '',
				description:
					'The text of the case. Wolkvox shows this field in one example for this address only: it may have no effect.',
			},
			{
				displayName: 'Owner',
				name: 'owner',
				type: 'string',
				default: '',
				placeholder: 'e.g. agent10@mycompany',
				description:
					'The user who owns the case, written as in the Wolkvox Email column of the list of users. Wolkvox shows this field in one example for this address only: it may have no effect.',
			},
			{
				displayName: 'Priority',
				name: 'priority',
				type: 'string',
				default: '',
				placeholder: 'e.g. low',
				description: 'The priority, written as in the CRM. It must exist for the case type.',
			},
			{
				displayName: 'Responsible',
				name: 'responsible',
				type: 'string',
				default: '',
				placeholder: 'e.g. agent10@mycompany',
				hint: "As in the Wolkvox Email column of the CRM's list of users",
				description: 'The user who takes care of the case: user@operation, not a mailbox',
			},
			{
				displayName: 'Solution',
				name: 'solution',
				type: 'string',
				typeOptions: { rows: 4 },
				default: '',
				placeholder: 'e.g. Case solved.',
				hint: 'Needed when the status closes the case',
				description: 'How the case was solved',
			},
			{
				displayName: 'Status',
				name: 'status',
				type: 'string',
				default: '',
				placeholder: 'e.g. open',
				description:
					'The status, written as in the CRM. It must exist for the case type. A status that closes the case needs Solution too.',
			},
		],
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions: showOnlyForCaseUpdate,
		options: [
			{
				displayName: 'Attachment Part Name',
				name: 'attachmentField',
				type: 'options',
				default: 'files',
				description:
					'What an attachment is called in the request. Change it only if an update succeeds and the file is missing in the case: Wolkvox contradicts itself here, its examples say files and its table says file.',
				options: [
					{ name: 'File', value: 'file', description: "As in Wolkvox's table" },
					{ name: 'Files', value: 'files', description: "As in Wolkvox's examples" },
				],
			},
			{
				displayName: 'Max Concurrent Requests',
				name: 'maxConcurrent',
				type: 'number',
				noDataExpression: true,
				typeOptions: { minValue: 1, maxValue: 20, numberPrecision: 0 },
				default: 1,
				description:
					'How many cases are updated at the same time. Wolkvox asks for one call after another, and limits how many come from one address.',
			},
			{
				displayName: 'Max Retries',
				name: 'maxRetries',
				type: 'number',
				noDataExpression: true,
				typeOptions: { minValue: 0, maxValue: 5, numberPrecision: 0 },
				default: 2,
				description:
					'How often an update is sent again when Wolkvox surely did not take it: server not found, connection refused, too many requests, or a pause asked for. After any other failure it is never sent again by itself, because attachments could double.',
			},
			{
				displayName: 'Multiple Files',
				name: 'multipleFiles',
				type: 'options',
				default: 'onePerRequest',
				description:
					'How several attachments travel. Wolkvox documents one file a request; each request repeats the other fields, so the history of the case may show them once a file.',
				options: [
					{
						name: 'One per Request',
						value: 'onePerRequest',
						description: 'The whole update with the first file, then again with each further file',
					},
					{
						name: 'Together',
						value: 'together',
						description:
							'All files in one request, named files[] or file[]. Wolkvox does not document this.',
					},
				],
			},
		],
	},
];

/**
 * Updates one case (page "cases update" of the API): what n8n calls for each item in place of
 * sending by itself.
 *
 * @param request n8n's request for this item, complete but for the body
 * @returns one output item, however many requests the files took
 * @throws NodeOperationError what the user can mend, before anything is sent
 * @throws NodeApiError what Wolkvox or the network refused
 */
export async function updateCase(
	this: IExecutePaginationFunctions,
	request: DeclarativeRestApiSettings.ResultOptions,
): Promise<INodeExecutionData[]> {
	return await inTurn(
		this,
		(node) => readUpdate(this, node),
		async (update, turn) => await sendUpdate(this, request, update, turn),
	);
}

async function sendUpdate(
	context: IExecutePaginationFunctions,
	request: DeclarativeRestApiSettings.ResultOptions,
	update: CaseUpdate,
	turn: Turn,
): Promise<IDataObject | undefined> {
	const { progress } = turn;
	if (progress.unsure) throw failed(context, turn, progress.unsure);

	const { token, forms } = await prepare(context, request, update, turn);
	let answer: IDataObject | undefined;

	for (const { form, files } of forms.slice(progress.taken)) {
		if (turn.isOver()) return undefined;
		const { caseId, maxRetries } = update;
		const { isOver } = turn;
		const result = await post(context, request, { form, files, caseId, token, maxRetries, isOver });

		if (result.failure) {
			if (result.failure.unsure) progress.unsure = result.failure;
			throw failed(context, turn, result.failure);
		}
		({ answer } = result);
		progress.taken++;
		progress.attached.push(...files.map(({ name }) => name));
	}
	return answer;
}

/** The last checks, which need the credential, and the forms to send. */
async function prepare(
	context: IExecutePaginationFunctions,
	request: DeclarativeRestApiSettings.ResultOptions,
	{ fields, attachments, attachmentField, multipleFiles }: CaseUpdate,
	{ node, credentials }: Turn,
) {
	try {
		refuseUnsafeTarget(credentials, request.options as IHttpRequestOptions);
		const operation = credentialText(credentials, 'operation');
		const token = credentialText(credentials, 'token');
		const files = await Promise.all(
			attachments.map(async (binary) => await toFile(binary, context.helpers)),
		);
		const forms = buildForms([['operation', operation], ...fields], files, {
			attachmentField,
			multipleFiles,
		});
		return { token, forms };
	} catch (error) {
		throw inItem(node, context.getItemIndex(), error);
	}
}

/** The error of an item, with the files that Wolkvox has already. */
function failed(
	context: IExecutePaginationFunctions,
	{ node, progress: { attached } }: Turn,
	failure: Failure,
): NodeApiError {
	const message =
		attached.length === 0
			? failure.message
			: `${failure.message} (already attached: ${attached.join(', ')})`;
	return apiError(node, context.getItemIndex(), { ...failure, message });
}
