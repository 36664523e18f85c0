import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../tools/ports.mts';
import {
	credentialData,
	ensureCredential,
	ensureWorkflow,
	withCredential,
	type StoredWorkflow,
	type Workflow,
} from '../../tools/workflows.mts';
import { hasProgram } from '../support/programs.mts';
import { startFreshSandbox, type Sandbox } from '../support/sandbox.mts';
import { fieldOf, useServer } from '../support/server.mts';
import { retry, type Execution } from './support/execution.mts';
import { chain, pathOf, run, splitOut, UPDATE, webhook } from './support/workflow.mts';

const MINUTE = 60_000;
jest.setTimeout(2 * MINUTE);

const TOKEN = 'e2e-unknown-token';
const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

let sandbox: Sandbox;
const server = useServer();

beforeAll(async () => {
	const env = { N8N_SSRF_PROTECTION_ENABLED: 'true', N8N_SSRF_ALLOWED_IP_RANGES: '127.0.0.1/32' };
	sandbox = await startFreshSandbox({ name: 'e2e-unknown', standIn: { token: TOKEN }, env });
}, 20 * MINUTE);

afterAll(async () => await sandbox?.stop());

const withVarnish = hasProgram('varnishd', ['-V'], 'varnish') ? it : it.skip;

withVarnish(
	'a case that was created behind a Varnish which answers 503 is created once',
	async () => {
		server.respond = () => (response) => response.destroy();
		const varnish = await startVarnish(server.host);
		try {
			const answer = await fetch(varnish.url, { method: 'POST', body: 'x' });
			expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
			server.requests = [];

			const { status, error, record } = await start(createWorkflow('Varnish', RETRY_ON_FAIL), {
				server: varnish.url,
				items: ['a'],
			});
			expect(status).toBe('error');
			expect(created()).toEqual(['a']);
			expect(error).toContain('HTTP 503');
			expect(record).toContain('may have created the case anyway');
		} finally {
			varnish.stop();
		}
	},
);

it('Retry stops at a case that was being created when an expression failed, and tells', async () => {
	server.respond = () => ({ delayMs: 1500 });
	const workflow = createWorkflow('Sent while an expression failed', {
		parameters: {
			description:
				"={{ $json.text === 'c' && $workflow.name !== 'Mended' ? $('nowhere').item : $json.text }}",
			requestOptions: { batching: { batch: { batchSize: 1, batchInterval: 200 } } },
		},
	});
	const failed = await start(workflow, { items: ['a', 'b', 'c', 'd'] });
	expect(failed.status).toBe('error');
	await sleep(1500);
	expect(created()).toEqual(['a']);

	// Nothing changes in the node itself, so that n8n goes on from what it saved.
	await renameWorkflow(workflow.name, 'Mended');
	const told = await retry(sandbox.n8n, failed, true);
	expect(told.error).toBe('The earlier execution ended before the response to this item was read');
	expect(created()).toEqual(['a']);

	await retry(sandbox.n8n, told, true);
	expect(created()).toEqual(['a', 'a', 'b', 'c', 'd']);
});

it('an execution that times out between two batches is no success with fewer items', async () => {
	const name = 'Timed out in a pause';
	const workflow = createWorkflow(name, {
		parameters: { requestOptions: { batching: { batch: { batchSize: 2, batchInterval: 3000 } } } },
	});
	const execution = await start(
		{ ...workflow, settings: { ...workflow.settings, executionTimeout: 2 } },
		{ items: ['a', 'b', 'c', 'd', 'e'] },
	);
	expect(execution.status).toBe('canceled');
	expect(created()).toEqual(['a', 'b']);
	expect(execution.items(UPDATE)).toEqual([]);
});

it('a tool call of an MCP client with Retry On Fail creates one case, although no response came', async () => {
	server.respond = () => (response) => response.destroy();
	const credential = await ensureCredential(sandbox.n8n, {
		name: 'Wolkvox CRM (MCP)',
		type: 'wolkvoxCrmApi',
		data: credentialData(server.url, TOKEN),
	});
	await ensureWorkflow(sandbox.n8n, withCredential(mcpWorkflow(), credential));

	const answer = await callTool('Create_case', { text: 'a' });

	expect(created()).toEqual(['a']);
	expect(answer).toContain('may have created the case anyway');
});

