import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLOSE_CASE } from '../../sandbox/demos.mts';
import { addExamples } from '../../sandbox/examples.mts';
import { newCase } from '../../sandbox/standin/cases.mts';
import { RUN_FOLDER } from '../../tools/common.mjs';
import {
	credentialData,
	ensureCredential,
	type Credential,
	type Workflow,
} from '../../tools/workflows.mts';
import { startFreshSandbox, type Sandbox } from '../support/sandbox.mts';
import { useServer, type ScriptedResponse } from '../support/server.mts';
import { lastExecution, type Execution } from './support/execution.mts';
import { formWorkflow, listWorkflow, run, UPDATE } from './support/workflow.mts';

const MINUTE = 60_000;
const TOKEN = 'e2e-token-5f0c27';
const CASE = '64cb1f0a9d3e5c27b8a41d02';
const ALL_FIELDS = {
	caseType: { __rl: true, mode: 'list', value: 'Claims' },
	responsible: '={{ $json.body.responsible }}',
	owner: 'ana.ruiz@demo',
	contact: 'José Ñáñez',
	description: 'Line one & "two"',
	status: 'closed',
	priority: 'high',
	solution: '={{ $json.body.solution }}',
	customFields: { field: [{ name: 'Etapa ', value: 'Final' }] },
	customFieldsJson: '{ "Etapa ": "Primera", "Monto": 12.5, "Detalle": { "pagado": true } }',
};

// The first run installs n8n.
jest.setTimeout(2 * MINUTE);

let sandbox: Sandbox;
let credential: Credential;
const executions: Execution[] = [];

beforeAll(async () => {
	sandbox = await startFreshSandbox({ name: 'e2e', standIn: { token: TOKEN } });
	credential = await ensureCredential(sandbox.n8n, {
		name: 'Wolkvox CRM (e2e)',
		type: 'wolkvoxCrmApi',
		data: credentialData(sandbox.standIn.url, TOKEN),
	});
}, 20 * MINUTE);

afterAll(async () => {
	await sandbox?.stop();
});

beforeEach(() => {
	sandbox.standIn.log.length = 0;
});

describe('the credential test', () => {
	it('passes with a good token, by one call', async () => {
		const result = await testCredential(sandbox.standIn.url, TOKEN);

		expect(result.status).toBe('OK');
		expect(sandbox.standIn.log).toHaveLength(1);
	});

	it('names the token when the token is wrong, by one call', async () => {
		const result = await testCredential(sandbox.standIn.url, 'wrong');

		expect(result).toEqual({ status: 'Error', message: expect.stringMatching(/token/i) });
		expect(sandbox.standIn.log).toHaveLength(1);
	});

	const server = useServer();
	const html = '<!doctype html><title>Log in</title>';
	/** Each code that has advice of its own, as a number and as text. */
	const CODES = [400, 401, 403, 404, 412, 429].flatMap((code) => [code, String(code)]);
	const notWolkvox = /^Unexpected response: check 'Server'/;

	it.each<[string, ScriptedResponse, RegExp]>([
		['an HTML page', { headers: { 'content-type': 'text/html' }, body: html }, notWolkvox],
		['an empty response', { body: '' }, notWolkvox],
		['an empty 204', { status: 204, body: '' }, notWolkvox],
		['JSON of another service', { body: { hello: 'world' } }, notWolkvox],
		['a list', { body: [{ id: 1 }] }, notWolkvox],
		...CODES.map((code): [string, ScriptedResponse, RegExp] => [
			`code ${JSON.stringify(code)} in HTTP 200`,
			{ body: { code, msg: 'no' } },
			new RegExp(`\\(${code}\\): \\S`),
		]),
		[
			'HTTP 500 with an HTML page',
			{ status: 500, headers: { 'content-type': 'text/html' }, body: html },
			/\S/,
		],
	])('fails for %s, by one call', async (_, response, message) => {
		server.respond = () => response;
		const result = await testCredential(server.url, TOKEN);

		expect(result).toEqual({ status: 'Error', message: expect.stringMatching(message) });
		expect(server.requests).toHaveLength(1);
	});

	async function testCredential(url: string, token: string) {
		const { type, name } = credential;
		return await sandbox.n8n.request<{ status: string; message: string }>(
			'POST',
			'/rest/credentials/test',
			{ credentials: { id: '', name, type, data: credentialData(url, token) } },
		);
	}
});

