import { setTimeout as sleep } from 'node:timers/promises';

import { parse } from 'flatted';

import type { N8n } from '../../../tools/n8n.mts';

/** Whatever a response holds: its shape is what a test asserts. */
export type Json = ReturnType<typeof JSON.parse>;

export interface Item {
	json: Record<string, Json>;
	binary?: Record<string, { fileName?: string }>;
	pairedItem?: { item: number } | number;
}

/** One run of a node; times are in milliseconds. */
export interface NodeRun {
	startTime: number;
	executionTime: number;
	/** The items on each output. */
	data?: { main: Array<Item[] | null> };
}

/** A saved execution, as the list of executions in n8n's editor shows it. */
export interface Execution {
	id: string;
	status: string;
	/** The whole record as n8n sends it, to search for what must not be in it. */
	record: string;
	/** Message of the error that ended it, if any. */
	error?: string;
	runs(node: string): NodeRun[];
	/** The items on one of a node's outputs, in one of its runs. */
	items(node: string, output?: number, run?: number): Item[];
}

interface Saved {
	id: string;
	status: string;
	data: string;
}

/** Waits for the newest execution of a workflow to end, and reads it. */
export async function lastExecution(n8n: N8n, workflowId: string): Promise<Execution> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	for (;;) {
		const path = `/rest/executions?filter=${filter}&limit=1`;
		const { results } = await n8n.request<{ results: Saved[] }>('GET', path);
		if (results[0] && !['new', 'running', 'waiting'].includes(results[0].status)) {
			return read(await n8n.request<Saved>('GET', `/rest/executions/${results[0].id}`));
		}
		await sleep(100);
	}
}

/** Presses Retry in the list of executions, with the workflow as it was or as it is now. */
export async function retry(n8n: N8n, { id }: Execution, loadWorkflow = false): Promise<Execution> {
	const retried = await n8n.request<{ id: string }>('POST', `/rest/executions/${id}/retry`, {
		loadWorkflow,
	});
	return read(await n8n.request<Saved>('GET', `/rest/executions/${retried.id}`));
}

function read({ id, status, data }: Saved): Execution {
	const { resultData } = parse(data) as { resultData: ResultData };
	const runs = (node: string) => resultData.runData[node] ?? [];
	return {
		id,
		status,
		record: data,
		error: resultData.error?.message,
		runs,
		items: (node, output = 0, run = 0) => runs(node)[run]?.data?.main[output] ?? [],
	};
}

interface ResultData {
	error?: { message: string };
	runData: Record<string, NodeRun[]>;
}
