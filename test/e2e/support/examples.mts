import { createHash } from 'node:crypto';

import { seedCases } from '../../../sandbox/standin/cases.mts';
import { seedRecords } from '../../../sandbox/standin/records.mts';
import {
	credentialData,
	ensureCredential,
	ensureWorkflow,
	type Workflow,
} from '../../../tools/workflows.mts';
import { startFreshSandbox, type Sandbox } from '../../support/sandbox.mts';
import { startModel, type Model } from './model.mts';

const MINUTE = 60_000;
const API = '/server/API/v2/';

export const TOKEN = 'examples-token-93b1';
export const STUDIO_SECRET = { 'X-Secret': 'a long random value' };

/** By the type of the credential. */
type Credentials = Record<string, { id: string; name: string }>;

/** A real n8n with everything that the examples need, for all tests of a file. */
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
		const { cases, records, log } = sandbox.standIn;
		cases.splice(0, Infinity, ...seedCases());
		records.splice(0, Infinity, ...seedRecords());
		log.length = 0;
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
		/** The endpoints that were called, in order. */
		get calls() {
			return sandbox.standIn.log.map(({ path }) => path.replace(API, ''));
		},
		/** Imports an example with its credentials selected, and publishes it; returns its id. */
		async publish(example: Workflow) {
			return await ensureWorkflow(sandbox.n8n, withCredentials(example, credentials));
		},
	};
}

/** The credentials that the nodes of the examples need. */
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

/** The example with the credentials of its nodes selected, as n8n does it by itself where there is only one. */
export function withCredentials(example: Workflow, credentials: Credentials): Workflow {
	const nodes = example.nodes.map((node) => {
		const type = credentialTypeOf(node);
		return type ? { ...node, credentials: { [type]: credentials[type] } } : node;
	});
	return { ...example, nodes };
}

function credentialTypeOf({ type, parameters }: Workflow['nodes'][number]) {
	if (type.startsWith('n8n-nodes-wolkvox.')) return 'wolkvoxCrmApi';
	if (type.endsWith('.lmChatOpenAi')) return 'openAiApi';
	const { authentication } = parameters as { authentication?: string };
	return authentication === 'headerAuth' ? 'httpHeaderAuth' : undefined;
}

export async function nameAndHash(file: File) {
	const bytes = Buffer.from(await file.arrayBuffer());
	return { name: file.name, sha256: createHash('sha256').update(bytes).digest('hex') };
}