describe('an update of one case', () => {
	it('sends every field and a file unchanged', async () => {
		const bytes = randomBytes(300_000);
		const execution = await runNode(
			formWorkflow('All fields', {
				caseId: '={{ $json.body.caseId }}',
				updateFields: { ...ALL_FIELDS, attachments: 'report' },
			}),
			formWith(
				{ caseId: CASE, responsible: 'laura.gomez@demo', solution: 'Pagó.\r\nFin ✔' },
				{ report: [bytes, 'informe ñ "final".pdf', 'application/pdf'] },
			),
		);

		expect(execution.items('Webhook')[0].binary?.report.fileName).toBe('informe ñ "final".pdf');
		expect(execution.items(UPDATE)).toEqual([
			{
				json: {
					code: 200,
					msg: 'Succesfully update record',
					data: { wolkvox_id: CASE },
				},
				pairedItem: { item: 0 },
			},
		]);
		expect(sandbox.standIn.log).toHaveLength(1);
		const [{ fields, files }] = sandbox.standIn.log;
		expect({ ...fields, form: JSON.parse(fields.form) }).toEqual({
			operation: 'demo',
			'wolkvox-id': CASE,
			'case-type': 'Claims',
			responsible: 'laura.gomez@demo',
			owner: 'ana.ruiz@demo',
			contact: 'José Ñáñez',
			description: 'Line one & "two"',
			status: 'closed',
			priority: 'high',
			solution: 'Pagó.\r\nFin ✔',
			form: { 'Etapa ': 'Final', Monto: 12.5, Detalle: { pagado: true } },
		});
		expect(files).toEqual([
			{
				part: 'files',
				name: 'informe ñ %22final%22.pdf',
				type: 'application/pdf',
				size: bytes.length,
				sha256: sha256(bytes),
			},
		]);
	});

	it('sends two files in two requests with the same fields', async () => {
		const [first, second] = [randomBytes(1000), randomBytes(2000)];
		const execution = await runNode(
			twoFilesWorkflow('Two files'),
			formWith(
				{ caseId: CASE },
				{ a: [first, 'a.txt', 'text/plain'], b: [second, 'b.png', 'image/png'] },
			),
		);

		expect(execution.items(UPDATE)).toHaveLength(1);
		const { log } = sandbox.standIn;
		expect(log.map(({ files }) => files.map(({ part, sha256: sum }) => [part, sum]))).toEqual([
			[['files', sha256(first)]],
			[['files', sha256(second)]],
		]);
		expect(log[1].fields).toEqual(log[0].fields);
	});

	it('sends two files together as files[]', async () => {
		const [first, second] = [randomBytes(1000), randomBytes(2000)];
		await runNode(
			twoFilesWorkflow('Two files together', { multipleFiles: 'together' }),
			formWith(
				{ caseId: CASE },
				{ a: [first, 'a.txt', 'text/plain'], b: [second, 'b.png', 'image/png'] },
			),
		);

		expect(sandbox.standIn.log).toHaveLength(1);
		const parts = sandbox.standIn.log[0].files.map(({ part, sha256: sum }) => [part, sum]);
		expect(parts).toEqual([
			['files[]', sha256(first)],
			['files[]', sha256(second)],
		]);
	});

	function twoFilesWorkflow(name: string, options = {}) {
		return formWorkflow(name, {
			caseId: '={{ $json.body.caseId }}',
			updateFields: { status: 'open', attachments: 'a, b' },
			options,
		});
	}
});

