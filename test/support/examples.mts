import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { INodeParameters } from 'n8n-workflow';

import { ROOT } from '../../tools/common.mjs';
import type { Workflow } from '../../tools/workflows.mts';

const FOLDER = join(ROOT, 'examples');
export const NOTE = 'n8n-nodes-base.stickyNote';

/** An example as it is imported. */
export interface ExampleWorkflow extends Workflow {
	nodes: Array<
		Workflow['nodes'][number] & {
			typeVersion: number;
			webhookId?: string;
			parameters: INodeParameters;
		}
	>;
}

/** All examples, in each language. */
export const EXAMPLES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
	.filter((file) => file.endsWith('.json'))
	.map((file) => file.replaceAll('\\', '/'));

export function readExample(file: string): ExampleWorkflow {
	return JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
}
