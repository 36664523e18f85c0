import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Sandbox } from '../../sandbox/sandbox.mts';
import { RUN_FOLDER } from '../../sandbox/tools.cjs';
import { credentialData, ensureCredential, type Workflow } from '../../sandbox/workflows.mts';
import { hasPhp, startPhp, type PhpRequest } from '../support/php.mts';
import { table } from '../support/markdown.mts';
import { writeSection } from '../support/report.mts';
import { startFreshSandbox } from '../support/sandbox.mts';
import { startServer, SUCCESS, type Answer, type ScriptedServer } from '../support/server.mts';
import { formWorkflow, listWorkflow, run, UPDATE } from './support/workflow.mts';

const MINUTE = 60_000;
const TOKEN = 'trust-token-9d1f4c7a60';
const CASE = '64cb1f0a9d3e5c27b8a41d02';

jest.setTimeout(2 * MINUTE);

let sandbox: Sandbox;
const records: string[] = [];

beforeAll(async () => {
	sandbox = await startFreshSandbox({
		name: 'trust',
		standIn: { token: TOKEN },
		env: {
			N8N_LOG_LEVEL: 'debug',
			N8N_LOG_OUTPUT: 'console,file',
			N8N_LOG_FILE_LOCATION: join(RUN_FOLDER, 'trust', 'n8n.log'),
		},
	});
}, 20 * MINUTE);

afterAll(async () => {
	await sandbox?.stop();
});

async function credentialFor(url: string, more: object = {}) {
	return await ensureCredential(sandbox.n8n, {
		name: `Wolkvox ${url} ${JSON.stringify(more)}`,
		type: 'wolkvoxCrmApi',
		data: { ...credentialData(url, TOKEN), ...more },
	});
}

async function execute(
	url: string,
	workflow: Workflow,
	body: FormData | object,
	more: object = {},
) {
	const execution = await run(sandbox.n8n, await credentialFor(url, more), workflow, body);
	records.push(execution.record);
	return execution;
}

const withPhp = hasPhp() ? it : it.skip;

withPhp('every field of the contract and a file reach PHP, byte for byte', async () => {
	const php = await startPhp();
	const bytes = randomBytes(200_000);
	const form = new FormData();
	form.append('caseId', `https://crm.wolkvox.com/cases/${CASE}`);
	form.append('solution', 'uno\ndos');
	form.append('report', new File([bytes], 'informe ñ "final".pdf', { type: 'application/pdf' }));

	const execution = await execute(
		php.url,
		formWorkflow('Php', {
			caseId: '={{ $json.body.caseId }}',
			updateFields: {
				caseType: { __rl: true, mode: 'name', value: 'Incidentes' },
				responsible: 'a@demo',
				owner: 'b@demo',
				contact: 'c@example.com',
				description: 'd',
				status: 'closed',
				priority: '={{ 1 }}',
				solution: '={{ $json.body.solution }}',
				customFields: { field: [{ name: 'Etapa ', value: 'Final 🙂' }] },
				customFieldsJson: '{"Monto": 12.5, "Detalle": {"pagado": true}, "Vacío": "", "Nada": null}',
				attachments: 'report',
			},
			options: { attachmentField: 'file' },
		}),
		form,
	);
	php.close();

	const { fields, files } = execution.items(UPDATE)[0].json.received as PhpRequest;
	expect({ ...fields, form: JSON.parse(fields.form) }).toEqual({
		operation: 'demo',
		'wolkvox-id': CASE,
		'case-type': 'Incidentes',
		responsible: 'a@demo',
		owner: 'b@demo',
		contact: 'c@example.com',
		description: 'd',
		status: 'closed',
		priority: '1',
		solution: 'uno\r\ndos',
		form: { Monto: 12.5, Detalle: { pagado: true }, Vacío: '', Nada: null, 'Etapa ': 'Final 🙂' },
	});
	expect(files).toEqual({
		file: {
			name: 'informe ñ %22final%22.pdf',
			type: 'application/pdf',
			size: bytes.length,
			error: 0,
			sha256: createHash('sha256').update(bytes).digest('hex'),
		},
	});
});

describe('failures in a real n8n', () => {
	const answers: Record<string, Answer> = {
		'a 401 that repeats the token': { status: 401, body: { code: 401, msg: `Bad ${TOKEN}` } },
		'a success that repeats the token': { body: { ...SUCCESS, echo: TOKEN } },
		'a web page with the token': { body: `<p>${TOKEN}</p>` },
		'a redirect with the token': {
			status: 302,
			headers: { location: `http://localhost:1/${TOKEN}` },
		},
		'a 500': { status: 500, body: { code: 500, msg: 'Broken' } },
		'a reset': (response) => void response.socket!.resetAndDestroy(),
		'a timeout': () => {},
		'a 429': { status: 429, headers: { 'retry-after': '0' } },
	};

	it.each(Object.entries(answers))('%s', async (_, answer) => {
		const server = await startServer((request) =>
			request.fields.some(([, value]) => value === 'ok') ? {} : answer,
		);
		const nodes = { updateFields: { status: 'open' } };
		for (const onError of [
			'stopWorkflow',
			'continueErrorOutput',
			'continueRegularOutput',
		] as const) {
			const execution = await execute(
				server.url,
				withTimeout(listWorkflow(`Fault ${onError}`, { ...nodes, onError })),
				{
					items: [
						{ ref: 1, caseId: 'bad' },
						{ ref: 2, caseId: 'ok' },
					],
				},
			);
			expect(execution.status).toBeDefined();
		}
		await server.close();
	});

	function withTimeout(workflow: Workflow): Workflow {
		const node = workflow.nodes.find(({ name }) => name === UPDATE)!;
		(node.parameters as Record<string, unknown>).requestOptions = { timeout: 500 };
		return workflow;
	}
});

