import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.mts';
import { N8N_FOLDER, ROOT, RUN_FOLDER } from '../../sandbox/tools.cjs';
import {
	credentialData,
	ensureCredential,
	ensureWorkflow,
	type Workflow,
} from '../../sandbox/workflows.mts';
import { lastExecution } from './support/execution.mts';

const MINUTE = 60_000;
const UNKNOWN_CASE = 'ffffffffffffffffffffffff';

// The first run installs n8n.
jest.setTimeout(2 * MINUTE);

let sandbox: Sandbox;
let model: Model;
let credentials: Record<string, { id: string; name: string }>;

beforeAll(async () => {
	execFileSync(process.execPath, [join(ROOT, 'sandbox', 'start.mjs'), '--prepare'], {
		stdio: 'inherit',
	});
	rmSync(join(RUN_FOLDER, 'examples'), { recursive: true, force: true });
	sandbox = await startSandbox({ name: 'examples', standIn: {} });
	model = await startModel();
	credentials = {
		wolkvoxCrmApi: await ensureCredential(sandbox.n8n, {
			name: 'Wolkvox CRM account',
			type: 'wolkvoxCrmApi',
			data: credentialData(sandbox.standIn.url, sandbox.standIn.token),
		}),
		openAiApi: await ensureCredential(sandbox.n8n, {
			name: 'OpenAI account',
			type: 'openAiApi',
			data: { apiKey: 'none', url: model.url },
		}),
	};
}, 20 * MINUTE);

afterAll(async () => {
	model?.server.closeAllConnections();
	model?.server.close();
	await sandbox?.stop();
});

beforeEach(() => {
	sandbox.standIn.log.length = 0;
});

describe('Update cases from a spreadsheet', () => {
	it('x', async () => {
		const id = await publish('update-cases-from-spreadsheet.json');
		const form = new FormData();
		const [a, b] = sandbox.standIn.cases;
		form.append('field-0', new File([`\ufeffCase,Status,Priority,Solution\n${a.id},closed,low,"Sí, pagado"\n${UNKNOWN_CASE},open,,\n,open,,\n${b.id},,high,\n`], 'casos.CSV', { type: 'application/vnd.ms-excel' }));
		const page = await fetch(`${sandbox.n8n.url}/form/update-cases`);
		console.log(page.status, (await page.text()).slice(0, 300));
		const reply = await fetch(`${sandbox.n8n.url}/form/update-cases`, { method: 'POST', body: form });
		const text = await reply.text();
		console.log(reply.status, text);
		const wait = JSON.parse(text).formWaitingUrl;
		await new Promise((r) => setTimeout(r, 2000));
		const w = await fetch(wait);
		console.log(w.status, (await w.text()).replace(/<style[\s\S]*?<\/style>/g, ''));
		console.log(JSON.stringify(sandbox.standIn.cases, null, 1).slice(0, 3000));
	});
});

describe('form', () => {
	it('y', async () => {
		const id = await publish('attach-form-answer-to-case.json');
		const [a] = sandbox.standIn.cases;
		const form = new FormData();
		form.append('field-0', a.id);
		form.append('field-1', 'Línea uno\nLínea dos');
		form.append('field-2', new File([randomBytes(1000)], 'a ñ.pdf', { type: 'application/pdf' }));
		form.append('field-2', new File([randomBytes(2000)], 'b.png', { type: 'image/png' }));
		const reply = await fetch(`${sandbox.n8n.url}/form/case-answer`, { method: 'POST', body: form });
		console.log(reply.status, await reply.text());
		const e = await lastExecution(sandbox.n8n, id);
		console.log(e.status, e.error, JSON.stringify(e.items('A customer answers')), JSON.stringify(e.items('Add it to the case')));
		console.log(JSON.stringify(sandbox.standIn.cases[0], null, 1).slice(0, 3000));
	});
});

describe('agent', () => {
	it('z', async () => {
		const id = await publish('update-case-by-ai-agent.json');
		const [, b] = sandbox.standIn.cases;
		model.calls = [{ Case: b.id, Status: 'closed', Priority: '', Solution: 'The refund was paid' }];
		const url = '/webhook/c6810f5d-94be-4d27-8a3f-f1b7d5e20c94/chat';
		const anonymous = await fetch(sandbox.n8n.url + url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ action: 'sendMessage', sessionId: 's1', chatInput: 'Close it' }) });
		console.log(anonymous.status, await anonymous.text());
		await sandbox.n8n.request('POST', url, { action: 'sendMessage', sessionId: 's1', chatInput: 'Close it' });
		const e = await lastExecution(sandbox.n8n, id);
		console.log(e.status, e.error, JSON.stringify(e.items('AI Agent')));
		console.log(JSON.stringify(model.requests, null, 1).slice(0, 6000));
		console.log(JSON.stringify(b));
	});
});

async function publish(file: string) {
	const example = JSON.parse(readFileSync(join(ROOT, 'examples', file), 'utf8')) as Workflow;
	return await ensureWorkflow(sandbox.n8n, withCredentials(example));
}

/** Does what a user does after the import: chooses a credential wherever one is asked for. */
function withCredentials(workflow: Workflow): Workflow {
	const nodes = workflow.nodes.map((node) => ({
		...node,
		...(node.credentials && { credentials: chosen(node.credentials) }),
	}));
	return { ...workflow, nodes };
}

function chosen(asked: object) {
	return Object.fromEntries(
		Object.keys(asked).map((type) => [type, { id: credentials[type].id, name: credentials[type].name }]),
	);
}

interface Model {
	url: string;
	server: Server;
	requests: any[];
	calls: object[];
}

async function startModel(): Promise<Model> {
	const model: Model = { url: '', requests: [], calls: [], server: undefined as any };
	model.server = createServer(async (request, response) => {
		let body = '';
		for await (const chunk of request) body += chunk;
		const asked = JSON.parse(body);
		model.requests.push({ url: request.url, ...asked });
		const last = asked.messages.at(-1);
		const message = last.role === 'tool'
			? { role: 'assistant', content: `Done: ${last.content}` }
			: { role: 'assistant', content: null, tool_calls: [{ id: 'call_1', type: 'function', function: { name: asked.tools[0].function.name, arguments: JSON.stringify(model.calls.shift()) } }] };
		response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ id: 'x', object: 'chat.completion', created: 0, model: asked.model, choices: [{ index: 0, message, finish_reason: 'stop' }], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }));
	});
	await new Promise<void>((resolve) => model.server.listen(0, '127.0.0.1', resolve));
	model.url = `http://127.0.0.1:${(model.server.address() as AddressInfo).port}/v1`;
	return model;
}
