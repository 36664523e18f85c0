import {
	assertSameWork,
	ROUNDS,
	runWithPeak,
	withN8n,
	type Bench,
	type Server,
} from './harness.mts';
import type { Job } from './nodes.mts';
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
		node.forEach((run, index) => assertSameWork([run, http[index]], FRAMING));
		ours.push(node.map(({ increase }) => increase));
		theirs.push(http.map(({ increase }) => increase));
	}
	return SIZES.flatMap((size, index): Row[] => {
		const work = `memory over the level before, one attachment of ${size.toLocaleString('en')} MB`;
		const measured = (rounds: number[][]) => `${spread(rounds.map((each) => each[index]))} MB`;
		return [
			[work, measured(ours)],
			['the same for the HTTP Request node', measured(theirs)],
		];
	});
}

async function measureAll(bench: Bench, kind: Job['kind']) {
	const measure = async (size: number) =>
		await runWithPeak(bench, await publishUpload(bench, kind, size), 1);
	await measure(1);
	const runs = [];
	for (const size of SIZES) runs.push(await measure(size));
	return runs;
}
