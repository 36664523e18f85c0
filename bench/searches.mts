import { splitOut } from '../test/e2e/support/workflow.mts';
import { assertSameWork, ROUNDS, runWithPeak, withN8n, type Run, type Server } from './harness.mts';
import { collectGarbage } from './nodes.mts';
import { ratioRow, spread, type Row } from './stats.mts';

/** How many records a response has, and how many searches make a run that is long enough to be measured. */
const SMALLEST = { records: 10, searches: 2000 };
const SIZES = [SMALLEST, { records: 500, searches: 200 }, { records: 5000, searches: 20 }];

type Side = 'node' | 'http';
type Measured = Run & { increase: number };

/** Get Many beside HTTP Request and Split Out, all with their default settings: time, and memory over the level before. */
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
		const work = `${searches.toLocaleString('en')} searches that find ${records.toLocaleString('en')} records each:`;
		console.log(
			`${work} node ${spread(ours.times)} ms, ${spread(ours.memory)} MB; HTTP Request and Split Out ${spread(theirs.times)} ms, ${spread(theirs.memory)} MB`,
		);
		const over = 'over HTTP Request and Split Out';
		return [
			ratioRow(`${work} time ${over}`, ours.times, theirs.times),
			ratioRow(`${work} memory ${over}`, ours.memory, theirs.memory),
		];
	});
}

/**
 * Each size in an n8n of its own, warmed up with small responses: after large ones, n8n keeps memory that
 * would hide what the next need.
 */
async function measure(server: Server, kind: Side): Promise<Measured[]> {
	const runs: Measured[] = [];
	for (const { records, searches } of SIZES) {
		const env = { NODE_OPTIONS: '--expose-gc' };
		const run = await withN8n(server, { env }, async (bench) => {
			const publish = async (title: string, count: number) =>
				await bench.publish(title, [splitOut, collectGarbage], {
					kind,
					operation: 'getMany',
					records: count,
				});
			const warmUp = await publish('Warm-up', SMALLEST.records);
			for (let time = 0; time < 3; time++) await warmUp.run(10);
			return await runWithPeak(bench, await publish('Bench', records), searches);
		});
		if (run.outputItems !== records * searches) {
			throw new Error(`${run.outputItems} items came out, not ${records * searches}`);
		}
		runs.push(run);
	}
	return runs;
}
