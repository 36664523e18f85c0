import { setTimeout as sleep } from 'node:timers/promises';
import type { N8n } from './n8n.mts';

/** The parts of a workflow that the sandbox reads; the rest passes through. */
export interface Workflow {
	name: string;
	nodes: Array<{ type: string; credentials?: object; [key: string]: unknown }>;
	connections: object;
	settings?: object;
	[key: string]: unknown;
}

interface Stored {
	id: string;
	name: string;
	versionId: string;
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

/** Creates the credential, or updates the one of the same name. */
export async function ensureCredential(n8n: N8n, credential: Omit<Credential, 'id'>) {
	const stored = await n8n.request<Stored[]>('GET', '/rest/credentials');
	const known = stored.find(({ name }) => name === credential.name);
	const { id } = known
		? await n8n.request<Stored>('PATCH', `/rest/credentials/${known.id}`, credential)
		: await n8n.request<Stored>('POST', '/rest/credentials', credential);
	return { ...credential, id };
}

/** Creates the workflow, or overwrites the one of the same name, and publishes it; returns its id. */
export async function ensureWorkflow(n8n: N8n, workflow: Workflow) {
	const stored = await n8n.request<Stored[]>('GET', '/rest/workflows');
	const known = stored.find(({ name }) => name === workflow.name);
	const { id, versionId } = known
		? await n8n.request<Stored>('PATCH', `/rest/workflows/${known.id}`, workflow)
		: await n8n.request<Stored>('POST', '/rest/workflows', workflow);
	await n8n.request('POST', `/rest/workflows/${id}/activate`, { versionId });
	await published(n8n, id);
	return id;
}

/** n8n says that a workflow is active before its webhooks respond; older versions say so afterwards, and have no such endpoint. */
async function published(n8n: N8n, id: string) {
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
	if (!error.message.includes('HTTP 404')) throw error;
	return undefined;
}

/** The workflow with the credential in each of its Wolkvox nodes. */
export function withCredential(workflow: Workflow, { id, name, type }: Credential): Workflow {
	const nodes = workflow.nodes.map((node) =>
		node.type.startsWith('n8n-nodes-wolkvox.')
			? { ...node, credentials: { [type]: { id, name } } }
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
