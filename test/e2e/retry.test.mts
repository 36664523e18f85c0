import {
	credentialData,
	ensureCredential,
	ensureWorkflow,
	withCredential,
	type Credential,
	type Workflow,
} from '../../tools/workflows.mts';
import { startFreshSandbox, type Sandbox } from '../support/sandbox.mts';
import { caseIdOf, fieldOf, useServer, type ReceivedRequest } from '../support/server.mts';
import { retry, type Execution } from './support/execution.mts';
import {
	chain,
	listWorkflow,
	run,
	splitOut,
	to,
	UPDATE,
	updateNode,
	webhook,
} from './support/workflow.mts';

const MINUTE = 60_000;
jest.setTimeout(2 * MINUTE);

/** Cases a to e, one item each. */
const CASES = ['a', 'b', 'c', 'd', 'e'];
const BODY = { items: CASES.map((caseId, ref) => ({ caseId, ref })) };

let sandbox: Sandbox;
let credential: Credential;
const server = useServer();
const other = useServer();

beforeAll(async () => {
	sandbox = await startFreshSandbox({ name: 'e2e-retry', standIn: { token: 'e2e-retry-token' } });
}, 20 * MINUTE);

afterAll(async () => await sandbox?.stop());

beforeEach(async () => {
	credential = await ensureCredential(sandbox.n8n, {
		name: 'Wolkvox CRM (retry)',
		type: 'wolkvoxCrmApi',
		data: credentialData(server.url, 'e2e-retry-token'),
	});
});

