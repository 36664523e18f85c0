import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, startN8n, type N8n } from '../sandbox/n8n.mts';
import { installBuilt, installPackage } from '../sandbox/package.mts';
import { ROOT, RUN_FOLDER, step } from '../sandbox/tools.cjs';
import { credentialData, ensureCredential, ensureWorkflow } from '../sandbox/workflows.mts';
import { chain, pathOf, webhook } from '../test/e2e/support/workflow.mts';
import { updater, type Node, type Updater } from './nodes.mts';

export const HOME = join(RUN_FOLDER, 'bench');
export const FILES = join(HOME, 'files');

/** How often each thing is measured. */
export const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);

export interface Load {
	/** How long the server takes per update. */
	delayMs: number;
	/** How many updates it works on at a time. */
	concurrency: number;
}

export const INSTANT: Load = { delayMs: 0, concurrency: 1 };

/** What the server received. */
export interface Counts {
	requests: number;
	/** Of names and values; of large bodies, all bytes. */
	bytes: number;
	/** When the first request arrived. */
	firstAt: number;
	/** How long all bodies took to arrive. */
	receivingMs: number;
}

export type Server = Awaited<ReturnType<typeof startServer>>;

export async function startServer() {
	const child = fork(join(import.meta.dirname, 'server.mjs'));
	const [port] = await once(child, 'message');
	const url = `http://127.0.0.1:${port}`;
	return {
		url,
		reset: async (load: Load) => {
			await fetch(url, { method: 'PUT', body: JSON.stringify(load) });
		},
		counts: async () => (await (await fetch(url)).json()) as Counts,
		stop: () => child.disconnect(),
	};
}

export interface BenchOptions {
	/** Name of its folder. */
	name?: string;
	/** Another checkout, already built, whose package is used in place of this one. */
	checkout?: string;
	env?: Record<string, string>;
}

/** One run of a workflow: what n8n recorded of its last node, in milliseconds, and what the server received. */
export interface Run extends Counts {
	startTime: number;
	executionTime: number;
}

export interface Workflow {
	/** Runs it once for that many items, and checks that the server received as many requests. */
	run(items: number, load?: Load): Promise<Run>;
}

export interface Bench {
	n8n: N8n;
	/** A workflow that ends with an update. */
	publish(name: string, before: Node[], update: Updater): Promise<Workflow>;
}

/** Starts an n8n, lets `work` use it, and stops it. */
export async function withN8n<T>(
	server: Server,
	{ name = 'n8n', checkout, env }: BenchOptions,
	work: (bench: Bench) => Promise<T>,
): Promise<T> {
	const home = join(HOME, name);
	await step(`Installing the node${checkout ? ` of ${checkout}` : ''}`, () =>
		checkout ? installBuilt(checkout, home) : installPackage(home),
	);
	const n8n = await step('Starting n8n', async () =>
		startN8n({
			home,
			logFile: join(HOME, `${name}.log`),
			port: await freePort(),
			env: {
				N8N_CUSTOM_EXTENSIONS: join(ROOT, 'bench', 'floor'),
				N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
				N8N_RESTRICT_FILE_ACCESS_TO: FILES,
				N8N_PAYLOAD_SIZE_MAX: '256',
				...env,
			},
		}),
	);
	try {
		const credential = await ensureCredential(n8n, {
			name: 'Bench',
			type: 'wolkvoxCrmApi',
			data: { ...credentialData(server.url, 'bench-token'), allowedHttpRequestDomains: 'all' },
		});
		const publish = async (title: string, before: Node[], update: Updater) => {
			const nodes = [webhook(title), ...before, updater(update, server.url, credential)];
			const id = await ensureWorkflow(n8n, chain(title, nodes));
			const url = `${n8n.url}/webhook/${pathOf(title)}`;
			return { run: (items: number, load = INSTANT) => run(n8n, server, id, url, items, load) };
		};
		return await work({ n8n, publish });
	} finally {
		await n8n.stop();
	}
}

async function run(n8n: N8n, server: Server, id: string, url: string, items: number, load: Load) {
	await server.reset(load);
	const response = await fetch(url, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ items: Array.from({ length: items }, (_, n) => ({ n })) }),
	});
	const text = await response.text();
	if (!response.ok) throw new Error(`The workflow failed: ${text}`);
	const { startTime, executionTime } = await lastTask(n8n, id);
	const counts = await server.counts();
	if (counts.requests !== items) {
		throw new Error(`The server received ${counts.requests} requests instead of ${items}`);
	}
	return { startTime, executionTime, ...counts };
}

/** n8n's record of the last run of the update, once it is saved. */
async function lastTask(n8n: N8n, workflowId: string) {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	for (;;) {
		const { results } = await n8n.request<{ results: Array<{ id: string; status: string }> }>(
			'GET',
			`/rest/executions?filter=${filter}&limit=1`,
		);
		if (results[0]?.status === 'success') return await taskOf(n8n, results[0].id);
		if (results[0]?.status === 'error') throw new Error('The execution failed');
		await sleep(50);
	}
}

/** n8n saves an execution as a list of values that refer to each other by their index. */
async function taskOf(n8n: N8n, executionId: string) {
	const path = `/rest/executions/${executionId}`;
	const { data } = await n8n.request<{ data: string }>('GET', path);
	const values = JSON.parse(data) as unknown[];
	const at = (index: unknown) => values[Number(index)] as Record<string, unknown>;
	const [task] = at(at(at(at(0).resultData).runData).Update) as unknown as string[];
	return at(task) as unknown as { startTime: number; executionTime: number };
}

/** Checks that both sides of a comparison sent the same, apart from the framing of a form. */
export function assertSameBytes(runs: Counts[], tolerance = 0) {
	const sizes = runs.map(({ bytes }) => bytes);
	if (Math.max(...sizes) - Math.min(...sizes) > tolerance) {
		throw new Error(`The sides did not send the same: ${sizes.join(', ')} bytes`);
	}
}
