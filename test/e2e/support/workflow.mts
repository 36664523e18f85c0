import type { N8n } from '../../../tools/n8n.mts';
import {
	ensureWorkflow,
	withCredential,
	type Credential,
	type Workflow,
} from '../../../tools/workflows.mts';
import { lastExecution, type Execution } from './execution.mts';

export const UPDATE = 'Update case';

/** Parameters and settings of the Wolkvox node. */
export interface UpdateNode {
	updateFields: Record<string, unknown>;
	caseId?: string;
	options?: Record<string, unknown>;
	requestOptions?: Record<string, unknown>;
	onError?: 'continueErrorOutput' | 'continueRegularOutput' | 'stopWorkflow';
	[setting: string]: unknown;
}

/** Webhook and Wolkvox node. */
export function formWorkflow(name: string, node: UpdateNode): Workflow {
	return chain(name, [webhook(name), updateNode(node)]);
}

/** Makes an item of each entry in `items` that a webhook receives. */
export const splitOut = {
	name: 'Cases',
	type: 'n8n-nodes-base.splitOut',
	typeVersion: 1,
	parameters: { fieldToSplitOut: 'body.items', options: {} },
};

/** The same for a list: each of the `items` that the webhook receives becomes an n8n item, to which both outputs look back. */
export function listWorkflow(name: string, node: UpdateNode): Workflow {
	const workflow = chain(name, [webhook(name), splitOut, updateNode(node)]);
	workflow.nodes.push(...['Done', 'Failed'].map(lookBack).map(place));
	Object.assign(workflow.connections, { [UPDATE]: { main: [[to('Done')], [to('Failed')]] } });
	return workflow;
}

/** Publishes a workflow, sends `body` to its webhook, and returns the execution. */
export async function run(
	n8n: N8n,
	credential: Credential,
	workflow: Workflow,
	body: FormData | object,
): Promise<Execution> {
	const id = await ensureWorkflow(n8n, withCredential(workflow, credential));
	const isForm = body instanceof FormData;
	const response = await fetch(`${n8n.url}/webhook/${pathOf(workflow.name)}`, {
		method: 'POST',
		headers: isForm ? {} : { 'Content-Type': 'application/json' },
		body: isForm ? body : JSON.stringify(body),
	});
	await response.text();
	return await lastExecution(n8n, id);
}

export function webhook(name: string) {
	return {
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		webhookId: pathOf(name),
		parameters: {
			httpMethod: 'POST',
			path: pathOf(name),
			responseMode: 'lastNode',
			options: {},
		},
	};
}

export function updateNode({
	caseId,
	updateFields,
	options = {},
	requestOptions = {},
	...settings
}: UpdateNode) {
	return {
		name: UPDATE,
		type: 'n8n-nodes-wolkvox.wolkvoxCrm',
		typeVersion: 1,
		parameters: {
			resource: 'case',
			operation: 'update',
			caseId: { __rl: true, mode: 'id', value: caseId ?? '={{ $json.caseId }}' },
			updateFields,
			options,
			requestOptions,
		},
		...settings,
	};
}

function lookBack(name: string) {
	const assignments = [
		{ id: 'ref', name: 'ref', type: 'number', value: "={{ $('Cases').item.json.ref }}" },
	];
	return {
		name,
		type: 'n8n-nodes-base.set',
		typeVersion: 3.4,
		parameters: { assignments: { assignments }, options: {} },
	};
}

/** A workflow of these nodes, each of which gets what the one before outputs. */
export function chain(name: string, nodes: Workflow['nodes']): Workflow {
	const pairs = nodes.slice(1).map((node, index) => [nodes[index].name, node.name]);
	return {
		name,
		nodes: nodes.map(place),
		connections: Object.fromEntries(pairs.map(([from, next]) => [from, { main: [[to(next)]] }])),
		settings: { executionOrder: 'v1' },
		active: false,
	};
}

function place<T extends { name: string }>(node: T, index: number) {
	return { id: node.name, position: [index * 220, 0], ...node };
}

export function to(node: string) {
	return { node, type: 'main', index: 0 };
}

export function pathOf(name: string) {
	return name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}
