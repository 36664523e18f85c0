import type { Credential, Workflow } from '../tools/workflows.mts';

export type Node = Workflow['nodes'][number];

/** What is measured: a node that does the work, and on which side of a comparison it stands. */
export interface Job {
	/**
	 * The package's node, the same with nothing but Case: Update, an empty declarative node, n8n's HTTP
	 * Request node (followed by Split Out if it searches), or a node that only reads the file of an item.
	 */
	kind: 'node' | 'updateOnly' | 'floor' | 'http' | 'reader';
	operation?: 'update' | 'create' | 'getMany';
	/** Name of the binary field to attach. */
	attachments?: string;
	/** How many records a search finds. */
	records?: number;
	options?: object;
	requestOptions?: object;
}

const API = '/server/API/v2/cases';
const CASE_ID = "={{ 'case' + $json.n }}";
const STATUS = "={{ $json.n % 2 ? 'open' : 'closed' }}";

/** The fields of a new case: their names in the API, their values, and the parameters where these differ. */
const NEW_CASE = [
	['case-type', 'Request', 'caseType'],
	['responsible', 'agent10@demo'],
	['owner', 'admin@demo'],
	['contact', "={{ 'contact' + $json.n + '@example.com' }}"],
	['description', "={{ 'Case number ' + $json.n }}"],
	['status', 'open'],
	['priority', 'low'],
];

/** Makes the level before a job that of the memory in use; n8n must run with `--expose-gc`. */
export const collectGarbage: Node = {
	name: 'Collect garbage',
	type: 'CUSTOM.garbageCollector',
	typeVersion: 1,
	parameters: {},
};

/** The nodes that do a job; their time counts. */
export function nodesFor(job: Job, server: string, { id, name }: Credential): Node[] {
	const credentials = { wolkvoxCrmApi: { id, name } };
	const search = job.operation === 'getMany';
	switch (job.kind) {
		case 'reader':
			return [{ name: 'Read file', type: 'CUSTOM.reader', typeVersion: 1, parameters: {} }];
		case 'http':
			return [
				{
					name: 'Work',
					credentials,
					...(search ? httpSearch(job, server) : httpForm(job, server)),
				},
				...(search ? [splitRecords] : []),
			];
		default:
			return [{ name: 'Work', credentials, ...declarative(job) }];
	}
}

const splitRecords: Node = {
	name: 'Split',
	type: 'n8n-nodes-base.splitOut',
	typeVersion: 1,
	parameters: { fieldToSplitOut: 'data', options: {} },
};

function declarative({
	kind,
	operation = 'update',
	options = {},
	requestOptions = {},
	...job
}: Job) {
	const type = kind === 'node' ? 'n8n-nodes-wolkvox.wolkvoxCrm' : `CUSTOM.${kind}`;
	const own = { update: updateParameters, create: createParameters, getMany: searchParameters };
	const parameters = { ...own[operation](job), options, requestOptions };
	return { type, typeVersion: 1, parameters: { resource: 'case', operation, ...parameters } };
}

function updateParameters({ attachments }: Pick<Job, 'attachments'>) {
	return {
		caseId: { __rl: true, mode: 'id', value: CASE_ID },
		updateFields: { status: STATUS, ...(attachments && { attachments }) },
	};
}

function createParameters() {
	const values = NEW_CASE.map(([part, value, parameter = part]) => [
		parameter,
		parameter === 'caseType' ? { __rl: true, mode: 'list', value } : value,
	]);
	return { ...Object.fromEntries(values), additionalFields: {} };
}

function searchParameters({ records }: Pick<Job, 'records'>) {
	return {
		searchBy: { __rl: true, mode: 'list', value: 'idPrefijo' },
		value: String(records),
		returnAll: true,
	};
}

function httpForm({ operation = 'update', attachments }: Job, server: string) {
	const ofUpdate = [
		['wolkvox-id', CASE_ID],
		['status', STATUS],
	];
	const fields = [['operation', 'demo'], ...(operation === 'update' ? ofUpdate : NEW_CASE)];
	const parameters: object[] = fields.map(([name, value]) => ({
		parameterType: 'formData',
		name,
		value,
	}));
	if (attachments) {
		const file = { parameterType: 'formBinaryData', name: 'files' };
		parameters.push({ ...file, inputDataFieldName: attachments });
	}
	return httpRequest(`${server}${API}/${operation === 'update' ? 'update' : 'insert'}.php`, {
		contentType: 'multipart-form-data',
		bodyParameters: { parameters },
	});
}

function httpSearch({ records }: Job, server: string) {
	const body = { operation: 'demo', field: 'idPrefijo', value: String(records) };
	return httpRequest(`${server}${API}/queryCases.php`, {
		bodyParameters: { parameters: Object.entries(body).map(([name, value]) => ({ name, value })) },
	});
}

function httpRequest(url: string, parameters: object) {
	return {
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: {
			method: 'POST',
			url,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'wolkvoxCrmApi',
			sendBody: true,
			...parameters,
			options: {},
		},
	};
}
