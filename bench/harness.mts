import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, startN8n, type N8n } from '../sandbox/n8n.mts';
import { installBuilt, installedPackage, installPackage } from '../sandbox/package.mts';
import { ROOT, RUN_FOLDER, step } from '../sandbox/tools.cjs';
import { credentialData, ensureCredential, ensureWorkflow } from '../sandbox/workflows.mts';
import { chain, pathOf, webhook } from '../test/e2e/support/workflow.mts';
import { nodesFor, type Job, type Node } from './nodes.mts';

export const HOME = join(RUN_FOLDER, 'bench');
export const FILES = join(HOME, 'files');

/** How often each thing is measured. */
export const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);

export interface Load {
	/** How long the server takes per request. */
	delayMs: number;
	/** How many requests it works on at a time. */
	concurrency: number;
	/** How fast it reads a body; as fast as it can unless set. */
	bytesPerSecond?: number;
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

/** One run of a workflow: what n8n recorded of the nodes that do the job, and what the server received. */
export interface Run extends Counts {
	startTime: number;
	/** From the start of the first of these nodes to the end of the last, in milliseconds. */
	executionTime: number;
	/** How many items came out of the last. */
	outputItems: number;
}

export interface Workflow {
	/** Runs it once for that many items, and checks that the server received as many requests. */
	run(items: number, load?: Load): Promise<Run>;
}

export interface Bench {
	n8n: N8n;
	/** A workflow that ends with the nodes that do a job. */
	publish(name: string, before: Node[], job: Job): Promise<Workflow>;
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
				BENCH_SERVER: server.url,
				BENCH_PACKAGE: installedPackage(home),
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
		const publish = async (title: string, before: Node[], job: Job) => {
			const nodes = nodesFor(job, server.url, credential);
			const workflow = chain(title, [webhook(title), ...before, ...nodes]);
			const id = await ensureWorkflow(n8n, workflow);
			const names = nodes.map((node) => node.name);
			const run = async (items: number, load = INSTANT) => {
				await server.reset(load);
				await trigger(`${n8n.url}/webhook/${pathOf(title)}`, items);
				const task = await lastRun(n8n, id, names);
				const counts = await server.counts();
				const expected = job.kind === 'reader' ? 0 : items;
				if (counts.requests !== expected) {
					throw new Error(`The server received ${counts.requests} requests, not ${expected}`);
				}
				return { ...task, ...counts };
			};
			return { run };
		};
		return await work({ n8n, publish });
	} finally {
		await n8n.stop();
	}
}

async function trigger(url: string, items: number) {
	const response = await fetch(url, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ items: Array.from({ length: items }, (_, n) => ({ n })) }),
	});
	const text = await response.text();
	if (!response.ok) throw new Error(`The workflow failed: ${text}`);
}

/** n8n's record of the last run of these nodes, once it is saved. */
async function lastRun(n8n: N8n, workflowId: string, nodes: string[]) {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	for (;;) {
		const { results } = await n8n.request<{ results: Array<{ id: string; status: string }> }>(
			'GET',
			`/rest/executions?filter=${filter}&limit=1`,
		);
		if (results[0]?.status === 'success') return await readRun(n8n, results[0].id, nodes);
		if (results[0]?.status === 'error') throw new Error('The execution failed');
		await sleep(50);
	}
}

/** n8n saves an execution as a list of values that refer to each other by their index. */
async function readRun(n8n: N8n, executionId: string, nodes: string[]) {
	const path = `/rest/executions/${executionId}`;
	const { data } = await n8n.request<{ data: string }>('GET', path);
	const values = JSON.parse(data) as unknown[];
	const at = (index: unknown) => values[Number(index)] as Record<string, unknown>;
	const runData = at(at(at(0).resultData).runData);
	const tasks = nodes.map((name) => at(at(runData[name])[0]));

	const [{ startTime }] = tasks as Array<{ startTime: number }>;
	const last = tasks.at(-1) as { startTime: number; executionTime: number; data: string };
	const executionTime = last.startTime + last.executionTime - startTime;
	const items = at(at(at(last.data).main)[0]) as unknown as unknown[];
	return { startTime, executionTime, outputItems: items.length };
}

/** Checks that both sides of a comparison did the same, apart from the framing of a form. */
export function assertSameWork(runs: Array<Counts & { outputItems?: number }>, framing = 0) {
	const sizes = runs.map(({ bytes }) => bytes);
	const outputs = runs.map(({ outputItems }) => outputItems).filter((each) => each !== undefined);
	if (Math.max(...sizes) - Math.min(...sizes) > framing || new Set(outputs).size > 1) {
		throw new Error(
			`The sides did not do the same: ${sizes.join(', ')} bytes sent, ${outputs.join(', ')} items returned`,
		);
	}
}

/** Runs the sides in turn, round by round, so that changes in the machine's speed affect all alike; the first round is a warm-up. */
export async function runInTurn<Name extends string, Result>(
	sides: Record<Name, () => Promise<Result>>,
	count: number,
	check: (round: Record<Name, Result>) => void,
): Promise<Array<Record<Name, Result>>> {
	const names = Object.keys(sides) as Name[];
	const rounds: Array<Record<Name, Result>> = [];
	for (let round = -1; round < count; round++) {
		const results = {} as Record<Name, Result>;
		for (const name of inOrder(names, round)) results[name] = await sides[name]();
		check(results);
		if (round >= 0) rounds.push(results);
	}
	return rounds;
}

/** The other way round in every other round, as one run can leave work to the next. */
function inOrder<Name>(names: Name[], round: number): Name[] {
	return round % 2 ? names : [...names].reverse();
}

/** The most memory that n8n uses while a workflow does its job, over the level just before, in MB. */
export async function runWithPeak({ n8n }: Bench, workflow: Workflow, items: number) {
	const pid = childOf(n8n.pid!);
	const samples: Array<{ at: number; mb: number }> = [];
	const timer = setInterval(() => samples.push({ at: Date.now(), mb: residentMb(pid) }), 10);
	const run = await workflow.run(items);
	clearInterval(timer);

	const end = run.startTime + run.executionTime;
	const before = samples.filter(({ at }) => at <= run.startTime).at(-1)!.mb;
	const during = samples.filter(({ at }) => at >= run.startTime && at <= end);
	return { ...run, increase: Math.max(0, ...during.map(({ mb }) => mb - before)) };
}

function childOf(pid: number) {
	return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}

function residentMb(pid: number) {
	return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}
