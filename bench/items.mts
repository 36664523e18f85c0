import {
	execute,
	next,
	numbered,
	publish,
	ROUNDS,
	setServer,
	splitOut,
	timed,
	updater,
	type Workflow,
} from './bed.mts';
import { ratios, spread } from './figures.mts';

/** n8n then lets go after each item, so that requests go out while it evaluates the next. */
const BATCHED = { batching: { batch: { batchSize: 1, batchInterval: 1 } } };

const INSTANT = { delayMs: 0, atOnce: 1e9 };
const SLOW = { delayMs: 100, atOnce: 20 };

/** What 600 items took in one run, in milliseconds per item. */
interface Pace {
	/** From the node's begin to its end. */
	all: number;
	/** From the node's begin until the first request reached the server. */
	silent: number;
}

/** Runs the workflows in turn, round by round, so that a change of the machine's speed meets them alike. */
async function inTurn<Name extends string>(
	server: typeof INSTANT,
	nodes: Record<Name, ReturnType<typeof updater>>,
): Promise<Record<Name, Pace[]>> {
	const count = 600;
	const workflows = new Map<Name, Workflow>();
	const paces = {} as Record<Name, Pace[]>;
	for (const name of Object.keys(nodes) as Name[]) {
		workflows.set(name, await publish(`Bench ${name}`, [splitOut, nodes[name]]));
		paces[name] = [];
	}
	// Short runs feel the machine's noise more than long ones, so there are twice as many of them.
	for (let round = -1; round < 2 * ROUNDS; round++) {
		for (const [name, workflow] of workflows) {
			setServer(server);
			const first = next<{ at: number }>('first');
			const { startTime, executionTime } = await execute(workflow, numbered(count));
			const silent = (await first).at - startTime;
			if (round >= 0) paces[name].push({ all: executionTime / count, silent: silent / count });
		}
	}
	const lines = Object.entries<Pace[]>(paces).map(
		([name, each]) =>
			`  ${name.padEnd(8)} ${spread(all(each))}, before the first request ${spread(silent(each))}`,
	);
	console.log(`ms per item:\n${lines.join('\n')}`);
	return paces;
}

function all(paces: Pace[]): number[] {
	return paces.map((pace) => pace.all);
}

function silent(paces: Pace[]): number[] {
	return paces.map((pace) => pace.silent);
}

/** 600 items and a server that answers at once: what an item costs. */
export async function compareItems(): Promise<string[][]> {
	const nodes = { node: updater('node'), floor: updater('floor'), http: updater('http') };
	const { node, floor, http } = await inTurn(INSTANT, nodes);
	return [
		[
			'600 items, instant server: time over an empty declarative node',
			spread(ratios(all(node), all(floor))),
			'≤ 1.10',
			'≤ 1.00',
		],
		[
			'the same: time over the HTTP Request node',
			spread(ratios(all(node), all(http))),
			'≤ 1.35',
			'≤ 1.00',
		],
	];
}

/** 600 items and a server that takes its time: whether it is kept busy. */
export async function compareSlow(): Promise<string[][]> {
	const nodes = {
		node: updater('node'),
		floor: updater('floor'),
		http: updater('http'),
		batched: updater('node', undefined, undefined, BATCHED),
	};
	const { node, floor, http, batched } = await inTurn(SLOW, nodes);
	const whole = all(http);
	const sending = node.map((pace) => pace.all - pace.silent);
	return [
		[
			'600 items, server of 100 ms and 20 at a time: time over an empty declarative node',
			spread(ratios(all(node), all(floor))),
			'≤ 1.10',
			'≤ 1.00',
		],
		[
			'the same: time over the HTTP Request node',
			spread(ratios(all(node), whole)),
			'≤ 1.10',
			'≤ 1.00',
		],
		[
			'the same: from the first request on, over all of the HTTP Request node',
			spread(ratios(sending, whole)),
			'',
			'',
		],
		[
			'the same: what an empty declarative node takes before its first request, over all of the HTTP Request node',
			spread(ratios(silent(floor), whole)),
			'',
			'',
		],
		[
			'the same, *Batching* set to 1 item and 1 ms: time over the HTTP Request node',
			spread(ratios(all(batched), whole)),
			'≤ 1.10',
			'≤ 1.00',
		],
	];
}

/** Whether an item costs the same among many. */
export async function compareSizes(): Promise<string[][]> {
	setServer(INSTANT);
	const workflow = await publish('Bench node', [splitOut, updater('node')]);
	const sizes = [100, 1000, 10_000];
	const times = new Map<number, number[]>(sizes.map((size) => [size, []]));
	await timed(workflow, numbered(1000));
	for (let round = 0; round < ROUNDS; round++) {
		for (const size of sizes) {
			// Ten runs of 100 weigh as much as one of 1,000.
			const runs = size === 100 ? 10 : 1;
			let sum = 0;
			for (let run = 0; run < runs; run++) sum += await timed(workflow, numbered(size));
			times.get(size)!.push(sum / runs / size);
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
}
