import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

import {
	execute,
	FILES,
	HOME,
	next,
	publish,
	ROUNDS,
	sinkUrl,
	startN8n,
	timed,
	updater,
	type Kind,
} from './bed.mts';
import { ratios, spread } from './figures.mts';

const MB = 2 ** 20;

/** Makes a file of that many MB that does not compress to nothing on its way. */
async function fileOf(megabytes: number): Promise<string> {
	const path = join(FILES, `${megabytes}.bin`);
	if (existsSync(path)) return path;
	const block = Buffer.alloc(MB, Array.from({ length: 251 }, (_, n) => n).toString());
	const out = createWriteStream(path);
	for (let n = 0; n < megabytes; n++)
		if (!out.write(block))
			await new Promise((resolve) => out.once('drain', () => resolve(undefined)));
	out.end();
	await finished(out);
	return path;
}

async function uploader(kind: Kind, megabytes: number) {
	const read = {
		name: 'Read',
		type: 'n8n-nodes-base.readWriteFile',
		typeVersion: 1,
		parameters: { operation: 'read', fileSelector: await fileOf(megabytes), options: {} },
	};
	// Gives n8n a moment to come to rest after reading, so that the level before is the sender's.
	const wait = {
		name: 'Wait',
		type: 'n8n-nodes-base.wait',
		typeVersion: 1.1,
		parameters: { amount: 2 },
	};
	return await publish(`Bench ${kind} ${megabytes} MB`, [read, wait, updater(kind, 'data', {})]);
}

/** n8n's main process: the child of its supervisor, found by what it was started with. */
function n8nPid(): number {
	const pids = execFileSync('pgrep', ['-f', `n8n/bin/n8n start`])
		.toString()
		.trim()
		.split('\n')
		.map(Number);
	return pids.find((pid) => {
		const [environment, command] = ['environ', 'cmdline'].map((file) =>
			readFileSync(`/proc/${pid}/${file}`, 'utf8'),
		);
		return environment.includes(`N8N_USER_FOLDER=${HOME}\0`) && !command.includes('supervisor');
	})!;
}

function rss(pid: number): number {
	return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}

/** The most memory that n8n has while the node works, over the level just before, in MB. */
async function memoryOf(kind: Kind, megabytes: number): Promise<number> {
	const workflow = await uploader(kind, megabytes);
	const pid = n8nPid();
	const samples: Array<{ at: number; mb: number }> = [];
	const timer = setInterval(() => samples.push({ at: Date.now(), mb: rss(pid) }), 10);
	const { startTime, executionTime } = await execute(workflow, {});
	clearInterval(timer);

	const before = samples.filter(({ at }) => at < startTime).at(-1)!.mb;
	const during = samples.filter(({ at }) => at >= startTime && at <= startTime + executionTime);
	return Math.max(0, ...during.map(({ mb }) => mb - before));
}

/**
 * How much memory an attachment takes. Each round begins with a new n8n: what an earlier file has left
 * in its memory would hide the next.
 */
export async function compareMemory(): Promise<string[][]> {
	const sizes = [50, 500, 2000];
	const kinds: Kind[] = ['node', 'http'];
	const grown = new Map<string, number[]>();
	for (let round = 0; round < ROUNDS; round++) {
		for (const kind of kinds) {
			await startN8n();
			await memoryOf(kind, 1);
			for (const size of sizes) {
				const key = `${kind} ${size}`;
				grown.set(key, [...(grown.get(key) ?? []), await memoryOf(kind, size)]);
			}
		}
	}
	return sizes.flatMap((size) => {
		const [ours, theirs] = kinds.map((kind) => grown.get(`${kind} ${size}`)!);
		return [
			[
				`memory over the level before, one attachment of ${size.toLocaleString('en')} MB`,
				`${spread(ours)} MB`,
				'≤ 40 MB',
				'≤ 16 MB',
			],
			['the same for the HTTP Request node', `${spread(theirs)} MB`, '', ''],
		];
	});
}

/** How fast an attachment goes out, beside curl with the same file and server. */
export async function compareThroughput(): Promise<string[][]> {
	const workflow = await uploader('node', 500);
	const path = await fileOf(500);
	const ours: number[] = [];
	const curls: number[] = [];
	for (let pair = -1; pair < ROUNDS; pair++) {
		const node = next<{ ms: number }>('end');
		await timed(workflow, {});
		const curl = next<{ ms: number }>('end');
		execFileSync('curl', [
			'-s',
			'-H',
			'Expect:',
			'-F',
			'operation=demo',
			'-F',
			`files=@${path}`,
			sinkUrl,
		]);
		if (pair < 0) continue;
		ours.push(500 / ((await node).ms / 1000));
		curls.push(500 / ((await curl).ms / 1000));
	}
	console.log(`MB/s: node ${spread(ours)}, curl ${spread(curls)}`);
	return [
		[
			'throughput of a 500 MB attachment against `curl -F`',
			spread(ratios(ours, curls)),
			'≥ 0.70',
			'≥ 0.90',
		],
	];
}
