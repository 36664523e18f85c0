import {
	assertSameBytes,
	INSTANT,
	ROUNDS,
	withN8n,
	type Bench,
	type Load,
	type Run,
	type Server,
	type Workflow,
} from './harness.mts';
import { splitOut, type Updater } from './nodes.mts';
import { ratios, spread } from './stats.mts';

const ITEMS = 600;
const SLOW: Load = { delayMs: 100, concurrency: 20 };
const NODE: Updater = { kind: 'node', options: { maxConcurrent: 20 } };
const FLOOR: Updater = { ...NODE, kind: 'floor' };
const HTTP: Updater = { kind: 'http' };
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
export async function compareItems(server: Server): Promise<string[][]> {
	return await withN8n(server, {}, async (bench) => {
		const { node, floor, http } = await timeInTurn(
			await publishAll(bench, { node: NODE, floor: FLOOR, http: HTTP }),
		);
		const work = '600 items, instant server';
		return [
			overFloor(work, node, floor),
			[
				'the same: time over the HTTP Request node',
				spread(ratios(node.all, http.all)),
				'≤ 1.35',
				'≤ 1.00',
			],
		];
	});
}

/** The same work with the package of another checkout, each in an n8n of its own. */
export async function comparePackages(server: Server, checkout: string): Promise<string[][]> {
	return await withN8n(server, {}, async (bench) =>
		withN8n(server, { name: 'other', checkout }, async (otherBench) => {
			const { node } = await publishAll(bench, { node: NODE });
			const { other } = await publishAll(otherBench, { other: NODE });
			const timings = await timeInTurn({ node, other });
			const ratio = spread(ratios(timings.node.all, timings.other.all));
			return [['600 items, instant server: time over the other package', ratio, '', '']];
		}),
	);
}

/** 600 items and a slow server: whether it is kept busy. */
export async function compareSlow(server: Server): Promise<string[][]> {
	return await withN8n(server, {}, async (bench) => {
		const updaters = { node: NODE, floor: FLOOR, http: HTTP, batched: BATCHED };
		const { node, floor, http, batched } = await timeInTurn(
			await publishAll(bench, updaters),
			SLOW,
		);
		const sending = node.all.map((time, index) => time - node.beforeFirst[index]);
		const overHttp = (times: number[]) => spread(ratios(times, http.all));
		return [
			overFloor('600 items, server of 100 ms and 20 at a time', node, floor),
			['the same: time over the HTTP Request node', overHttp(node.all), '≤ 1.10', '≤ 1.00'],
			[
				'the same: from the first request on, over the HTTP Request node from start to end',
				overHttp(sending),
				'',
				'',
			],
			[
				'the same: what an empty declarative node needs before its first request, over the HTTP Request node from start to end',
				overHttp(floor.beforeFirst),
				'',
				'',
			],
			[
				'the same, *Batching* set to 1 item and 1 ms: time over the HTTP Request node',
				overHttp(batched.all),
				'≤ 1.10',
				'≤ 1.00',
			],
		];
	});
}

/** Whether an item costs the same among many. */
export async function compareSizes(server: Server): Promise<string[][]> {
	return await withN8n(server, {}, async (bench) => {
		const { node } = await publishAll(bench, { node: NODE });
		// Ten runs of 100 weigh as much as one of 1,000.
		const runs = { 100: 10, 1000: 1, 10_000: 1 };
		const times = new Map(Object.keys(runs).map((size): [number, number[]] => [Number(size), []]));
		await node.run(1000);
		for (let round = 0; round < ROUNDS; round++) {
			for (const [size, count] of Object.entries(runs)) {
				const items = Number(size);
				let sum = 0;
				for (let run = 0; run < count; run++) sum += (await node.run(items)).executionTime;
				times.get(items)!.push(sum / count / items);
			}
		}
		for (const [size, each] of times) console.log(`${size} items: ${spread(each)} ms per item`);
		return [
			[
				'100, 1,000 and 10,000 items: time per item of the largest over the smallest',
				spread(ratios(times.get(10_000)!, times.get(100)!)),
				'≤ 1.20',
				'≤ 1.05',
			],
		];
	});
}

async function publishAll<Name extends string>(bench: Bench, updaters: Record<Name, Updater>) {
	const workflows = {} as Record<Name, Workflow>;
	for (const [name, updater] of Object.entries<Updater>(updaters)) {
		workflows[name as Name] = await bench.publish(`Bench ${name}`, [splitOut], updater);
	}
	return workflows;
}

/** Runs the workflows in turn, round by round, so that changes in the machine's speed affect all alike. */
async function timeInTurn<Name extends string>(
	workflows: Record<Name, Workflow>,
	load: Load = INSTANT,
): Promise<Record<Name, Timings>> {
	const names = Object.keys(workflows) as Name[];
	const rounds: Array<Record<Name, Run>> = [];
	// Short runs suffer more from the machine's noise than long ones, so there are twice as many of them.
	for (let round = -1; round < 2 * ROUNDS; round++) {
		const runs = {} as Record<Name, Run>;
		for (const name of names) runs[name] = await workflows[name].run(ITEMS, load);
		assertSameBytes(Object.values(runs));
		if (round >= 0) rounds.push(runs);
	}
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

function overFloor(work: string, node: Timings, floor: Timings) {
	const ratio = spread(ratios(node.all, floor.all));
	return [`${work}: time over an empty declarative node`, ratio, '≤ 1.10', '≤ 1.00'];
}