describe('where the HTTP Request node may take the token', () => {
	let own: ScriptedServer;
	let other: ScriptedServer;

	beforeEach(async () => {
		other = await startServer();
		own = await startServer((request) =>
			request.url === '/away' ? { status: 307, headers: { location: `${other.url}/stolen` } } : {},
		);
	});

	afterEach(async () => {
		await Promise.all([own.close(), other.close()]);
	});

	const rows: unknown[][] = [];

	afterAll(() => {
		const head = ['mode', 'Allowed Domains', 'HTTP Request to', 'token arrived'];
		writeSection('Allowed HTTP Request Domains in a real n8n', table(head, rows));
	});

	const httpRequest = (url: string, options = {}): Workflow => {
		const workflow = formWorkflow('Http', { updateFields: {} });
		const node = workflow.nodes.find(({ name }) => name === UPDATE)!;
		Object.assign(node, {
			type: 'n8n-nodes-base.httpRequest',
			typeVersion: 4.2,
			parameters: {
				url,
				authentication: 'predefinedCredentialType',
				nodeCredentialType: 'wolkvoxCrmApi',
				options,
			},
		});
		return workflow;
	};

	it.each<[string, string, 'own' | 'other' | 'away', boolean]>([
		['all', '', 'own', true],
		['all', '', 'other', false],
		['all', '', 'away', true],
		['domains', '127.0.0.1', 'own', true],
		['domains', '127.0.0.1', 'other', false],
		['domains', '127.0.0.1', 'away', true],
		['domains', '*.wolkvox.com', 'own', false],
		['domains', '*.wolkvox.com', 'other', false],
		['none', '', 'own', false],
	])('%s (%s): %s', async (allowedHttpRequestDomains, allowedDomains, to, arrives) => {
		const url = { own: `${own.url}/x`, other: `${other.url}/x`, away: `${own.url}/away` }[to];
		const credential = await credentialFor(own.url, { allowedHttpRequestDomains, allowedDomains });
		const workflow = httpRequest(url);
		for (const node of workflow.nodes) {
			if (node.name === UPDATE)
				node.credentials = { wolkvoxCrmApi: { id: credential.id, name: credential.name } };
		}
		const execution = await run(sandbox.n8n, credential, workflow, {});
		records.push(execution.record);

		const arrived = [own, other].map(({ requests }) =>
			requests.some(({ headers }) => headers['wolkvox-token'] === TOKEN),
		);
		const where = {
			own: "the credential's server",
			other: 'another server',
			away: "the credential's server, which redirects to another",
		};
		rows.push([
			allowedHttpRequestDomains,
			allowedDomains,
			where[to],
			arrived[0] ? "at the credential's server only" : 'nowhere',
		]);
		expect(arrived).toEqual([arrives, false]);
	});

	it.each([
		['all', ''],
		['domains', '*.wolkvox.com'],
		['none', ''],
	])('this node works in mode %s', async (allowedHttpRequestDomains, allowedDomains) => {
		const execution = await execute(
			own.url,
			formWorkflow('Own', { caseId: CASE, updateFields: { status: 'open' } }),
			{},
			{ allowedHttpRequestDomains, allowedDomains },
		);
		expect(execution.error).toBeUndefined();
		expect(execution.items(UPDATE)).toHaveLength(1);
	});

	it('a proxy with certificates ignored is refused from the HTTP Request node too', async () => {
		const credential = await credentialFor(own.url, { allowedHttpRequestDomains: 'all' });
		const workflow = httpRequest('https://crm.wolkvox.com/x', {
			proxy: other.url,
			allowUnauthorizedCerts: true,
		});
		for (const node of workflow.nodes) {
			if (node.name === UPDATE)
				node.credentials = { wolkvoxCrmApi: { id: credential.id, name: credential.name } };
		}
		const execution = await run(sandbox.n8n, credential, workflow, {});
		records.push(execution.record);
		expect(execution.error).toContain('Proxy cannot be used together with Ignore SSL Issues');
		expect(other.requests).toHaveLength(0);
	});
});

it('after all this the token is nowhere in clear: records, logs at debug level, every byte of the database', async () => {
	await sandbox.n8n.stop();
	const folder = join(RUN_FOLDER, 'trust');
	const searched = (readdirSync(folder, { recursive: true }) as string[])
		.filter((path) => !path.includes('node_modules'))
		.map((path) => join(folder, path))
		.filter((path) => statSync(path).isFile())
		.concat(join(RUN_FOLDER, 'trust.log'));

	const forms = [
		TOKEN,
		Buffer.from(TOKEN).toString('base64').replace(/=+$/, '').slice(0, -1),
		Buffer.from(TOKEN).toString('hex'),
	];
	const found = searched.filter((path) => forms.some((form) => readFileSync(path).includes(form)));
	const inRecords = records.filter((record) => forms.some((form) => record.includes(form)));
	const log = readFileSync(join(RUN_FOLDER, 'trust.log'), 'utf8');

	writeSection(
		'Secrets in a real n8n',
		`${records.length} executions that failed in 8 ways, or used the token from the HTTP Request node. Searched for the token in clear, in base64 and in hex: all execution records as the editor gets them (${inRecords.length} hits), and ${searched.length} files: n8n's database with all its columns, its logs at debug level, its stored binary data and settings (${found.length} hits).`,
	);
	expect(log).toMatch(/debug/i);
	expect(searched.some((path) => path.endsWith('database.sqlite'))).toBe(true);
	expect(found).toEqual([]);
	expect(inRecords).toEqual([]);
});
