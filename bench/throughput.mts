import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { request } from 'node:http';
import { pipeline } from 'node:stream/promises';
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
import { FRAMING, makeFile, MB, publishUpload } from './uploads.mts';

const SIZE = 500;
/** A server that reads as fast as a network of 1 Gbit/s carries. */
const GIGABIT: Load = { ...INSTANT, bytesPerSecond: 1e9 / 8 };

/** How fast an attachment is sent, beside curl, Node.js alone, the HTTP Request node, and n8n's own reading of the file. */
export async function compareThroughput(server: Server): Promise<Row[]> {
	const path = await makeFile(SIZE);
	const rounds = await withN8n(server, {}, async (bench) => {
		const node = await publishUpload(bench, 'node', SIZE);
		const http = await publishUpload(bench, 'http', SIZE);
		const reader = await publishUpload(bench, 'reader', SIZE);
		const sides = {
			node: async () => await node.run(1),
			http: async () => await http.run(1),
			curl: async () => await sendWithCurl(server, path, INSTANT),
			alone: async () => await sendWithNode(server, path),
			reading: async () => {
				const run = await reader.run(1);
				return { ...run, receivingMs: run.executionTime };
			},
			nodeGigabit: async () => await node.run(1, GIGABIT),
			curlGigabit: async () => await sendWithCurl(server, path, GIGABIT),
		};
		return await runInTurn(sides, ROUNDS, ({ reading: _reading, ...sent }) => {
			assertSameWork(Object.values(sent), FRAMING);
		});
	});
	const speeds = (side: keyof (typeof rounds)[number]) =>
		rounds.map((round) => SIZE / (round[side].receivingMs / 1000));
	const node = speeds('node');
	const http = speeds('http');
	const curl = speeds('curl');
	const alone = speeds('alone');
	const reading = speeds('reading');
	const nodeGigabit = speeds('nodeGigabit');
	const curlGigabit = speeds('curlGigabit');
	console.log(
		`MB/s: node ${spread(node)}, HTTP Request ${spread(http)}, curl ${spread(curl)}, Node.js alone ${spread(alone)}, n8n reading ${spread(reading)}; at 1 Gbit/s: node ${spread(nodeGigabit)}, curl ${spread(curlGigabit)}`,
	);
	const work = `throughput of a ${SIZE} MB attachment over`;
	return [
		ratioRow(`${work} \`curl -F\``, node, curl, '≥ 0.90', '≥ 2.00'),
		ratioRow('the same for Node.js alone, without n8n', alone, curl),
		ratioRow(`${work} \`curl -F\`, server that reads 1 Gbit/s`, nodeGigabit, curlGigabit, '≥ 0.90'),
		ratioRow(`${work} the HTTP Request node`, node, http),
		ratioRow(`${work} n8n's own reading of it`, node, reading),
	];
}

async function sendWithCurl(server: Server, path: string, load: Load): Promise<Counts> {
	await server.reset(load);
	const form = ['-F', 'operation=demo', '-F', `files=@${path}`];
	execFileSync('curl', ['-s', '-H', 'Expect:', ...form, server.url]);
	return await server.counts();
}

/** The shortest way through Node.js, without n8n: a stream of the file into a request. */
async function sendWithNode(server: Server, path: string): Promise<Counts> {
	await server.reset(INSTANT);
	const sending = request(server.url, { method: 'POST', headers: { 'Content-Length': SIZE * MB } });
	const [[response]] = await Promise.all([
		once(sending, 'response'),
		pipeline(createReadStream(path), sending),
	]);
	response.resume();
	return await server.counts();
}
