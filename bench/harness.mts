import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startN8n, type N8n } from '../tools/n8n.mts';
import { freePort } from '../tools/ports.mts';
import { installBuilt, installedPackage, installPackage } from '../tools/package.mts';
import { ROOT, RUN_FOLDER, step } from '../tools/common.mjs';
import { credentialData, ensureCredential, ensureWorkflow } from '../tools/workflows.mts';
import { lastExecution } from '../test/e2e/support/execution.mts';
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
	const n8n = await step(
		'Starting n8n',
		async () =>
			await startN8n({
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

/** What n8n recorded of the last run of these nodes. */
async function lastRun(n8n: N8n, workflowId: string, nodes: string[]) {
	const { status, runs, items } = await lastExecution(n8n, workflowId);
	if (status !== 'success') throw new Error('The execution failed');
	const [{ startTime }] = runs(nodes[0]);
	const [last] = runs(nodes.at(-1)!);
	const executionTime = last.startTime + last.executionTime - startTime;
	return { startTime, executionTime, outputItems: items(nodes.at(-1)!).length };
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
	const pid = n8n.pid!;
	const samples: Array<{ at: number; mb: number }> = [];
	const timer = setInterval(() => samples.push({ at: Date.now(), mb: residentMb(pid) }), 10);
	const run = await workflow.run(items);
	clearInterval(timer);

	const end = run.startTime + run.executionTime;
	const before = samples.filter(({ at }) => at <= run.startTime).at(-1)!.mb;
	const during = samples.filter(({ at }) => at >= run.startTime && at <= end);
	return { ...run, increase: Math.max(0, ...during.map(({ mb }) => mb - before)) };
}

function residentMb(pid: number) {
	return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}
