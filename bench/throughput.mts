import { execFileSync } from 'node:child_process';
import { assertSameWork, INSTANT, ROUNDS, withN8n, type Counts, type Server } from './harness.mts';
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
		const senders: Record<string, () => Promise<Counts>> = {
			node: async () => await node.run(1),
			http: async () => await http.run(1),
			curl: async () => await sendWithCurl(server, path),
		};
		const names = [...Object.keys(senders), 'reading'];
		for (let round = -1; round < ROUNDS; round++) {
			const sent: Counts[] = [];
			// The other way round in every other round, as one run can leave work to the next.
			for (const name of round % 2 ? names : [...names].reverse()) {
				const counts = await senders[name]?.();
				if (counts) sent.push(counts);
				const milliseconds = counts?.receivingMs ?? (await reader.run(1)).executionTime;
				if (round >= 0) speeds[name].push(SIZE / (milliseconds / 1000));
			}
			assertSameWork(sent, FRAMING);
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