it("n8n's protection against SSRF keeps the request back, in its own words", async () => {
	const { status, error, record } = await start(createWorkflow('SSRF', RETRY_ON_FAIL), {
		server: 'http://[::1]:1',
		items: ['a'],
	});
	expect(status).toBe('error');
	expect(error).toBe('The request was blocked because it resolves to a restricted IP address');
	expect(record).toContain('is not allowed');
	expect(created()).toEqual([]);
});

/** Runs a workflow with an item for each text. */
async function start(
	workflow: Workflow,
	{ server: url = server.url, items }: { server?: string; items: string[] },
): Promise<Execution> {
	const credential = await ensureCredential(sandbox.n8n, {
		name: `Wolkvox CRM (${workflow.name})`,
		type: 'wolkvoxCrmApi',
		data: credentialData(url, TOKEN),
	});
	return await run(sandbox.n8n, credential, workflow, { items: items.map((text) => ({ text })) });
}

async function renameWorkflow(name: string, newName: string) {
	const all = await sandbox.n8n.request<StoredWorkflow[]>('GET', '/rest/workflows');
	const { id } = all.find((workflow) => workflow.name === name)!;
	await sandbox.n8n.request('PATCH', `/rest/workflows/${id}`, { name: newName });
}

function created() {
	return server.requests.map((request) => fieldOf(request, 'description'));
}

const NEW_CASE = {
	resource: 'case',
	operation: 'create',
	caseType: { __rl: true, mode: 'name', value: 'Claims' },
	contact: 'ana@example.com',
	description: '={{ $json.text }}',
	status: 'open',
	priority: 'low',
	responsible: 'laura.gomez@demo',
	owner: 'laura.gomez@demo',
};

function createWorkflow(
	name: string,
	{ parameters, ...settings }: { parameters?: object; [setting: string]: unknown },
): Workflow {
	const node = {
		name: UPDATE,
		type: 'n8n-nodes-wolkvox.wolkvoxCrm',
		typeVersion: 1,
		parameters: { ...NEW_CASE, ...parameters },
		...settings,
	};
	return chain(name, [webhook(name), splitOut, node]);
}

function mcpWorkflow(): Workflow {
	const name = 'MCP';
	const trigger = {
		name: 'MCP Server Trigger',
		type: '@n8n/n8n-nodes-langchain.mcpTrigger',
		typeVersion: 2,
		webhookId: pathOf(name),
		parameters: { path: pathOf(name) },
	};
	const tool = {
		name: 'Create case',
		type: 'n8n-nodes-wolkvox.wolkvoxCrmTool',
		typeVersion: 1,
		parameters: { ...NEW_CASE, description: "={{ $fromAI('text', '', 'string') }}" },
		...RETRY_ON_FAIL,
	};
	return {
		...chain(name, [trigger, tool]),
		connections: {
			[tool.name]: { ai_tool: [[{ node: trigger.name, type: 'ai_tool', index: 0 }]] },
		},
	};
}

/** What a client of the Model Context Protocol does: it opens a session and calls a tool. */
async function callTool(name: string, args: object): Promise<string> {
	const headers: Record<string, string> = {
		'content-type': 'application/json',
		accept: 'application/json, text/event-stream',
	};
	const send = async (message: object) => {
		const body = JSON.stringify({ jsonrpc: '2.0', ...message });
		const url = `${sandbox.n8n.url}/mcp/mcp`;
		const response = await fetch(url, { method: 'POST', headers, body });
		const session = response.headers.get('mcp-session-id');
		if (session) headers['mcp-session-id'] = session;
		return await response.text();
	};
	const clientInfo = { name: 'test', version: '1' };
	const params = { protocolVersion: '2025-03-26', capabilities: {}, clientInfo };
	await send({ id: 1, method: 'initialize', params });
	await send({ method: 'notifications/initialized' });
	return await send({ id: 2, method: 'tools/call', params: { name, arguments: args } });
}

/** Debian's Varnish with its built-in rules. */
async function startVarnish(backend: string) {
	const folder = mkdtempSync(join(tmpdir(), 'varnish-'));
	const port = await freePort();
	const args = ['-F', '-j', 'none', '-n', folder, '-a', `127.0.0.1:${port}`, '-b', backend];
	const child = spawn('varnishd', args, { stdio: 'ignore' });
	while (!(await accepts(port))) await sleep(100);
	const stop = () => {
		child.once('exit', () => rmSync(folder, { recursive: true, force: true })).kill();
	};
	return { url: `http://127.0.0.1:${port}`, stop };
}

async function accepts(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1');
		socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
		socket.once('connect', () => socket.destroy());
	});
}
