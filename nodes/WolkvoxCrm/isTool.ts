import type { INode } from 'n8n-workflow';

/** Whether an AI agent calls the node: n8n adds this ending to the type of the copy that serves agents. */
export function isTool({ type }: INode): boolean {
	return type.endsWith('Tool');
}
