import { setTimeout as sleep } from 'node:timers/promises';
import type { N8n } from '../../../sandbox/n8n.mts';

export interface Item {
	json: Record<string, any>;
	binary?: Record<string, { fileName?: string }>;
	pairedItem?: { item: number } | number;
}

/** A saved execution, as the list of executions in n8n's editor shows it. */
export interface Execution {
	id: string;
	status: string;
	/** The whole record as n8n sends it, to search for what must not be in it. */
	record: string;
	/** Message of the error that ended it, if any. */
	error?: string;
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
	const { resultData } = unflatten(data);
	return {
		id,
		status,
		record: data,
		error: resultData.error?.message,
		items: (node, output = 0, run = 0) => resultData.runData[node]?.[run]?.data?.main[output] ?? [],
	};
}

/** n8n saves a list of values that refer to each other by their index in it, written as text. */
function unflatten(text: string) {
	const values: any[] = JSON.parse(text);
	const done = new Map<number, unknown>();
	const resolve = (place: number): unknown => {
		const value = values[place];
		if (typeof value !== 'object' || value === null) return value;
		if (!done.has(place)) {
			done.set(place, value);
			for (const key of Object.keys(value)) {
				if (typeof value[key] === 'string') value[key] = resolve(Number(value[key]));
			}
		}
		return value;
	};
	return resolve(0) as any;
}
