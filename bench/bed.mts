import { fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { startSandbox, type Sandbox } from '../sandbox/sandbox.mts';
import { ROOT, RUN_FOLDER } from '../sandbox/tools.cjs';
import {
	credentialData,
	ensureCredential,
	ensureWorkflow,
	type Credential,
} from '../sandbox/workflows.mts';

export const HOME = join(RUN_FOLDER, 'bench');
export const FILES = join(HOME, 'files');
export const PROFILES = join(HOME, 'profiles');

/** How often each thing is measured. */
export const ROUNDS = Number(process.env.BENCH_PAIRS ?? 5);

export type Kind = 'node' | 'floor' | 'http';

const CASE_ID = "={{ 'case' + $json.n }}";
const STATUS = "={{ $json.n % 2 ? 'open' : 'closed' }}";

let n8nEnv: Record<string, string>;
let sandbox: Sandbox;
let credential: Credential;
let sink: ChildProcess;

/** Where the server listens that takes all updates. */
export let sinkUrl: string;

/** Starts the server and n8n, both without a memory of earlier runs. */
export async function start(env: Record<string, string>) {
	n8nEnv = env;
	rmSync(HOME, { recursive: true, force: true });
	mkdirSync(FILES, { recursive: true });
	sink = fork(join(ROOT, 'bench', 'sink.mjs'));
	const { port } = await next<{ port: number }>('listening');
	sinkUrl = `http://127.0.0.1:${port}`;
	await startN8n();
}

export async function stop() {
	await sandbox?.stop();
	sink.disconnect();
}

/** Starts n8n, in place of the one that may run. */
export async function startN8n() {
	await sandbox?.stop();
	sandbox = await startSandbox({
		name: 'bench',
		env: {
			N8N_CUSTOM_EXTENSIONS: join(ROOT, 'bench', 'floor'),
			N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
			N8N_RESTRICT_FILE_ACCESS_TO: FILES,
			N8N_PAYLOAD_SIZE_MAX: '256',
			...n8nEnv,
		},
	});
	credential = await ensureCredential(sandbox.n8n, {
		name: 'Bench',
		type: 'wolkvoxCrmApi',
		data: { ...credentialData(sinkUrl, 'bench-token'), allowedHttpRequestDomains: 'all' },
	});
}

/** Sets how the server works from now on: how long on each update, and on how many at a time. */
export function setServer(settings: { delayMs: number; atOnce: number }) {
	sink.send(settings);
}

/** The server's next message of that name. */
export async function next<T>(event: string): Promise<T> {
	return await new Promise((resolve) => {
		const listen = (message: { event: string }) => {
			if (message.event !== event) return;
			sink.off('message', listen);
			resolve(message as T);
		};
		sink.on('message', listen);
	});
}

/** A Wolkvox node, an empty declarative node, or an HTTP Request node, that sends the same update. */
export function updater(
	kind: Kind,
	attachments?: string,
	options: object = { maxConcurrent: 20 },
	requestOptions: object = {},
) {
	const credentials = { wolkvoxCrmApi: { id: credential.id, name: credential.name } };
	if (kind === 'http') {
		const values = { operation: 'demo', 'wolkvox-id': CASE_ID, status: STATUS };
		const texts = Object.entries(values).map(([name, value]) => ({
			parameterType: 'formData',
			name,
			value,
		}));
		const file = {
			parameterType: 'formBinaryData',
			name: 'files',
			inputDataFieldName: attachments,
		};
		return {
			name: 'Update',
			type: 'n8n-nodes-base.httpRequest',
			typeVersion: 4.2,
			credentials,
			parameters: {
				method: 'POST',
				url: `${sinkUrl}/server/API/v2/cases/update.php`,
				authentication: 'predefinedCredentialType',
				nodeCredentialType: 'wolkvoxCrmApi',
				sendBody: true,
				contentType: 'multipart-form-data',
				bodyParameters: { parameters: attachments ? [...texts, file] : texts },
				options: {},
			},
		};
	}
	return {
		name: 'Update',
		type: kind === 'node' ? 'n8n-nodes-wolkvox.wolkvoxCrm' : 'CUSTOM.floor',
		typeVersion: 1,
		credentials,
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

export async function publish(
	name: string,
	nodes: Array<{ name: string; type: string; [key: string]: unknown }>,
) {
	const path = name.toLowerCase().replace(/\W+/g, '-');
	const webhook = {
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		webhookId: path,
		parameters: { httpMethod: 'POST', path, responseMode: 'lastNode', options: {} },
	};
	const all = [webhook, ...nodes].map((node, index) => ({
		...node,
		id: node.name,
		position: [index * 200, 0],
	}));
	const links = all
		.slice(1)
		.map((node, index) => [
			all[index].name,
			{ main: [[{ node: node.name, type: 'main', index: 0 }]] },
		]);
	const id = await ensureWorkflow(sandbox.n8n, {
		name,
		nodes: all,
		connections: Object.fromEntries(links),
		settings: { executionOrder: 'v1' },
	});
	return { id, url: `${sandbox.n8n.url}/webhook/${path}` };
}

export type Workflow = Awaited<ReturnType<typeof publish>>;

/** When n8n's record says that a node began, and how long it took, in milliseconds. */
interface Task {
	startTime: number;
	executionTime: number;
}

/** Runs a published workflow once; gives how long its last node took, in milliseconds. */
export async function timed(workflow: Workflow, body: object): Promise<number> {
	return (await execute(workflow, body)).executionTime;
}

export async function execute({ id, url }: Workflow, body: object): Promise<Task> {
	const reply = await fetch(url, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify(body),
	});
	if (!reply.ok) throw new Error(`The workflow failed: ${await reply.text()}`);
	await reply.text();
	const filter = encodeURIComponent(JSON.stringify({ workflowId: id }));
	for (;;) {
		const { results } = await sandbox.n8n.request<{
			results: Array<{ id: string; status: string }>;
		}>('GET', `/rest/executions?filter=${filter}&limit=1`);
		if (results[0]?.status === 'success') return await taskOf(results[0].id);
		if (results[0]?.status === 'error') throw new Error('The execution failed');
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

/** n8n saves an execution as a list of values that refer to each other by their place in it. */
async function taskOf(id: string): Promise<Task> {
	const { data } = await sandbox.n8n.request<{ data: string }>('GET', `/rest/executions/${id}`);
	const values = JSON.parse(data) as unknown[];
	const at = (place: unknown) => values[Number(place)] as Record<string, unknown>;
	const { resultData } = at(0);
	const [task] = at(at(at(resultData).runData).Update) as unknown as string[];
	return at(task) as unknown as Task;
}

/** Makes items of the list that a workflow was sent. */
export const splitOut = {
	name: 'Cases',
	type: 'n8n-nodes-base.splitOut',
	typeVersion: 1,
	parameters: { fieldToSplitOut: 'body.items', options: {} },
};

export function numbered(count: number) {
	return { items: Array.from({ length: count }, (_, n) => ({ n })) };
}
