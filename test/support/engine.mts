import 'reflect-metadata';

import { resolve } from 'node:path';
import { Readable } from 'node:stream';

import { Container } from '@n8n/di';
import {
	BinaryDataService,
	DirectoryLoader,
	ExecutionLifecycleHooks,
	PackageDirectoryLoader,
	RoutingNode,
	WorkflowExecute,
} from 'n8n-core';
import type {
	IBinaryData,
	ICredentialDataDecryptedObject,
	ICredentialsHelper,
	IDataObject,
	IExecuteData,
	IExecuteFunctions,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	INodeType,
	INodeTypes,
	IRun,
	IWorkflowExecuteAdditionalData,
	IWorkflowSettings,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { createRunExecutionData, Workflow } from 'n8n-workflow';

type Authenticate = (
	credentials: ICredentialDataDecryptedObject,
	options: IHttpRequestOptions,
) => Promise<IHttpRequestOptions>;

export const NODE_TYPE = 'n8n-nodes-wolkvox.wolkvoxCrm';

/** A file of an item, which n8n's engine stores in the binary mode of the run. */
export interface TestFile {
	name?: string;
	type?: string;
	extension?: string;
	contents: Buffer;
}

export interface TestItem {
	json: IDataObject;
	files?: Record<string, TestFile>;
	/** Binary data exactly as a node left it, for fields that hold no file. */
	binary?: Record<string, Partial<IBinaryData>>;
}

/** Credential data, or what it resolves to for an item; n8n reads a credential without an item before all others. */
export type TestCredential =
	| ICredentialDataDecryptedObject
	| ((itemIndex: number) => Promise<ICredentialDataDecryptedObject>);

export interface RunSettings {
	items: TestItem[];
	parameters: IDataObject;
	credential: TestCredential;
	/** The node's settings: onError, retryOnFail, maxTries, executeOnce … */
	node?: Partial<INode>;
	binaryMode?: 'default' | 'filesystem';
	/** Added to the settings of the workflow. */
	workflowSettings?: IWorkflowSettings;
	/** A failed run, of which this one is Retry in the list of executions. */
	retryOf?: RunResult;
	mode?: WorkflowExecuteMode;
	/** Called as soon as the run has started, with what the stop button does. */
	onStart?: (cancel: () => void) => void;
	/**
	 * Whether the node is a tool that is called by a node which is no AI agent, such as MCP Server Trigger:
	 * once for each item, with its JSON as the arguments. The outputs are the caller's then.
	 */
	isCalled?: boolean;
}

export interface RunResult {
	run: IRun;
	/** Items of the main output and of the error output. */
	outputs: [INodeExecutionData[], INodeExecutionData[]];
	error?: Error & {
		description?: string;
		httpCode?: string;
		context?: { itemIndex?: number; outcome?: string };
		node?: INode;
	};
}

/** The built package, loaded as n8n loads it. */
async function loadPackage() {
	const loader = new PackageDirectoryLoader(resolve(__dirname, '../..'));
	await loader.loadAll();
	const { type } = loader.nodeTypes.wolkvoxCrm as { type: INodeType };
	DirectoryLoader.applyDeclarativeNodeOptionParameters(type);

	// n8n adds this function to a declarative node (n8n's node-types.js); without it nothing cancels.
	type.execute = async function (this: IExecuteFunctions) {
		return (await new RoutingNode(this as never, type).runNode()) ?? [];
	};
	return { nodeType: type, credentialType: loader.credentialTypes.wolkvoxCrmApi.type };
}

const loadedPackage = loadPackage();

/** Outputs the items of a test. */
const source = {
	description: { version: 1, inputs: ['main'], outputs: ['main'], properties: [] },
	async execute(this: IExecuteFunctions) {
		return [this.getInputData()];
	},
} as unknown as INodeType;

/** What n8n makes of a node for those who call it as a tool. */
interface Tool {
	invoke(args: IDataObject): Promise<string>;
}

/** Outputs what a tool says to each call, or how the call fails. */
const caller = {
	description: {
		...source.description,
		inputs: ['main', { type: 'ai_tool', displayName: 'Tools' }],
	},
	async execute(this: IExecuteFunctions) {
		const [tool] = (await this.getInputConnectionData('ai_tool', 0)) as Tool[];
		const answers: INodeExecutionData[] = [];
		for (const { json } of this.getInputData()) {
			const answer = await tool
				.invoke(json)
				.then((said) => ({ said }))
				.catch(({ message }: Error) => ({ failed: message }));
			answers.push({ json: answer });
		}
		return [answers];
	},
} as unknown as INodeType;

/** Credentials as n8n keeps them, without a database. */
function testCredentials(data: TestCredential, authenticate: Authenticate): ICredentialsHelper {
	return {
		getParentTypes: () => [],
		isCredentialUsableByNode: () => true,
		getCredentialsProperties: () => [],
		getDecrypted: async (...[, , , , , , expressions]: unknown[]) => {
			const { itemIndex = 0 } = (expressions ?? {}) as { itemIndex?: number };
			return { ...(typeof data === 'function' ? await data(itemIndex) : data) };
		},
		preAuthentication: async () => undefined,
		runPreAuthentication: async () => undefined,
		authenticate: async (
			credentials: ICredentialDataDecryptedObject,
			_type: string,
			options: IHttpRequestOptions,
		) => await authenticate(credentials, options),
	} as unknown as ICredentialsHelper;
}

async function storeFiles(item: TestItem, mode: string): Promise<INodeExecutionData> {
	const service = Container.get(BinaryDataService);
	const binary = { ...item.binary } as Record<string, IBinaryData>;
	for (const [field, file] of Object.entries(item.files ?? {})) {
		const data = {
			data: '',
			mimeType: file.type ?? 'application/octet-stream',
			...(file.name !== undefined && { fileName: file.name }),
			...(file.extension && { fileExtension: file.extension }),
		} as IBinaryData;
		binary[field] =
			mode === 'default'
				? { ...data, data: file.contents.toString('base64') }
				: await service.store(
						{ type: 'execution', workflowId: 'w1', executionId: 'e1' },
						Readable.from(file.contents.length ? [file.contents] : []),
						data,
					);
	}
	return { json: item.json, ...((item.files ?? item.binary) && { binary }) };
}

/** Runs Source -> Wolkvox CRM in n8n's own engine and returns its output. */
export async function runNode(settings: RunSettings): Promise<RunResult> {
	const { nodeType, credentialType } = await loadedPackage;
	const { binaryMode = 'filesystem', retryOf, isCalled } = settings;
	const last = isCalled ? 'Caller' : 'Wolkvox CRM';
	const { mode = retryOf ? 'retry' : 'manual' } = settings;
	const service = Container.get(BinaryDataService);
	await service.init();
	(service as unknown as { mode: string }).mode =
		binaryMode === 'filesystem' ? 'filesystem-v2' : 'default';

	const types: Record<string, INodeType> = {
		'test.source': source,
		[NODE_TYPE]: nodeType,
		[`${NODE_TYPE}Tool`]: nodeType,
		'test.caller': caller,
	};
	if (isCalled) {
		const description = { ...nodeType.description, inputs: [], outputs: ['ai_tool' as const] };
		types[`${NODE_TYPE}Tool`] = { ...nodeType, description };
	}
	const nodeTypes: INodeTypes = {
		getByName: (name) => types[name],
		getByNameAndVersion: (name) => types[name],
		getKnownTypes: () => ({}),
	};
	const base = { typeVersion: 1, position: [0, 0] as [number, number] };
	const workflow = new Workflow({
		id: 'w1',
		name: 'Test',
		active: false,
		nodeTypes,
		settings: { executionOrder: 'v1', ...settings.workflowSettings },
		nodes: [
			{ ...base, id: '1', name: 'Source', type: 'test.source', parameters: {} },
			{
				...base,
				id: '2',
				name: 'Wolkvox CRM',
				type: isCalled ? `${NODE_TYPE}Tool` : NODE_TYPE,
				parameters: settings.parameters as never,
				credentials: { wolkvoxCrmApi: { id: 'c1', name: 'Wolkvox' } },
				...settings.node,
			},
			{ ...base, id: '3', name: 'Caller', type: 'test.caller', parameters: {} },
		],
		connections: {
			Source: { main: [[{ node: last, type: 'main', index: 0 }]] },
			'Wolkvox CRM': { ai_tool: [[{ node: 'Caller', type: 'ai_tool', index: 0 }]] },
		},
	});

	const items = await Promise.all(
		settings.items.map(async (item) => await storeFiles(item, binaryMode)),
	);
	const first: IExecuteData = {
		node: workflow.nodes.Source,
		data: { main: [items] },
		source: null,
	};
	const runData = createRunExecutionData({
		executionData: {
			contextData: JSON.parse(JSON.stringify(retryOf?.run.data.executionData!.contextData ?? {})),
			metadata: {},
			nodeExecutionStack: [first],
			waitingExecution: {},
			waitingExecutionSource: {},
		},
	});

	const hooks = new ExecutionLifecycleHooks('manual', 'e1', { id: 'w1' } as never);
	const additionalData = {
		credentialsHelper: testCredentials(
			settings.credential,
			credentialType.authenticate as Authenticate,
		),
		executionId: 'e1',
		currentNodeExecutionIndex: 0,
		webhookWaitingBaseUrl: 'http://localhost/webhook-waiting',
		formWaitingBaseUrl: 'http://localhost/form-waiting',
		variables: {},
		hooks,
		setExecutionStatus: () => {},
		logAiEvent: () => {},
	} as unknown as IWorkflowExecuteAdditionalData;

	const execution = new WorkflowExecute(additionalData, mode, runData).processRunExecutionData(
		workflow,
	);
	settings.onStart?.(() => execution.cancel());
	const finished = new Promise<IRun>((resolveRun) =>
		hooks.addHandler('workflowExecuteAfter', async (run) => resolveRun(run)),
	);
	await execution.catch(() => {});
	const run = await finished;

	const task = run.data.resultData.runData[last]?.at(-1);
	const outputs = task?.data?.main ?? [];
	return {
		run,
		outputs: [outputs[0] ?? [], outputs[1] ?? []],
		error: (task?.error ?? run.data.resultData.error) as RunResult['error'],
	};
}
