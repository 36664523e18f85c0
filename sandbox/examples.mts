import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../tools/common.mjs';
import { N8nError, type N8n } from '../tools/n8n.mts';
import {
	credentialData,
	publishWorkflow,
	saveCredential,
	saveWorkflow,
	withCredential,
	type StoredWorkflow,
	type Workflow,
} from '../tools/workflows.mts';
import type { StandIn } from './standin.mts';

const FOLDER = join(ROOT, 'examples');

/** All examples; those in English come first, and those of other languages in their folders after them. */
const FILES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
	.filter((file) => file.endsWith('.json'))
	.sort((a, b) => a.split(/[\\/]/).length - b.split(/[\\/]/).length || a.localeCompare(b));

/** An example in n8n. */
export interface Example {
	file: string;
	id: string;
	name: string;
	/** Why n8n did not publish it. */
	unpublished?: string;
}

/** Where the examples go. */
export interface Destination {
	n8n: N8n;
	standIn: Pick<StandIn, 'url' | 'token'>;
	/** n8n's user folder, where the sandbox remembers what it has made. */
	home: string;
}

/** The ids of what the sandbox has made in an n8n: it writes to nothing else there. */
interface Made {
	credential?: string;
	/** By the file of the example. */
	workflows: Record<string, string>;
}

/**
 * Adds the examples to n8n with a credential for the stand-in, or writes over those that it added before,
 * and publishes each unless n8n refuses that.
 */
export async function addExamples(destination: Destination, files = FILES): Promise<Example[]> {
	const { n8n, standIn, home } = destination;
	const list = join(home, 'made-by-the-sandbox.json');
	const made: Made = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : { workflows: {} };
	const remember = () => writeFileSync(list, JSON.stringify(made, null, '\t'));

	const inUse = await idsInUse(n8n);
	const ifInUse = (id?: string) => (id && inUse.has(id) ? id : undefined);
	const credential = await saveCredential(n8n, credentialFor(standIn), ifInUse(made.credential));
	made.credential = credential.id;
	remember();

	const examples: Example[] = [];
	for (const file of files) {
		const workflow = withCredential(readExample(file), credential);
		const saved = await saveWorkflow(n8n, workflow, ifInUse(made.workflows[file]));
		made.workflows[file] = saved.id;
		remember();
		const unpublished = await publish(n8n, saved);
		examples.push({ file, id: saved.id, name: workflow.name, unpublished });
	}
	return examples;
}

/** Of the credentials and the workflows, except for what is in the archive, which n8n does not change. */
async function idsInUse(n8n: N8n) {
	const credentials = await n8n.request<Array<{ id: string }>>('GET', '/rest/credentials');
	const workflows = await n8n.request<StoredWorkflow[]>('GET', '/rest/workflows');
	const inUse = [...credentials, ...workflows.filter(({ isArchived }) => !isArchived)];
	return new Set(inUse.map(({ id }) => id));
}

function credentialFor({ url, token }: Destination['standIn']) {
	const data = credentialData(url, token);
	const allowedDomains = `${data.allowedDomains}, ${new URL(url).hostname}`;
	return {
		name: 'Wolkvox CRM (sandbox)',
		type: 'wolkvoxCrmApi',
		data: { ...data, allowedDomains },
	};
}

function readExample(file: string): Workflow {
	const example = readFileSync(join(FOLDER, file), 'utf8');
	return JSON.parse(example.replaceAll('user@operation', 'laura.gomez@demo'));
}

/** Publishes the workflow, or returns why n8n does not. */
async function publish(n8n: N8n, workflow: StoredWorkflow) {
	try {
		await publishWorkflow(n8n, workflow);
		return undefined;
	} catch (error) {
		return error instanceof N8nError ? await reasonOf(n8n, error) : (error as Error).message;
	}
}

/** n8n's own words; if another workflow has the same webhook, form or chat, which one. */
async function reasonOf(n8n: N8n, { status, body }: N8nError) {
	const { message, hint } = JSON.parse(body) as { message: string; hint?: string };
	if (status !== 409 || !hint) return message.replace(/\s*\n[\s-]*/g, ' ');
	const [{ conflict }] = JSON.parse(hint);
	const { workflowId, method, webhookPath } = conflict;
	const { name } = await n8n.request<StoredWorkflow>('GET', `/rest/workflows/${workflowId}`);
	return `the workflow "${name}" (${n8n.url}/workflow/${workflowId}) already has ${method} ${webhookPath}`;
}
