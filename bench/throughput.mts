import { execFileSync } from 'node:child_process';
import {
	assertSameWork,
	INSTANT,
	inTurn,
	ROUNDS,
	withN8n,
	type Counts,
	type Server,
} from './harness.mts';
import { ratioRow, spread, type Row } from './stats.mts';
import { FRAMING, makeFile, publishUpload } from './uploads.mts';

const SIZE = 500;

/** How fast an attachment is sent, compared with curl, the HTTP Request node, and n8n's own reading of the file. */
export async function compareThroughput(server: Server): Promise<Row[]> {
	const path = await makeFile(SIZE);
	const speeds: Record<string, number[]> = { node: [], http: [], curl: [], reading: [] };
	await withN8n(server, {}, async (bench) => {
		const node = await publishUpload(bench, 'node', SIZE);
		const http = await publishUpload(bench, 'http', SIZE);
		const reader = await publishUpload(bench, 'reader', SIZE);
		const sides: Record<string, () => Promise<Counts>> = {
			node: async () => await node.run(1),
			http: async () => await http.run(1),
			curl: async () => await sendWithCurl(server, path),
			reading: async () => {
				const run = await reader.run(1);
				return { ...run, receivingMs: run.executionTime };
			},
		};
		for (let round = -1; round < ROUNDS; round++) {
			const counts: Record<string, Counts> = {};
			for (const name of inTurn(Object.keys(sides), round)) counts[name] = await sides[name]();
			assertSameWork([counts.node, counts.http, counts.curl], FRAMING);
			if (round < 0) continue;
			for (const [name, { receivingMs }] of Object.entries(counts)) {
				speeds[name].push(SIZE / (receivingMs / 1000));
			}
		}
	});
	const { node, http, curl, reading } = speeds;
	console.log(
		`MB/s: node ${spread(node)}, HTTP Request ${spread(http)}, curl ${spread(curl)}, n8n reading ${spread(reading)}`,
	);
	const work = `throughput of a ${SIZE} MB attachment over`;
	return [
		ratioRow(`${work} \`curl -F\``, node, curl, '≥ 0.90', '≥ 2.00'),
		ratioRow(`${work} the HTTP Request node`, node, http),
		ratioRow(`${work} n8n's own reading of it`, node, reading),
	];
}

async function sendWithCurl(server: Server, path: string): Promise<Counts> {
	await server.reset(INSTANT);
	const form = ['-F', 'operation=demo', '-F', `files=@${path}`];
	execFileSync('curl', ['-s', '-H', 'Expect:', ...form, server.url]);
	return await server.counts();
}
