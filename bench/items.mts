import { splitOut } from '../test/e2e/support/workflow.mts';
import {
	assertSameWork,
	INSTANT,
	ROUNDS,
	runInTurn,
	withN8n,
	type Bench,
	type Load,
	type Run,
	type Server,
	type Workflow,
} from './harness.mts';
import type { Job } from './nodes.mts';
import { ratioRow, spread, type Row } from './stats.mts';

const ITEMS = 600;
/** With an instant server a run is short and suffers more from the machine's noise, so there are more of them. */
export const SHORT_ROUNDS = 6 * ROUNDS;
const SLOW: Load = { delayMs: 100, concurrency: 20 };
const NODE: Job = { kind: 'node', options: { maxConcurrent: 20 } };
const UPDATE_ONLY: Job = { ...NODE, kind: 'updateOnly' };
const FLOOR: Job = { ...NODE, kind: 'floor' };
const HTTP: Job = { kind: 'http' };
/** n8n then pauses after each item, so requests go out while it evaluates the next. */
const BATCHED = {
	...NODE,
	requestOptions: { batching: { batch: { batchSize: 1, batchInterval: 1 } } },
};

/** Milliseconds per item, run by run. */
interface Timings {
	all: number[];
	/** Until the first request reached the server. */
	beforeFirst: number[];
}

/** 600 items and a server that responds at once: what an item costs. */
export async function compareItems(server: Server): Promise<Row[]> {
	return await withN8n(server, {}, async (bench) => {
		const jobs = { node: NODE, updateOnly: UPDATE_ONLY, floor: FLOOR, http: HTTP };
		const { node, updateOnly, floor, http } = await timeInTurn(await publishAll(bench, jobs));
		const work = '600 items, instant server: time over';
		return [
			ratioRow(`${work} the HTTP Request node`, node.all, http.all),
			ratioRow(`${work} an empty declarative node`, node.all, floor.all),
			ratioRow(`${work} a build with *Case: Update* alone`, node.all, updateOnly.all),
		];
	});
}

/** The same for new cases, with two expressions as well. */
export async function compareCreate(server: Server): Promise<Row[]> {
	return await withN8n(server, {}, async (bench) => {
		const jobs = { node: { ...NODE, operation: 'create' }, http: { ...HTTP, operation: 'create' } };
		const { node, http } = await timeInTurn(await publishAll(bench, jobs as Record<string, Job>));
		const work = '600 new cases, instant server: time over the HTTP Request node';
		return [ratioRow(work, node.all, http.all)];
	});
}

/** The same work with the package of another checkout, each in an n8n of its own. */
export async function comparePackages(server: Server, checkout: string): Promise<Row[]> {
	return await withN8n(
		server,
		{},
		async (bench) =>
			await withN8n(server, { name: 'other', checkout }, async (otherBench) => {
				const { node } = await publishAll(bench, { node: NODE });
				const { other } = await publishAll(otherBench, { other: NODE });
				const timings = await timeInTurn({ node, other });
				const work = '600 items, instant server: time over the other package';
				return [ratioRow(work, timings.node.all, timings.other.all)];
			}),
	);
}

/** 600 items and a slow server: whether it is kept busy. */
export async function compareSlow(server: Server): Promise<Row[]> {
	return await withN8n(server, {}, async (bench) => {
		const jobs = { node: NODE, floor: FLOOR, http: HTTP, batched: BATCHED };
		const workflows = await publishAll(bench, jobs);
		const { node, floor, http, batched } = await timeInTurn(workflows, SLOW, ROUNDS);
		const sending = node.all.map((time, index) => time - node.beforeFirst[index]);
		const work = '600 items, server of 100 ms and 20 at a time:';
		const overHttp = 'over the HTTP Request node';
		const wait = 'what an empty declarative node needs before its first request,';
		return [
			ratioRow(`${work} over an empty declarative node`, node.all, floor.all),
			ratioRow(`${work} ${overHttp}`, node.all, http.all),
			ratioRow(
				`${work} from the first request on, ${overHttp} from start to end`,
				sending,
				http.all,
			),
			ratioRow(`${work} ${wait} ${overHttp} from start to end`, floor.beforeFirst, http.all),
			ratioRow(`${work} with *Batching*, ${overHttp}`, batched.all, http.all),
		];
	});
}

/** Whether an item costs the same among many. */
export async function compareSizes(server: Server): Promise<Row[]> {
	return await withN8n(server, {}, async (bench) => {
		const { node } = await publishAll(bench, { node: NODE });
		const times: Record<number, number[]> = { 100: [], 1000: [], 10_000: [] };
		await node.run(1000);
		for (let round = 0; round < ROUNDS; round++) {
			for (const [size, each] of Object.entries(times)) {
				each.push(await timePerItem(node, Number(size)));
			}
		}
		for (const [size, each] of Object.entries(times)) {
			console.log(`${size} items: ${spread(each)} ms per item`);
		}
		const work = '10,000 items: time per item over that of 100 items';
		return [ratioRow(work, times[10_000], times[100])];
	});
}

/** Over at least 1,000 items, because short runs suffer more from the machine's noise. */
async function timePerItem(workflow: Workflow, items: number) {
	let total = 0;
	const runs = Math.max(1, 1000 / items);
	for (let run = 0; run < runs; run++) total += (await workflow.run(items)).executionTime;
	return total / runs / items;
}

async function publishAll<Name extends string>(bench: Bench, jobs: Record<Name, Job>) {
	const workflows = {} as Record<Name, Workflow>;
	for (const [name, job] of Object.entries<Job>(jobs)) {
		workflows[name as Name] = await bench.publish(`Bench ${name}`, [splitOut], job);
	}
	return workflows;
}

/** How long each workflow takes per item, and how long before its first request, in milliseconds. */
async function timeInTurn<Name extends string>(
	workflows: Record<Name, Workflow>,
	load = INSTANT,
	count = SHORT_ROUNDS,
): Promise<Record<Name, Timings>> {
	const names = Object.keys(workflows) as Name[];
	const sides = Object.fromEntries(
		names.map((name) => [name, async () => await workflows[name].run(ITEMS, load)]),
	) as Record<Name, () => Promise<Run>>;
	const rounds = await runInTurn(sides, count, (runs) => assertSameWork(Object.values(runs)));
	const timings = {} as Record<Name, Timings>;
	console.log('ms per item:');
	for (const name of names) {
		const runs = rounds.map((round) => round[name]);
		timings[name] = {
			all: runs.map(({ executionTime }) => executionTime / ITEMS),
			beforeFirst: runs.map(({ firstAt, startTime }) => (firstAt - startTime) / ITEMS),
		};
		const { all, beforeFirst } = timings[name];
		console.log(
			`  ${name.padEnd(8)} ${spread(all)}, before the first request ${spread(beforeFirst)}`,
		);
	}
	return timings;
}
