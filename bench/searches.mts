import { assertSameWork, ROUNDS, runWithPeak, withN8n, type Run, type Server } from './harness.mts';
import { splitOut, type Job } from './nodes.mts';
import { ratioRow, spread, type Row } from './stats.mts';

/** How many records a response has, and how many searches make a run that is long enough to be timed. */
const SIZES = [
	{ records: 10, searches: 300 },
	{ records: 500, searches: 20 },
	{ records: 5000, searches: 4 },
];

type Side = 'node' | 'http';
type Measured = Run & { increase: number };

/** Get Many beside HTTP Request and Split Out: time, and memory over the level before. */
export async function compareSearches(server: Server): Promise<Row[]> {
	const rounds: Array<Record<Side, Measured[]>> = [];
	for (let round = 0; round < ROUNDS; round++) {
		const node = await measure(server, 'node');
		const http = await measure(server, 'http');
		node.forEach((run, index) => assertSameWork([run, http[index]]));
		rounds.push({ node, http });
	}
	return SIZES.flatMap(({ records, searches }, index): Row[] => {
		const each = (side: Side, of: (run: Measured) => number) =>
			rounds.map((round) => of(round[side][index]));
		const [ours, theirs] = (['node', 'http'] as const).map((side) => ({
			times: each(side, ({ executionTime }) => executionTime),
			memory: each(side, ({ increase }) => increase),
		}));
		console.log(
			`${searches} × ${records} records: node ${spread(ours.times)} ms, ${spread(ours.memory)} MB; HTTP Request and Split Out ${spread(theirs.times)} ms, ${spread(theirs.memory)} MB`,
		);
		const work = `${searches} searches that find ${records.toLocaleString('en')} records each:`;
		const over = 'over HTTP Request and Split Out';
		return [
			ratioRow(`${work} time ${over}`, ours.times, theirs.times, '≤ 1.00', '≤ 0.80'),
			ratioRow(`${work} memory ${over}`, ours.memory, theirs.memory, '≤ 1.00', '≤ 0.80'),
		];
	});
}

/** Each size in an n8n of its own: what an earlier run has left in its memory would hide the next. */
async function measure(server: Server, kind: Side): Promise<Measured[]> {
	const runs: Measured[] = [];
	for (const { records, searches } of SIZES) {
		const run = await withN8n(server, {}, async (bench) => {
			const job: Job = { kind, operation: 'getMany', records, options: { maxConcurrent: 20 } };
			const workflow = await bench.publish(`Bench ${kind} ${records}`, [splitOut], job);
			await workflow.run(1);
			return await runWithPeak(bench, workflow, searches);
		});
		if (run.outputItems !== records * searches) {
			throw new Error(`${run.outputItems} items came out, not ${records * searches}`);
		}
		runs.push(run);
	}
	return runs;
}
