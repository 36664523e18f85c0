import type { Credential } from '../sandbox/workflows.mts';

export interface Node {
	name: string;
	type: string;
	[setting: string]: unknown;
}

/** A Wolkvox node, an empty declarative node, or an HTTP Request node, that sends the same update. */
export interface Updater {
	kind: 'node' | 'floor' | 'http';
	/** Name of the binary field to attach. */
	attachments?: string;
	options?: object;
	requestOptions?: object;
}

const CASE_ID = "={{ 'case' + $json.n }}";
const STATUS = "={{ $json.n % 2 ? 'open' : 'closed' }}";

/** Makes items of the list that the webhook receives. */
export const splitOut: Node = {
	name: 'Cases',
	type: 'n8n-nodes-base.splitOut',
	typeVersion: 1,
	parameters: { fieldToSplitOut: 'body.items', options: {} },
};

export function updater(update: Updater, server: string, { id, name }: Credential): Node {
	const settings = update.kind === 'http' ? httpRequest(update, server) : declarative(update);
	return { name: 'Update', credentials: { wolkvoxCrmApi: { id, name } }, ...settings };
}

function declarative({ kind, attachments, options = {}, requestOptions = {} }: Updater) {
	return {
		type: kind === 'node' ? 'n8n-nodes-wolkvox.wolkvoxCrm' : 'CUSTOM.floor',
		typeVersion: 1,
		parameters: {
			resource: 'case',
			operation: 'update',
			caseId: { __rl: true, mode: 'id', value: CASE_ID },
			updateFields: { status: STATUS, ...(attachments && { attachments }) },
			options,
			requestOptions,
		},
	};
}

function httpRequest({ attachments }: Updater, server: string) {
	const fields = { operation: 'demo', 'wolkvox-id': CASE_ID, status: STATUS };
	const parameters: object[] = Object.entries(fields).map(([name, value]) => ({
		parameterType: 'formData',
		name,
		value,
	}));
	if (attachments) {
		const file = { parameterType: 'formBinaryData', name: 'files' };
		parameters.push({ ...file, inputDataFieldName: attachments });
	}
	return {
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: {
			method: 'POST',
			url: `${server}/server/API/v2/cases/update.php`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'wolkvoxCrmApi',
			sendBody: true,
			contentType: 'multipart-form-data',
			bodyParameters: { parameters },
			options: {},
		},
	};
}
