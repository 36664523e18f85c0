import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { newCase } from '../../../sandbox/standin/cases.mts';
import { ROOT } from '../../../tools/common.mjs';
import {
	credentialData,
	ensureCredential,
	ensureWorkflow,
	type Workflow,
} from '../../../tools/workflows.mts';
import { startFreshSandbox, type Sandbox } from '../../support/sandbox.mts';
import { startModel, type Model } from './model.mts';

const MINUTE = 60_000;

export const EXAMPLES = join(ROOT, 'examples');
export const TOKEN = 'examples-token-93b1';
export const STUDIO_SECRET = { 'X-Secret': 'a long random value' };

type Credentials = Record<string, { id: string; name: string }>;

/** A real n8n with everything that the examples ask for, for all tests of a file. */
export function useExamples(name: string) {
	let sandbox: Sandbox;
	let model: Model;
	let credentials: Credentials;

	// The first run installs n8n.
	beforeAll(async () => {
		sandbox = await startFreshSandbox({ name, standIn: { token: TOKEN } });
		model = await startModel();
		credentials = await createCredentials(sandbox, model);
	}, 20 * MINUTE);

	afterAll(async () => {
		await model?.close();
		await sandbox?.stop();
	});

	beforeEach(() => {
		sandbox.standIn.log.length = 0;
		model.requests.length = 0;
	});

	return {
		get n8n() {
			return sandbox.n8n;
		},
		get standIn() {
			return sandbox.standIn;
		},
		get model() {
			return model;
		},
		get credentials() {
			return credentials;
		},
		/** Imports an example with its credentials selected; returns its id. */
		async add(example: Workflow) {
			const body = withCredentials(example, credentials);
			const { id } = await sandbox.n8n.request<{ id: string }>('POST', '/rest/workflows', body);
			return id;
		},
		/** The same, and publishes it, as its first note asks for. */
		async publish(example: Workflow) {
			return await ensureWorkflow(sandbox.n8n, withCredentials(example, credentials));
		},
		/** Adds cases without any fields. */
		addCases(count: number) {
			const added = Array.from({ length: count }, () => newCase(randomBytes(12).toString('hex')));
			sandbox.standIn.cases.push(...added);
			return added;
		},
		/** Submits a form of n8n; all files belong to its last field. */
		async postForm(path: string, values: Array<string | File>) {
			const texts = values.filter((value) => typeof value === 'string').length;
			const form = new FormData();
			values.forEach((value, index) => form.append(`field-${Math.min(index, texts)}`, value));
			const url = `${sandbox.n8n.url}/form/${path}`;
			const response = await fetch(url, { method: 'POST', body: form });
			return { status: response.status, text: await response.text() };
		},
		/** Does what a browser does with a form: submits it, waits, and loads the last page. */
		async submitForm(path: string, values: Array<string | File>) {
			const response = await this.postForm(path, values);
			const { formWaitingUrl } = JSON.parse(response.text);
			const status = new URL(formWaitingUrl);
			status.pathname += '/n8n-execution-status';
			while (!/form-waiting|success|error/.test(await getText(status))) await sleep(100);
			const text = await getText(formWaitingUrl);
			return { text, files: filesOn(text), close: () => fetch(formWaitingUrl, { method: 'POST' }) };
		},
	};
}

/** The credentials that the examples ask for, by their type. */
export async function createCredentials(
	{ n8n, standIn }: Sandbox,
	model: Pick<Model, 'url'>,
): Promise<Credentials> {
	const [[header, value]] = Object.entries(STUDIO_SECRET);
	return {
		wolkvoxCrmApi: await ensureCredential(n8n, {
			name: 'Wolkvox CRM account',
			type: 'wolkvoxCrmApi',
			data: credentialData(standIn.url, standIn.token),
		}),
		openAiApi: await ensureCredential(n8n, {
			name: 'OpenAI account',
			type: 'openAiApi',
			data: { apiKey: 'none', url: model.url },
		}),
		httpHeaderAuth: await ensureCredential(n8n, {
			name: 'wolkvox Studio secret',
			type: 'httpHeaderAuth',
			data: { name: header, value },
		}),
	};
}

/** The example with its credentials selected. */
export function withCredentials(example: Workflow, credentials: Credentials): Workflow {
	const nodes = example.nodes.map((node) => {
		const types = Object.keys(node.credentials ?? {});
		const selected = types.map((type) => {
			const { id, name } = credentials[type];
			return [type, { id, name }];
		});
		return selected.length > 0 ? { ...node, credentials: Object.fromEntries(selected) } : node;
	});
	return { ...example, nodes };
}

export function readExample(file: string): Workflow {
	return JSON.parse(readFileSync(join(EXAMPLES, file), 'utf8'));
}

export async function getText(url: string | URL) {
	return await (await fetch(url)).text();
}

/** The files that the last page of a form offers. */
function filesOn(page: string): Array<{ name: string; text: string }> {
	const [, binaries = '%5B%5D'] = /binaries = "([^"]+)"/.exec(page) ?? [];
	const files = JSON.parse(decodeURIComponent(binaries)) as Array<{
		fileName: string;
		data: number[];
	}>;
	return files.map(({ fileName, data }) => ({
		name: fileName,
		text: Buffer.from(data).toString(),
	}));
}

export async function nameAndHash(file: File) {
	const bytes = Buffer.from(await file.arrayBuffer());
	return { name: file.name, sha256: createHash('sha256').update(bytes).digest('hex') };
}
