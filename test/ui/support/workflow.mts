import type { Credential, Workflow } from '../../../tools/workflows.mts';
import { chain } from '../../e2e/support/workflow.mts';

/** The node that outputs the items; n8n calls its panel Input. */
export const INPUT = 'Items';

/** A file that an item has, in n8n's own form. */
export function binaryOf({ name, type, bytes }: { name: string; type: string; bytes: Buffer }) {
	return { data: bytes.toString('base64'), mimeType: type, fileName: name };
}

/** A workflow that is started manually and outputs these items, to other nodes if there are any. */
export function inputWorkflow(
	name: string,
	items: object[],
	{ inputName = INPUT, next = [] }: { inputName?: string; next?: Workflow['nodes'] } = {},
): Workflow {
	const jsCode = `return ${JSON.stringify(items)};`;
	return chain(name, [
		{ name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, parameters: {} },
		{ name: inputName, type: 'n8n-nodes-base.code', typeVersion: 2, parameters: { jsCode } },
		...next,
	]);
}

/** A Wolkvox node. */
export function wolkvoxNode(name: string, parameters: object, credential?: Credential) {
	return {
		name,
		type: 'n8n-nodes-wolkvox.wolkvoxCrm',
		typeVersion: 1,
		parameters,
		...(credential && {
			credentials: { [credential.type]: { id: credential.id, name: credential.name } },
		}),
	};
}
