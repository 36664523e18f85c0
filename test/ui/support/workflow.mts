import type { Workflow } from '../../../sandbox/workflows.mts';

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
