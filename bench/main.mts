import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import {
	createWriteStream,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

import { startSandbox, type Sandbox } from '../sandbox/sandbox.mts';
import { ROOT, RUN_FOLDER } from '../sandbox/tools.cjs';
import {
	credentialData,
	ensureCredential,
	ensureWorkflow,
	type Credential,
} from '../sandbox/workflows.mts';
import { between, table } from '../test/support/markdown.mts';
import { partsOf } from './profile.mts';

const MB = 2 ** 20;
const HOME = join(RUN_FOLDER, 'bench');
const PAIRS = Number(process.env.BENCH_PAIRS ?? 5);
const only = process.argv[2];
const PROFILES = join(HOME, 'profiles');
const PROFILED = 3000;

/** n8n then lets go after each item, so that requests go out while it evaluates the next. */
const BATCHED = { batching: { batch: { batchSize: 1, batchInterval: 1 } } };

type Kind = 'node' | 'floor' | 'http';

const CASE_ID = "={{ 'case' + $json.n }}";
const STATUS = "={{ $json.n % 2 ? 'open' : 'closed' }}";

const rows: string[][] = [];
let sandbox: Sandbox;
let credential: Credential;
let sink: ChildProcess;
let sinkUrl: string;

async function main() {
	rmSync(HOME, { recursive: true, force: true });
	mkdirSync(join(HOME, 'files'), { recursive: true });
	sink = fork(join(ROOT, 'bench', 'sink.mjs'));
	const { port } = await next<{ port: number }>('listening');
	sinkUrl = `http://127.0.0.1:${port}`;
	try {
		await startN8n();
		if (wanted('items')) await compareItems();
		if (wanted('slow')) await compareSlow();
		if (wanted('scale')) await compareSizes();
		if (wanted('throughput')) await compareThroughput();
		if (wanted('memory')) await compareMemory();
		if (wanted('start')) measureStart();
		if (only === 'profile')
			await timed(await publish('Bench node', [splitOut, updater('node')]), numbered(PROFILED));
	} finally {
		await sandbox?.stop();
		sink.disconnect();
	}
	if (only === 'profile') reportProfile();
	else report();
}

/** Starts n8n, in place of the one that may run. */
async function startN8n() {
	await sandbox?.stop();
	sandbox = await startSandbox({
		name: 'bench',
		env: {
			N8N_CUSTOM_EXTENSIONS: join(ROOT, 'bench', 'floor'),
			N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
			N8N_RESTRICT_FILE_ACCESS_TO: join(HOME, 'files'),
			N8N_PAYLOAD_SIZE_MAX: '256',
			...(only === 'profile' && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${PROFILES}` }),
		},
	});
	credential = await ensureCredential(sandbox.n8n, {
		name: 'Bench',
		type: 'wolkvoxCrmApi',
		data: { ...credentialData(sinkUrl, 'bench-token'), allowedHttpRequestDomains: 'all' },
	});
}

function wanted(part: string): boolean {
	return only === undefined || only === part;
}

async function next<T>(event: string): Promise<T> {
	return await new Promise((resolve) => {
		const listen = (message: { event: string }) => {
			if (message.event !== event) return;
			sink.off('message', listen);
			resolve(message as T);
		};
		sink.on('message', listen);
	});
}

/** A Wolkvox node, an empty declarative node, or an HTTP Request node, that sends the same update. */
function updater(
	kind: Kind,
	attachments?: string,
	options: object = { maxConcurrent: 20 },
	requestOptions: object = {},
) {
	const credentials = { wolkvoxCrmApi: { id: credential.id, name: credential.name } };
	if (kind === 'http') {
		const values = { operation: 'demo', 'wolkvox-id': CASE_ID, status: STATUS };
		const texts = Object.entries(values).map(([name, value]) => ({
			parameterType: 'formData',
			name,
			value,
		}));
		const file = {
			parameterType: 'formBinaryData',
			name: 'files',
			inputDataFieldName: attachments,
		};
		return {
			name: 'Update',
			type: 'n8n-nodes-base.httpRequest',
			typeVersion: 4.2,
			credentials,
			parameters: {
				method: 'POST',
				url: `${sinkUrl}/server/API/v2/cases/update.php`,
				authentication: 'predefinedCredentialType',
				nodeCredentialType: 'wolkvoxCrmApi',
				sendBody: true,
				contentType: 'multipart-form-data',
				bodyParameters: { parameters: attachments ? [...texts, file] : texts },
				options: {},
			},
		};
	}
	return {
		name: 'Update',
		type: kind === 'node' ? 'n8n-nodes-wolkvox.wolkvoxCrm' : 'CUSTOM.floor',
		typeVersion: 1,
		credentials,
		parameters: {
			resource: 'case',
			operation: 'update',
			caseId: { __rl: true, mode: 'id', value: CASE_ID },
			updateFields: { status: STATUS, ...(attachments && { attachments }) },
			options,
			requestOptions,
		},
	};
}

async function publish(
	name: string,
	nodes: Array<{ name: string; type: string; [key: string]: unknown }>,
) {
	const path = name.toLowerCase().replace(/\W+/g, '-');
	const webhook = {
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		webhookId: path,
		parameters: { httpMethod: 'POST', path, responseMode: 'lastNode', options: {} },
	};
	const all = [webhook, ...nodes].map((node, index) => ({
		...node,
		id: node.name,
		position: [index * 200, 0],
	}));
	const links = all
		.slice(1)
		.map((node, index) => [
			all[index].name,
			{ main: [[{ node: node.name, type: 'main', index: 0 }]] },
		]);
	const id = await ensureWorkflow(sandbox.n8n, {
		name,
		nodes: all,
		connections: Object.fromEntries(links),
		settings: { executionOrder: 'v1' },
	});
	return { id, url: `${sandbox.n8n.url}/webhook/${path}` };
}

type Workflow = Awaited<ReturnType<typeof publish>>;

/** When n8n's record says that a node began, and how long it took, in milliseconds. */
interface Task {
	startTime: number;
	executionTime: number;
}

/** Runs a published workflow once; gives how long its last node took, in milliseconds. */
async function timed(workflow: Workflow, body: object): Promise<number> {
	return (await execute(workflow, body)).executionTime;
}

async function execute({ id, url }: Workflow, body: object): Promise<Task> {
	const reply = await fetch(url, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify(body),
	});
	if (!reply.ok) throw new Error(`The workflow failed: ${await reply.text()}`);
	await reply.text();
	const filter = encodeURIComponent(JSON.stringify({ workflowId: id }));
	for (;;) {
		const { results } = await sandbox.n8n.request<{
			results: Array<{ id: string; status: string }>;
		}>('GET', `/rest/executions?filter=${filter}&limit=1`);
		if (results[0]?.status === 'success') return await taskOf(results[0].id);
		if (results[0]?.status === 'error') throw new Error('The execution failed');
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

/** n8n saves an execution as a list of values that refer to each other by their place in it. */
async function taskOf(id: string): Promise<Task> {
	const { data } = await sandbox.n8n.request<{ data: string }>('GET', `/rest/executions/${id}`);
	const values = JSON.parse(data) as unknown[];
	const at = (place: unknown) => values[Number(place)] as Record<string, unknown>;
	const { resultData } = at(0);
	const [task] = at(at(at(resultData).runData).Update) as unknown as string[];
	return at(task) as unknown as Task;
}

const splitOut = {
	name: 'Cases',
	type: 'n8n-nodes-base.splitOut',
	typeVersion: 1,
	parameters: { fieldToSplitOut: 'body.items', options: {} },
};

function numbered(count: number) {
	return { items: Array.from({ length: count }, (_, n) => ({ n })) };
}

function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function spread(values: number[]): string {
	return `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)})`;
}

/** The median of the ratios, pair by pair, so that a change of the machine's speed does not show. */
function ratios(ours: number[], theirs: number[]): number[] {
	return ours.map((value, index) => value / theirs[index]);
}

/** What 600 items took in one run, in milliseconds per item. */
interface Pace {
	/** From the node's begin to its end. */
	all: number;
	/** From the node's begin until the first request reached the server. */
	silent: number;
}

/** Runs the workflows in turn, round by round, so that a change of the machine's speed meets them alike. */
async function inTurn<Name extends string>(
	server: { delayMs: number; atOnce: number },
	nodes: Record<Name, ReturnType<typeof updater>>,
): Promise<Record<Name, Pace[]>> {
	const count = 600;
	const workflows = new Map<Name, Workflow>();
	const paces = {} as Record<Name, Pace[]>;
	for (const name of Object.keys(nodes) as Name[]) {
		workflows.set(name, await publish(`Bench ${name}`, [splitOut, nodes[name]]));
		paces[name] = [];
	}
	// Short runs feel the machine's noise more than long ones, so there are twice as many of them.
	for (let round = -1; round < 2 * PAIRS; round++) {
		for (const [name, workflow] of workflows) {
			sink.send(server);
			const first = next<{ at: number }>('first');
			const { startTime, executionTime } = await execute(workflow, numbered(count));
			const silent = (await first).at - startTime;
			if (round >= 0) paces[name].push({ all: executionTime / count, silent: silent / count });
		}
	}
	const lines = Object.entries<Pace[]>(paces).map(
		([name, each]) =>
			`  ${name.padEnd(8)} ${spread(all(each))}, before the first request ${spread(silent(each))}`,
	);
	console.log(`ms per item:\n${lines.join('\n')}`);
	return paces;
}

function all(paces: Pace[]): number[] {
	return paces.map((pace) => pace.all);
}

function silent(paces: Pace[]): number[] {
	return paces.map((pace) => pace.silent);
}

async function compareItems() {
	const nodes = { node: updater('node'), floor: updater('floor'), http: updater('http') };
	const { node, floor, http } = await inTurn({ delayMs: 0, atOnce: 1e9 }, nodes);
	rows.push([
		'600 items, instant server: time over an empty declarative node',
		spread(ratios(all(node), all(floor))),
		'≤ 1.10',
		'≤ 1.00',
	]);
	rows.push([
		'the same: time over the HTTP Request node',
		spread(ratios(all(node), all(http))),
		'≤ 1.35',
		'≤ 1.00',
	]);
}

async function compareSlow() {
	const nodes = {
		node: updater('node'),
		floor: updater('floor'),
		http: updater('http'),
		batched: updater('node', undefined, undefined, BATCHED),
	};
	const { node, floor, http, batched } = await inTurn({ delayMs: 100, atOnce: 20 }, nodes);
	const whole = all(http);
	const sending = node.map((pace) => pace.all - pace.silent);
	rows.push([
		'600 items, server of 100 ms and 20 at a time: time over an empty declarative node',
		spread(ratios(all(node), all(floor))),
		'≤ 1.10',
		'≤ 1.00',
	]);
	rows.push([
		'the same: time over the HTTP Request node',
		spread(ratios(all(node), whole)),
		'≤ 1.10',
		'≤ 1.00',
	]);
	rows.push([
		'the same: from the first request on, over all of the HTTP Request node',
		spread(ratios(sending, whole)),
		'',
		'',
	]);
	rows.push([
		'the same: what an empty declarative node takes before its first request, over all of the HTTP Request node',
		spread(ratios(silent(floor), whole)),
		'',
		'',
	]);
	rows.push([
		'the same, *Batching* set to 1 item and 1 ms: time over the HTTP Request node',
		spread(ratios(all(batched), whole)),
		'≤ 1.10',
		'≤ 1.00',
	]);
	sink.send({ delayMs: 0, atOnce: 1e9 });
}

async function compareSizes() {
	const workflow = await publish('Bench node', [splitOut, updater('node')]);
	const sizes = [100, 1000, 10_000];
	const times = new Map<number, number[]>(sizes.map((size) => [size, []]));
	await timed(workflow, numbered(1000));
	for (let pair = 0; pair < PAIRS; pair++) {
		for (const size of sizes) {
			// Ten runs of 100 weigh as much as one of 1,000.
			const runs = size === 100 ? 10 : 1;
			let sum = 0;
			for (let run = 0; run < runs; run++) sum += await timed(workflow, numbered(size));
			times.get(size)!.push(sum / runs / size);
		}
	}
	for (const [size, each] of times) console.log(`${size} items: ${spread(each)} ms per item`);
	rows.push([
		'100, 1,000 and 10,000 items: time per item of the largest over the smallest',
		spread(ratios(times.get(10_000)!, times.get(100)!)),
		'≤ 1.20',
		'≤ 1.05',
	]);
}

/** Makes a file of that many MB that does not compress to nothing on its way. */
async function fileOf(megabytes: number): Promise<string> {
	const path = join(HOME, 'files', `${megabytes}.bin`);
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

/** n8n's main process: the child of its warden, found by what it was started with. */
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
		return environment.includes(`N8N_USER_FOLDER=${HOME}\0`) && !command.includes('warden');
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

/** Each round begins with a new n8n: what an earlier file has left in its memory would hide the next. */
async function compareMemory() {
	const sizes = [50, 500, 2000];
	const kinds: Kind[] = ['node', 'http'];
	const grown = new Map<string, number[]>();
	for (let round = 0; round < PAIRS; round++) {
		for (const kind of kinds) {
			await startN8n();
			await memoryOf(kind, 1);
			for (const size of sizes) {
				const key = `${kind} ${size}`;
				grown.set(key, [...(grown.get(key) ?? []), await memoryOf(kind, size)]);
			}
		}
	}
	for (const size of sizes) {
		const [ours, theirs] = kinds.map((kind) => grown.get(`${kind} ${size}`)!);
		rows.push([
			`memory over the level before, one attachment of ${size.toLocaleString('en')} MB`,
			`${spread(ours)} MB`,
			'≤ 40 MB',
			'≤ 16 MB',
		]);
		rows.push(['the same for the HTTP Request node', `${spread(theirs)} MB`, '', '']);
	}
}

async function compareThroughput() {
	const workflow = await uploader('node', 500);
	const path = await fileOf(500);
	const ours: number[] = [];
	const curls: number[] = [];
	for (let pair = -1; pair < PAIRS; pair++) {
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
	rows.push([
		'throughput of a 500 MB attachment against `curl -F`',
		spread(ratios(ours, curls)),
		'≥ 0.70',
		'≥ 0.90',
	]);
}

/** What n8n's own loader takes for the package, in a fresh process that has n8n-core loaded. */
function measureStart() {
	const script = `
		require('reflect-metadata');
		const { PackageDirectoryLoader } = require('n8n-core');
		const started = performance.now();
		new PackageDirectoryLoader(${JSON.stringify(ROOT)}).loadAll().then(() => console.log(performance.now() - started));`;
	const times = Array.from({ length: 7 }, () =>
		Number(
			execFileSync(process.execPath, ['-e', script], {
				cwd: ROOT,
				env: { ...process.env, N8N_USER_FOLDER: HOME, N8N_LOG_LEVEL: 'silent' },
			}).toString(),
		),
	);
	rows.push([
		"time the package adds to n8n's start",
		`${median(times).toFixed(0)} ms`,
		'≤ 50 ms',
		'',
	]);
	const [{ size, unpackedSize }] = JSON.parse(
		execFileSync('npm', ['pack', '--dry-run', '--json'], {
			cwd: ROOT,
			stdio: ['ignore', 'pipe', 'ignore'],
		}).toString(),
	);
	rows.push([
		'size of the tarball, and unpacked',
		`${(size / 1000).toFixed(0)} kB, ${(unpackedSize / 1000).toFixed(0)} kB`,
		'≤ 60 kB',
		'',
	]);
}

/** Puts a text between the marks of that name in docs/performance.md. */
function write(mark: string, text: string) {
	const path = join(ROOT, 'docs', 'performance.md');
	writeFileSync(path, between(readFileSync(path, 'utf8'), mark, text));
}

function machine(): string {
	const { length } = cpus();
	return `${length} cores (${cpus()[0].model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, n8n 2.41.1, binary data on the file system`;
}

function report() {
	const text = table(['work', 'measured: median (least to most)', 'must', 'goal'], rows);
	console.log(`\n${text}`);
	if (only !== undefined) return;
	write(
		'measured',
		`Written by \`npm run bench\`: one real n8n, the nodes in turn, ${PAIRS} rounds (${2 * PAIRS} of 600 items) after one to warm up. Ratios are taken round by round. Machine: ${machine()}.\n\n${text}`,
	);
}

function reportProfile() {
	const text = table(['part', 'ms per item', 'share'], partsOf(PROFILES, PROFILED));
	console.log(`\n${text}`);
	write(
		'profile',
		`Written by \`npm run bench profile\`: n8n under \`node --cpu-prof\`, ${PROFILED.toLocaleString('en')} items with two expressions each, 20 at once, an instant server. A profiled run is slower than others; the shares are what counts.\n\n${text}`,
	);
}

await main();
