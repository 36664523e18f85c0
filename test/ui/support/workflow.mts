import type { Credential, Workflow } from '../../../sandbox/workflows.mts';

/** The node that outputs the items. */
export const INPUT = 'Input';

/** A file that an item has, in n8n's own form. */
export function binaryOf({ name, type, bytes }: { name: string; type: string; bytes: Buffer }) {
	return { data: bytes.toString('base64'), mimeType: type, fileName: name };
}

/** A workflow that is started manually and outputs these items, here without any further node. */
export function inputWorkflow(name: string, items: object[], inputName = INPUT): Workflow {
	return {
		name,
		nodes: [
			{
				id: 'start',
				name: 'Start',
				type: 'n8n-nodes-base.manualTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: {},
			},
			{
				id: 'input',
				name: inputName,
				type: 'n8n-nodes-base.code',
				typeVersion: 2,
				position: [220, 0],
				parameters: { jsCode: `return ${JSON.stringify(items)};` },
			},
		],
		connections: { Start: { main: [[{ node: inputName, type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	};
}

/** The workflow with a Wolkvox node after its input. */
export function withNode(
	{ nodes, connections, ...workflow }: Workflow,
	name: string,
	parameters: object,
	credential?: Credential,
): Workflow {
	const node = {
		id: name,
		name,
		type: 'n8n-nodes-wolkvox.wolkvoxCrm',
		typeVersion: 1,
		position: [440, 200 * (nodes.length - 2)],
		parameters,
		...(credential && { credentials: { [credential.type]: pick(credential) } }),
	};
	const { main = [[]] } = (connections as Connections)[INPUT] ?? {};
	return {
		...workflow,
		nodes: [...nodes, node],
		connections: {
			...connections,
			[INPUT]: { main: [[...main[0], { node: name, type: 'main', index: 0 }]] },
		},
	};
}

type Connections = Record<string, { main: object[][] }>;

function pick({ id, name }: Credential) {
	return { id, name };
}