describe('Retry in the list of executions', () => {
	it('sends what is left, and returns every item paired', async () => {
		refuse('c');
		const failed = await start(listWorkflow('Retry a run', { updateFields: { status: 'open' } }));
		expect(failed.status).toBe('error');
		expect(sent()).toEqual(['a', 'b', 'c']);

		accept();
		const retried = await retry(sandbox.n8n, failed);

		expect(retried.status).toBe('success');
		expect(sent()).toEqual(['c', 'd', 'e']);
		expect(retried.items(UPDATE).map(({ json }) => json.data.wolkvox_id)).toEqual(CASES);
		expect(retried.items('Done').map(({ json }) => json.ref)).toEqual([0, 1, 2, 3, 4]);
	});

	it('goes on again after it failed itself', async () => {
		refuse('b');
		const failed = await start(listWorkflow('Retry twice', { updateFields: { status: 'open' } }));
		refuse('d');
		const failedAgain = await retry(sandbox.n8n, failed);
		expect(sent()).toEqual(['b', 'c', 'd']);

		accept();
		const retried = await retry(sandbox.n8n, failedAgain);
		expect(sent()).toEqual(['d', 'e']);
		expect(retried.items(UPDATE)).toHaveLength(5);
	});

	it('sends an item again whose outcome is unknown: whoever retries was told to check', async () => {
		server.respond = (request) =>
			caseIdOf(request) === 'b' ? (response) => response.destroy() : {};
		const failed = await start(listWorkflow('Retry unknown', { updateFields: { status: 'open' } }));
		expect(failed.record).toContain('Retry in the list of executions sends it again');
		expect(sent()).toEqual(['a', 'b']);

		accept();
		await retry(sandbox.n8n, failed);
		expect(sent()).toEqual(['b', 'c', 'd', 'e']);
	});

	it('starts afresh after the node was edited, and goes on from there', async () => {
		const name = 'Retry an edited node';
		refuse('c');
		const failed = await start(listWorkflow(name, { updateFields: { status: 'open' } }));

		const edited = listWorkflow(name, { updateFields: { status: 'closed' } });
		await ensureWorkflow(sandbox.n8n, withCredential(edited, credential));
		refuse('d');
		const failedAgain = await retry(sandbox.n8n, failed, true);
		expect(sent()).toEqual(['a', 'b', 'c', 'd']);

		accept();
		await retry(sandbox.n8n, failedAgain);
		expect(sent()).toEqual(['d', 'e']);
	});

	it('goes on after Max Retries was edited', async () => {
		const name = 'Retry with other options';
		refuse('c');
		const failed = await start(listWorkflow(name, { updateFields: { status: 'open' } }));

		accept();
		const edited = listWorkflow(name, {
			updateFields: { status: 'open' },
			options: { maxRetries: 5 },
		});
		await ensureWorkflow(sandbox.n8n, withCredential(edited, credential));
		await retry(sandbox.n8n, failed, true);
		expect(sent()).toEqual(['c', 'd', 'e']);
	});

	it('goes on in the round of a loop that failed, and skips nothing in the next', async () => {
		refuse('d');
		const failed = await start(loopWorkflow());
		expect(sent()).toEqual(['a', 'b', 'c', 'd']);

		accept();
		const retried = await retry(sandbox.n8n, failed);
		expect(retried.status).toBe('success');
		expect(sent()).toEqual(['d', 'e']);
	});

	it('goes on in the branch that failed, where two lead into the node', async () => {
		let requests = 0;
		server.respond = () =>
			++requests === CASES.length + 3 ? { status: 400, body: { code: 400, msg: 'No' } } : {};
		const failed = await start(branchesWorkflow());
		expect(failed.status).toBe('error');
		expect(sent()).toEqual([...CASES, 'a', 'b', 'c']);

		accept();
		const retried = await retry(sandbox.n8n, failed);
		expect(retried.status).toBe('success');
		expect(sent()).toEqual(['c', 'd', 'e']);
	});

	it('goes on after an expression failed in a later batch', async () => {
		const name = 'Retry after Batching';
		const workflow = listWorkflow(name, {
			updateFields: { status: "={{ $json.ref === 4 ? $('nowhere').item : 'open' }}" },
			requestOptions: { batching: { batch: { batchSize: 2, batchInterval: 200 } } },
		});
		accept();
		const failed = await start(workflow);
		expect(failed.status).toBe('error');
		expect(sent()).toEqual(['a', 'b', 'c', 'd']);

		accept();
		await retry(sandbox.n8n, failed);
		expect(sent()).toEqual([]);
	});

	it('sends everything again after the credential names another server', async () => {
		refuse('c');
		const failed = await start(
			listWorkflow('Retry elsewhere', { updateFields: { status: 'open' } }),
		);
		await ensureCredential(sandbox.n8n, {
			...credential,
			data: credentialData(other.url, 'e2e-retry-token'),
		});
		await retry(sandbox.n8n, failed);
		expect(other.requests.map(caseIdOf)).toEqual(CASES);
	});

	it('sends only the files that Wolkvox does not have yet', async () => {
		server.respond = ({ files }) =>
			files[0].name === 'second.txt' ? { status: 413, body: { code: 413, msg: 'Too big' } } : {};
		const failed = await start(filesWorkflow());
		expect(server.requests.map(({ files }) => files[0].name)).toEqual(['first.txt', 'second.txt']);

		accept();
		const retried = await retry(sandbox.n8n, failed);
		expect(retried.status).toBe('success');
		expect(server.requests.map(({ files }) => files[0].name)).toEqual(['second.txt', 'third.txt']);
	});

	it('creates no case twice', async () => {
		const created = () => server.requests.map((request) => fieldOf(request, 'description'));
		const id = (of?: string) => `id of ${of}`;
		server.respond = (request) => {
			const description = fieldOf(request, 'description');
			return description === 'c' && server.requests.length === 3
				? { status: 412, body: { code: 412, msg: 'No such contact' } }
				: { body: { code: 200, msg: 'ok', data: { wolkvox_id: id(description) } } };
		};
		const failed = await start(createWorkflow());
		expect(failed.status).toBe('error');
		expect(created()).toEqual(['a', 'b', 'c']);

		const retried = await retry(sandbox.n8n, failed);
		expect(created()).toEqual(['a', 'b', 'c', 'c', 'd', 'e']);
		expect(retried.items(UPDATE).map(({ json }) => json.data.wolkvox_id)).toEqual(CASES.map(id));
	});

	it('asks again for everything that is only read', async () => {
		const valueOf = ({ json }: ReceivedRequest) => (json as { value: string }).value;
		const asked = () => server.requests.map(valueOf);
		server.respond = (request) =>
			server.requests.length === 2
				? { status: 400, body: { code: 400, msg: 'No such field' } }
				: { body: { code: '200', data: [{ found: valueOf(request) }] } };
		const failed = await start(searchWorkflow());
		expect(asked()).toEqual(['a', 'b']);

		const retried = await retry(sandbox.n8n, failed);
		expect(asked()).toEqual(['a', 'b', ...CASES]);
		expect(retried.items(UPDATE).map(({ json }) => json.found)).toEqual(CASES);
	});
});

