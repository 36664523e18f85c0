import { execFileSync } from 'node:child_process';
import {
	assertSameWork,
	INSTANT,
	ROUNDS,
	runInTurn,
	withN8n,
	type Counts,
	type Load,
	type Server,
} from './harness.mts';
import { ratioRow, spread, type Row } from './stats.mts';
import { FRAMING, makeFile, publishUpload } from './uploads.mts';

const SIZE = 500;
/** A server that reads as fast as a network of 1 Gbit/s carries. */
const GIGABIT: Load = { ...INSTANT, bytesPerSecond: 1e9 / 8 };

/** How fast an attachment is sent, beside the HTTP Request node, n8n's own reading of the file, and, at network speed, curl. */
export async function compareThroughput(server: Server): Promise<Row[]> {
	const path = await makeFile(SIZE);
	const rounds = await withN8n(server, {}, async (bench) => {
		const node = await publishUpload(bench, 'node', SIZE);
		const http = await publishUpload(bench, 'http', SIZE);
		const reader = await publishUpload(bench, 'reader', SIZE);
		const sides = {
			node: async () => await node.run(1),
			http: async () => await http.run(1),
			reading: async () => {
				const run = await reader.run(1);
				return { ...run, receivingMs: run.executionTime };
			},
			nodeGigabit: async () => await node.run(1, GIGABIT),
			curlGigabit: async () => await sendWithCurl(server, path),
		};
		return await runInTurn(sides, ROUNDS, ({ reading: _reading, ...sent }) => {
			assertSameWork(Object.values(sent), FRAMING);
		});
	});
	const speeds = (side: keyof (typeof rounds)[number]) =>
		rounds.map((round) => SIZE / (round[side].receivingMs / 1000));
	const node = speeds('node');
	const http = speeds('http');
	const reading = speeds('reading');
	const nodeGigabit = speeds('nodeGigabit');
	const curlGigabit = speeds('curlGigabit');
	console.log(
		`MB/s: node ${spread(node)}, HTTP Request ${spread(http)}, n8n reading ${spread(reading)}; at 1 Gbit/s: node ${spread(nodeGigabit)}, curl ${spread(curlGigabit)}`,
	);
	const work = `throughput of a ${SIZE} MB attachment over`;
	return [
		ratioRow(`${work} \`curl -F\`, server that reads 1 Gbit/s`, nodeGigabit, curlGigabit),
		ratioRow(`${work} the HTTP Request node`, node, http),
		ratioRow(`${work} n8n's own reading of it`, node, reading),
	];
}

async function sendWithCurl(server: Server, path: string): Promise<Counts> {
	await server.reset(GIGABIT);
	const form = ['-F', 'operation=demo', '-F', `files=@${path}`];
	execFileSync('curl', ['-s', '-H', 'Expect:', ...form, server.url]);
	return await server.counts();
}
