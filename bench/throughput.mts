import { execFileSync } from 'node:child_process';
import { assertSameWork, INSTANT, ROUNDS, withN8n, type Counts, type Server } from './harness.mts';
import { ratioRow, spread, type Row } from './stats.mts';
import { FRAMING, makeFile, publishUpload } from './uploads.mts';

const SIZE = 500;

/** How fast an attachment is sent, compared with curl, the HTTP Request node, and n8n's own reading of the file. */
export async function compareThroughput(server: Server): Promise<Row[]> {
	const path = await makeFile(SIZE);
	const speeds = { node: [] as number[], http: [] as number[], curl: [] as number[] };
	const reading: number[] = [];
	await withN8n(server, {}, async (bench) => {
		const node = await publishUpload(bench, 'node', SIZE);
		const http = await publishUpload(bench, 'http', SIZE);
		const reader = await publishUpload(bench, 'reader', SIZE);
		for (let round = -1; round < ROUNDS; round++) {
			const counts: Record<keyof typeof speeds, Counts> = {
				node: await node.run(1),
				http: await http.run(1),
				curl: await sendWithCurl(server, path),
			};
			const { executionTime } = await reader.run(1);
			assertSameWork(Object.values(counts), FRAMING);
			if (round < 0) continue;
			reading.push(perSecond(executionTime));
			for (const [name, each] of Object.entries(speeds)) {
				each.push(perSecond(counts[name as keyof typeof speeds].receivingMs));
			}
		}
	});
	const { node, http, curl } = speeds;
	console.log(
		`MB/s: node ${spread(node)}, HTTP Request ${spread(http)}, curl ${spread(curl)}, n8n reading ${spread(reading)}`,
	);
	const work = `throughput of a ${SIZE} MB attachment over`;
	return [
		ratioRow(`${work} n8n's own reading of it`, node, reading, '≥ 0.90', '≥ 1.00'),
		ratioRow(`${work} the HTTP Request node`, node, http),
		ratioRow(`${work} \`curl -F\``, node, curl),
	];
}

function perSecond(milliseconds: number) {
	return SIZE / (milliseconds / 1000);
}

async function sendWithCurl(server: Server, path: string): Promise<Counts> {
	await server.reset(INSTANT);
	const form = ['-F', 'operation=demo', '-F', `files=@${path}`];
	execFileSync('curl', ['-s', '-H', 'Expect:', ...form, server.url]);
	return await server.counts();
}