async function start(workflow: Workflow): Promise<Execution> {
	return await run(sandbox.n8n, credential, workflow, BODY);
}

function refuse(caseId: string) {
	server.requests.length = 0;
	server.respond = (request) =>
		caseIdOf(request) === caseId ? { status: 400, body: { code: 400, msg: `No ${caseId}` } } : {};
}

function accept() {
	server.requests.length = 0;
	server.respond = () => ({});
}

function sent() {
	return server.requests.map(caseIdOf);
}

/** Passes items on. */
const noOp = (name: string) => ({
	name,
	type: 'n8n-nodes-base.noOp',
	typeVersion: 1,
	parameters: {},
});

/** Two items per round. */
function loopWorkflow(): Workflow {
	const name = 'Retry in a loop';
	const loop = {
		name: 'Loop',
		type: 'n8n-nodes-base.splitInBatches',
		typeVersion: 3,
		parameters: { batchSize: 2, options: {} },
	};
	const workflow = chain(name, [
		webhook(name),
		splitOut,
		loop,
		updateNode({ updateFields: { status: 'open' } }),
		noOp('Next'),
	]);
	Object.assign(workflow.connections, {
		Loop: { main: [[], [to(UPDATE)]] },
		Next: { main: [[to('Loop')]] },
	});
	return workflow;
}

/** The same items in two branches that lead into one node, which therefore runs twice. */
function branchesWorkflow(): Workflow {
	const name = 'Retry with two branches';
	const workflow = chain(name, [
		webhook(name),
		splitOut,
		noOp('First'),
		updateNode({ updateFields: { status: 'open' } }),
	]);
	workflow.nodes.push({ ...noOp('Second'), id: 'Second', position: [440, 200] });
	Object.assign(workflow.connections, {
		Cases: { main: [[to('First'), to('Second')]] },
		Second: { main: [[to(UPDATE)]] },
	});
	return workflow;
}

/** A new case for each item. */
function createWorkflow(): Workflow {
	return listOf('Retry creates', {
		operation: 'create',
		caseType: { __rl: true, mode: 'list', value: 'Request' },
		contact: 'ana@example.com',
		description: '={{ $json.caseId }}',
		status: 'open',
		priority: 'low',
		responsible: 'laura.gomez@demo',
		owner: 'ana.ruiz@demo',
	});
}

/** A search for each item. */
function searchWorkflow(): Workflow {
	return listOf('Retry searches', {
		operation: 'getMany',
		searchBy: { __rl: true, mode: 'list', value: 'idPrefijo' },
		value: '={{ $json.caseId }}',
	});
}

function listOf(name: string, parameters: object): Workflow {
	const node = {
		...updateNode({ updateFields: {} }),
		parameters: { resource: 'case', ...parameters },
	};
	return chain(name, [webhook(name), splitOut, node]);
}

/** One item with three files. */
function filesWorkflow(): Workflow {
	const name = 'Retry with files';
	const makeFiles = {
		name: 'Files',
		type: 'n8n-nodes-base.code',
		typeVersion: 2,
		parameters: {
			jsCode: `
const binary = {};
for (const name of ['first', 'second', 'third']) {
	binary[name] = { data: Buffer.from(name).toString('base64'), mimeType: 'text/plain', fileName: name + '.txt' };
}
return [{ json: { caseId: 'a' }, binary }];`,
		},
	};
	const attach = updateNode({
		updateFields: { status: 'open', attachments: 'first, second, third' },
	});
	return chain(name, [webhook(name), makeFiles, attach]);
}
