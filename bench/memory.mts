import { readFileSync } from 'node:fs';
import { assertSameBytes, ROUNDS, withN8n, type Bench, type Server } from './harness.mts';
import type { Updater } from './nodes.mts';
import { spread, type Row } from './stats.mts';
import { FRAMING, publishUpload } from './uploads.mts';

const SIZES = [50, 500, 2000];

/**
 * How much memory an attachment needs. Each round starts with a new n8n: what an earlier file has left
 * in its memory would hide the next.
 */
export async function compareMemory(server: Server): Promise<Row[]> {
	const ours: number[][] = [];
	const theirs: number[][] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const node = await withN8n(server, {}, (bench) => measureAll(bench, 'node'));
		const http = await withN8n(server, {}, (bench) => measureAll(bench, 'http'));
		node.forEach((run, index) => assertSameBytes([run, http[index]], FRAMING));
		ours.push(node.map(({ increase }) => increase));
		theirs.push(http.map(({ increase }) => increase));
	}
	return SIZES.flatMap((size, index): Row[] => {
		const work = `memory over the level before, one attachment of ${size.toLocaleString('en')} MB`;
		const measured = (rounds: number[][]) => `${spread(rounds.map((each) => each[index]))} MB`;
		return [
			[work, measured(ours), '≤ 40 MB', '≤ 16 MB'],
			['the same for the HTTP Request node', measured(theirs), '', ''],
		];
	});
}

async function measureAll(bench: Bench, kind: Updater['kind']) {
	await measure(bench, kind, 1);
	const runs = [];
	for (const size of SIZES) runs.push(await measure(bench, kind, size));
	return runs;
}

/** The most memory that n8n uses while the node works, over the level just before, in MB. */
async function measure(bench: Bench, kind: Updater['kind'], size: number) {
	const workflow = await publishUpload(bench, kind, size);
	const pid = childOf(bench.n8n.pid!);
	const samples: Array<{ at: number; mb: number }> = [];
	const timer = setInterval(() => samples.push({ at: Date.now(), mb: residentMb(pid) }), 10);
	const run = await workflow.run(1);
	clearInterval(timer);

	const end = run.startTime + run.executionTime;
	const before = samples.filter(({ at }) => at < run.startTime).at(-1)!.mb;
	const during = samples.filter(({ at }) => at >= run.startTime && at <= end);
	return { ...run, size, increase: Math.max(0, ...during.map(({ mb }) => mb - before)) };
}

function childOf(pid: number) {
	return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}

function residentMb(pid: number) {
	return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}