describe('an update of many cases', () => {
	it('updates 500 in order, and pairs each with its item', async () => {
		const items = Array.from({ length: 500 }, (_, ref) => ({ ref, caseId: idOf(ref) }));
		sandbox.standIn.cases.push(...items.map(({ caseId }) => newCase(caseId)));

		const execution = await runNode(
			listWorkflow('Many cases', {
				updateFields: { description: '=Number {{ $json.ref }}' },
				onError: 'continueErrorOutput',
			}),
			{ items },
		);

		const sent = sandbox.standIn.log.map(({ fields }) => [
			fields['wolkvox-id'],
			fields.description,
		]);
		expect(sent).toEqual(items.map(({ ref, caseId }) => [caseId, `Number ${ref}`]));
		const done = execution.items(UPDATE);
		expect(done.map(({ json }) => json.data.wolkvox_id)).toEqual(items.map((one) => one.caseId));
		expect(done.map(({ pairedItem }) => pairedItem)).toEqual(
			items.map(({ ref }) => ({ item: ref })),
		);
		expect(execution.items('Done').map(({ json }) => json.ref)).toEqual(
			items.map(({ ref }) => ref),
		);
		expect(execution.items(UPDATE, 1)).toEqual([]);
	});

	it('puts failed items on the error output, paired, with their input and the message', async () => {
		const items = [
			{ ref: 10, caseId: CASE },
			{ ref: 11, caseId: idOf(999_999) },
			{ ref: 12, caseId: '' },
			{ ref: 13, caseId: CASE },
		];
		const execution = await runNode(
			listWorkflow('Some fail', {
				updateFields: { priority: 'low' },
				onError: 'continueErrorOutput',
			}),
			{ items },
		);

		const failed = execution.items(UPDATE, 1);
		expect(failed.map(({ json }) => json)).toEqual([
			{
				...items[1],
				error: `There is no case with the id ${items[1].caseId}`,
			},
			{ ...items[2], error: "'Case' is empty [item 2]" },
		]);
		expect(execution.items('Done').map(({ json }) => json.ref)).toEqual([10, 13]);
		expect(execution.items('Failed').map(({ json }) => json.ref)).toEqual([11, 12]);
		expect(sandbox.standIn.log).toHaveLength(3);
	});

	it('stops at the first failure with Stop Workflow', async () => {
		const items = [CASE, idOf(999_999), CASE].map((caseId, ref) => ({ ref, caseId }));
		const execution = await runNode(
			listWorkflow('Stop at failure', { updateFields: { priority: 'low' } }),
			{ items },
		);

		expect(execution.status).toBe('error');
		expect(execution.error).toContain('There is no case with the id');
		expect(sandbox.standIn.log).toHaveLength(2);
	});

	it('sends an updated case once, and a failed one again, with Retry On Fail', async () => {
		const items = [idOf(999_999), CASE].map((caseId, ref) => ({ ref, caseId }));
		await runNode(
			listWorkflow('Retry on fail', {
				updateFields: { priority: 'low' },
				onError: 'continueErrorOutput',
				retryOnFail: true,
				maxTries: 3,
				waitBetweenTries: 0,
			}),
			{ items },
		);

		const sent = sandbox.standIn.log.map(({ fields }) => fields['wolkvox-id']);
		expect(sent).toEqual([items[0].caseId, CASE, items[0].caseId, items[0].caseId]);
	});
});

it('closes a case with its report through the example workflow', async () => {
	const { n8n, standIn } = sandbox;
	const [{ id }] = await addExamples(sandbox, [CLOSE_CASE.file]);

	await CLOSE_CASE.call(n8n, standIn.cases[0]);

	executions.push(await lastExecution(n8n, id));
	expect(CLOSE_CASE.worked([], standIn.cases)).toBe(true);
});

it('keeps the token out of the saved executions and out of the log of n8n', () => {
	expect(executions.length).toBeGreaterThan(5);
	for (const { record } of executions) expect(record).not.toContain(TOKEN);
	expect(readFileSync(join(RUN_FOLDER, 'e2e.log'), 'utf8')).not.toContain(TOKEN);
	expect(JSON.stringify(sandbox.standIn.log)).not.toContain(TOKEN);
});

async function runNode(workflow: Workflow, body: FormData | object) {
	const execution = await run(sandbox.n8n, credential, workflow, body);
	executions.push(execution);
	return execution;
}

type FilePart = [bytes: Buffer, name: string, type: string];

function formWith(fields: Record<string, string>, files: Record<string, FilePart>) {
	const form = new FormData();
	for (const [name, value] of Object.entries(fields)) form.append(name, value);
	for (const [part, [bytes, name, type]] of Object.entries(files)) {
		form.append(part, new File([bytes], name, { type }));
	}
	return form;
}

function idOf(number: number) {
	return number.toString(16).padStart(24, 'e');
}

function sha256(bytes: Buffer) {
	return createHash('sha256').update(bytes).digest('hex');
}
