import { execFileSync } from 'node:child_process';
import { assertSameBytes, INSTANT, ROUNDS, withN8n, type Counts, type Server } from './harness.mts';
import { ratioRow, spread, type Row } from './stats.mts';
import { FRAMING, makeFile, publishUpload } from './uploads.mts';

const SIZE = 500;

/** How fast an attachment is sent, compared with curl and the HTTP Request node. */
export async function compareThroughput(server: Server): Promise<Row[]> {
	const path = await makeFile(SIZE);
	const speeds = { node: [] as number[], http: [] as number[], curl: [] as number[] };
	await withN8n(server, {}, async (bench) => {
		const node = await publishUpload(bench, 'node', SIZE);
		const http = await publishUpload(bench, 'http', SIZE);
		for (let round = -1; round < ROUNDS; round++) {
			const counts: Record<keyof typeof speeds, Counts> = {
				node: await node.run(1),
				http: await http.run(1),
				curl: await sendWithCurl(server, path),
			};
			assertSameBytes(Object.values(counts), FRAMING);
			if (round < 0) continue;
			for (const [name, each] of Object.entries(speeds)) {
				each.push(SIZE / (counts[name as keyof typeof speeds].receivingMs / 1000));
			}
		}
	});
	const { node, http, curl } = speeds;
	console.log(`MB/s: node ${spread(node)}, HTTP Request ${spread(http)}, curl ${spread(curl)}`);
	const work = `throughput of a ${SIZE} MB attachment against`;
	return [
		ratioRow(`${work} \`curl -F\``, node, curl, '≥ 0.70', '≥ 0.90'),
		ratioRow(`${work} the HTTP Request node`, node, http),
	];
}

async function sendWithCurl(server: Server, path: string): Promise<Counts> {
	await server.reset(INSTANT);
	const form = ['-F', 'operation=demo', '-F', `files=@${path}`];
	execFileSync('curl', ['-s', '-H', 'Expect:', ...form, server.url]);
	return await server.counts();
}
