import { setTimeout as sleep } from 'node:timers/promises';
import { N8nError, type N8n } from './n8n.mts';

/** The parts of a workflow that are read here; the rest passes through. */
export interface Workflow {
	name: string;
	nodes: Array<{ name: string; type: string; credentials?: object; [key: string]: unknown }>;
	connections: object;
	settings?: object;
	[key: string]: unknown;
}

/** What n8n returns of a stored workflow. */
export interface StoredWorkflow {
	id: string;
	name: string;
	versionId: string;
	isArchived?: boolean;
}

interface Publication {
	status: string;
	triggers: Array<{ errorMessage: string | null }>;
}

export interface Credential {
	id: string;
	name: string;
	type: string;
	data: Record<string, unknown>;
}

/** Creates a credential, or overwrites the one with this id. */
export async function saveCredential(
	n8n: N8n,
	credential: Omit<Credential, 'id'>,
	id?: string,
): Promise<Credential> {
	const saved = await save<{ id: string }>(n8n, '/rest/credentials', credential, id);
	return { ...credential, id: saved.id };
}

/** Creates a workflow, or overwrites the one with this id; what is published stays as it is. */
export async function saveWorkflow(n8n: N8n, workflow: Workflow, id?: string) {
	return await save<StoredWorkflow>(n8n, '/rest/workflows', workflow, id);
}

async function save<T>(n8n: N8n, path: string, body: object, id?: string) {
	return id
		? await n8n.request<T>('PATCH', `${path}/${id}`, body)
		: await n8n.request<T>('POST', path, body);
}

/** Publishes a workflow as it was saved, and waits until its webhooks respond. */
export async function publishWorkflow(n8n: N8n, { id, versionId }: StoredWorkflow) {
	await n8n.request('POST', `/rest/workflows/${id}/activate`, { versionId });
	await untilPublished(n8n, id);
}

/** Creates the credential, or overwrites the one of the same name: for an n8n that belongs to a test. */
export async function ensureCredential(n8n: N8n, credential: Omit<Credential, 'id'>) {
	return await saveCredential(n8n, credential, await idOf(n8n, '/rest/credentials', credential));
}

/** Creates or overwrites the workflow likewise, and publishes it; returns its id. */
export async function ensureWorkflow(n8n: N8n, workflow: Workflow) {
	const saved = await saveWorkflow(n8n, workflow, await idOf(n8n, '/rest/workflows', workflow));
	await publishWorkflow(n8n, saved);
	return saved.id;
}

async function idOf(n8n: N8n, path: string, { name }: { name: string }) {
	const stored = await n8n.request<Array<{ id: string; name: string }>>('GET', path);
	return stored.find((one) => one.name === name)?.id;
}

/** n8n says that a workflow is active before its webhooks respond; older versions say so afterwards, and have no such endpoint. */
async function untilPublished(n8n: N8n, id: string) {
	for (;;) {
		const path = `/rest/workflows/${id}/publication-status`;
		const publication = await n8n.request<Publication>('GET', path).catch(unlessMissing);
		if (!publication || publication.status === 'published') return;
		const { status, triggers } = publication;
		if (status !== 'in_progress') {
			const reasons = triggers.map(({ errorMessage }) => errorMessage).filter(Boolean);
			throw new Error(`n8n did not publish the workflow (${status}): ${reasons.join('; ')}`);
		}
		await sleep(50);
	}
}

function unlessMissing(error: Error) {
	if (!(error instanceof N8nError && error.status === 404)) throw error;
	return undefined;
}

/** The workflow with the credential in each of its Wolkvox nodes. */
export function withCredential(workflow: Workflow, { id, name, type }: Credential): Workflow {
	const nodes = workflow.nodes.map((node) =>
		node.type.startsWith('n8n-nodes-wolkvox.')
			? { ...node, credentials: { ...node.credentials, [type]: { id, name } } }
			: node,
	);
	return { ...workflow, nodes };
}

/** Credential data for a stand-in. */
export function credentialData(server: string, token: string) {
	return {
		server: 'custom',
		customServer: server,
		operation: 'demo',
		token,
		allowedHttpRequestDomains: 'domains',
		allowedDomains: '*.wolkvox.com',
	};
}
