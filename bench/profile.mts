import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { splitOut } from '../test/e2e/support/workflow.mts';
import { HOME, withN8n, type Server } from './harness.mts';
import type { Job } from './nodes.mts';

const PROFILES = join(HOME, 'profiles');

export const PROFILED_ITEMS = 3000;

interface CallFrame {
	functionName: string;
	url: string;
}

interface Profile {
	nodes: Array<{ id: number; callFrame: CallFrame; children?: number[] }>;
	samples: number[];
	timeDeltas: number[];
}

/** A call stack, innermost call first. */
type Stack = CallFrame[];

const isOurs = ({ url }: CallFrame) => url.includes('n8n-nodes-wolkvox/dist/');
const isIn = (stack: Stack, file: string, name?: string) =>
	stack.some(
		({ url, functionName }) => url.includes(file) && (name === undefined || functionName === name),
	);

/** Whose time a sample is: the first line whose file, and function if there is one, is on its stack. */
const PARTS: Array<[what: string, file: string, name?: string]> = [
	['all parameters evaluated again for the base URL', 'routing-node.js', 'resolveBaseUrl'],
	['parameters and defaults evaluated', 'routing-node.js', 'getParameterValue'],
	['routing of each property', 'routing-node.js', 'getRequestOptionsFromParameters'],
	['credential per request', 'node-execution-context.js', '_getCredentials'],
	['credential per request', 'credentials-helper.js'],
	['agents per request', 'node-agents'],
	['HTTP', '/axios/'],
	['HTTP', 'backend-network'],
	['the rest of declarative nodes', 'routing-node.js'],
];

/** Where the time of a run goes: the milliseconds and the share of each part, per item. */
export async function profile(server: Server): Promise<string[][]> {
	const env = { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${PROFILES}` };
	await withN8n(server, { name: 'profile', env }, async (bench) => {
		const job: Job = { kind: 'node', options: { maxConcurrent: 20 } };
		const workflow = await bench.publish('Bench profile', [splitOut], job);
		await workflow.run(PROFILED_ITEMS);
	});
	// n8n writes its profile when it ends; that of its task runner is smaller.
	const [text] = readdirSync(PROFILES)
		.map((file) => readFileSync(join(PROFILES, file), 'utf8'))
		.sort((a, b) => b.length - a.length);
	const { micros, total } = sumUp(JSON.parse(text) as Profile);
	return [...micros]
		.sort(([, a], [, b]) => b - a)
		.map(([part, each]) => [
			part,
			(each / 1000 / PROFILED_ITEMS).toFixed(3),
			`${((each / total) * 100).toFixed(0)} %`,
		]);
}

/** Adds up the time of each part from the first item to the last. */
function sumUp({ nodes, samples, timeDeltas }: Profile) {
	const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
	const parents = new Map(
		nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
	);
	const stackOf = (id?: number): Stack =>
		id === undefined ? [] : [frames.get(id)!, ...stackOf(parents.get(id))];
	const stacks = new Map(nodes.map(({ id }) => [id, stackOf(id)]));
	const first = samples.findIndex((id) => isIn(stacks.get(id)!, 'routing-node.js', 'runNode'));
	const last = samples.map((id) => isIn(stacks.get(id)!, 'routing-node.js')).lastIndexOf(true);

	const micros = new Map<string, number>();
	for (let index = first; index <= last; index++) {
		const name = partOf(stacks.get(samples[index])!);
		micros.set(name, (micros.get(name) ?? 0) + timeDeltas[index]);
	}
	return { micros, total: [...micros.values()].reduce((sum, each) => sum + each, 0) };
}

function partOf(stack: Stack): string {
	const [{ functionName }] = stack;
	if (functionName === '(idle)') return 'waiting for the server and the database';
	if (functionName === '(garbage collector)') return 'garbage collection';
	// What Node itself does counts for its caller.
	const caller = stack.find(({ url }) => url !== '' && !url.startsWith('node:'));
	if (caller && isOurs(caller))
		return '**ours**: the functions of this package, and what they call in Node';
	if (stack.some(isOurs) && isIn(stack, '', 'getNodeParameter'))
		return 'n8n: parameters evaluated when this node reads them (`getNodeParameter`)';
	const part = PARTS.find(([, file, name]) => isIn(stack, file, name));
	if (!part) return 'n8n and Node: the rest';
	const [what, ...places] = part;
	return `n8n: ${what} (${places.map((place) => `\`${place}\``).join(', ')})`;
}
