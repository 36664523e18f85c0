import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { RUN_FOLDER } from '../../tools/common.mjs';
import { credentialData, ensureCredential, type Workflow } from '../../tools/workflows.mts';
import { describeWithPhp, usePhp, type PhpRequest } from '../support/php.mts';
import { startFreshSandbox, type Sandbox } from '../support/sandbox.mts';
import { caseIdOf, SUCCESS, useServer, type ScriptedResponse } from '../support/server.mts';
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

function updateNodeOf(workflow: Workflow) {
	return workflow.nodes.find(({ name }) => name === UPDATE)! as Workflow['nodes'][number] & {
		parameters: Record<string, unknown>;
	};
}

describeWithPhp('PHP', () => {
	const php = usePhp();

	it('receives every field and a file byte for byte', async () => {
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
					customFieldsJson:
						'{"Monto": 12.5, "Detalle": {"pagado": true}, "Vacío": "", "Nada": null}',
					attachments: 'report',
				},
				options: { attachmentField: 'file' },
			}),
			form,
		);

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
});

describe('failures in a real n8n', () => {
	const server = useServer();

	it.each<[string, ScriptedResponse, boolean?]>([
		['a 401 that repeats the token', { status: 401, body: { code: 401, msg: `Bad ${TOKEN}` } }],
		['a success that repeats the token', { body: { ...SUCCESS, echo: TOKEN } }, true],
		['a web page with the token', { body: `<p>${TOKEN}</p>` }],
		[
			'a redirect with the token',
			{ status: 302, headers: { location: `http://localhost:1/${TOKEN}` } },
		],
		['a 500', { status: 500, body: { code: 500, msg: 'Broken' } }],
		['a reset', (response) => void response.socket!.resetAndDestroy()],
		['a timeout', () => {}],
		['a 429', { status: 429, headers: { 'retry-after': '0' } }],
	])('%s', async (_, response, succeeds = false) => {
		server.respond = (request) => (caseIdOf(request) === 'bad' ? response : {});
		for (const onError of [
			'stopWorkflow',
			'continueErrorOutput',
			'continueRegularOutput',
		] as const) {
			const workflow = listWorkflow(`Fault ${onError}`, {
				updateFields: { status: 'open' },
				onError,
			});
			updateNodeOf(workflow).parameters.requestOptions = { timeout: 500 };
			const items = ['bad', 'ok'].map((caseId, ref) => ({ ref, caseId }));
			const execution = await execute(server.url, workflow, { items });

			const stops = onError === 'stopWorkflow' && !succeeds;
			expect(execution.status).toBe(stops ? 'error' : 'success');
			const failed = [0, 1].flatMap((output) =>
				execution.items(UPDATE, output).filter(({ json }) => json.error),
			);
			expect(failed).toHaveLength(stops || succeeds ? 0 : 1);
		}
	});
});

describe('where the HTTP Request node may send the token', () => {
	const own = useServer();
	const other = useServer();

	beforeEach(() => {
		own.respond = ({ url }) =>
			url === '/away' ? { status: 307, headers: { location: `${other.url}/stolen` } } : {};
	});

	/** Runs an HTTP Request node that uses the credential of `own`. */
	const request = async (url: string, options: object, allowed: object) => {
		const { id, name } = await credentialFor(own.url, allowed);
		const workflow = formWorkflow('Http', { updateFields: {} });
		Object.assign(updateNodeOf(workflow), {
			type: 'n8n-nodes-base.httpRequest',
			typeVersion: 4.2,
			parameters: {
				url,
				authentication: 'predefinedCredentialType',
				nodeCredentialType: 'wolkvoxCrmApi',
				options,
			},
			credentials: { wolkvoxCrmApi: { id, name } },
		});
		return await execute(own.url, workflow, {}, allowed);
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
		await request(url, {}, { allowedHttpRequestDomains, allowedDomains });

		const [atOwn, atOther] = [own, other].map(({ requests }) =>
			requests.some(({ headers }) => headers['wolkvox-token'] === TOKEN),
		);
		expect([atOwn, atOther]).toEqual([arrives, false]);
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

	it('not to a proxy, if it also ignores certificates', async () => {
		const execution = await request(
			'https://crm.wolkvox.com/x',
			{ proxy: other.url, allowUnauthorizedCerts: true },
			{ allowedHttpRequestDomains: 'all' },
		);
		expect(execution.error).toMatch(/^'Proxy' .* 'Ignore SSL Issues'/);
		expect(other.requests).toHaveLength(0);
	});
});

it('after all this the token is in no execution record, log, database or stored file', async () => {
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

	expect(log).toMatch(/debug/i);
	expect(searched.some((path) => path.endsWith('database.sqlite'))).toBe(true);
	expect(found).toEqual([]);
	expect(inRecords).toEqual([]);
});
