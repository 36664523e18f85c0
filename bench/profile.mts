import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOME, withN8n, type Server } from './harness.mts';
import { splitOut } from './nodes.mts';

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
const includes = (file: string, name?: string) => (stack: Stack) =>
	stack.some(
		({ url, functionName }) => url.includes(file) && (name === undefined || functionName === name),
	);
const isRouting = includes('routing-node.js');

/** Whose time a sample is: the first line that matches its stack. */
const PARTS: Array<[string, (stack: Stack) => boolean]> = [
	[
		'n8n: evaluation when this node reads its parameters (`getNodeParameter`)',
		(stack) => stack.some(isOurs) && includes('', 'getNodeParameter')(stack),
	],
	[
		'n8n: evaluation of all parameters again for the base URL (`routing-node.js`, `resolveBaseUrl`)',
		includes('routing-node.js', 'resolveBaseUrl'),
	],
	[
		'n8n: evaluation of parameters and defaults (`routing-node.js`, `runNode`, `getParameterValue`)',
		includes('routing-node.js', 'getParameterValue'),
	],
	[
		'n8n: routing of each property (`routing-node.js`, `getRequestOptionsFromParameters`)',
		includes('routing-node.js', 'getRequestOptionsFromParameters'),
	],
	[
		'n8n: the credential for each request (`_getCredentials`, query and decryption)',
		includes('node-execution-context.js', '_getCredentials'),
	],
	[
		'n8n: the credential for each request (`credentials-helper.js`)',
		includes('credentials-helper.js'),
	],
	['n8n: agents for each request (`node-agents`, `buildNodeAgents`)', includes('node-agents')],
	['n8n: HTTP (axios)', includes('/axios/')],
	['n8n: HTTP (backend-network)', includes('backend-network')],
	['n8n: the rest of `routing-node.js`', isRouting],
];

/** Where the time of a run goes: the milliseconds and the share of each part, per item. */
export async function profile(server: Server): Promise<string[][]> {
	const env = { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${PROFILES}` };
	await withN8n(server, { env }, async (bench) => {
		const update = { kind: 'node', options: { maxConcurrent: 20 } } as const;
		await (await bench.publish('Bench profile', [splitOut], update)).run(PROFILED_ITEMS);
	});
	// n8n writes its profile when it ends; that of its task runner is smaller.
	const [text] = readdirSync(PROFILES)
		.map((name) => readFileSync(join(PROFILES, name), 'utf8'))
		.sort((a, b) => b.length - a.length);
	return partsOf(JSON.parse(text));
}

/** Only looks at the time from the first item to the last. */
function partsOf({ nodes, samples, timeDeltas }: Profile): string[][] {
	const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
	const parents = new Map(
		nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
	);
	const stackOf = (id?: number): Stack =>
		id === undefined ? [] : [frames.get(id)!, ...stackOf(parents.get(id))];
	const stacks = new Map(nodes.map(({ id }) => [id, stackOf(id)]));
	const inRun = samples.map((id) => isRouting(stacks.get(id)!));

	const micros = new Map<string, number>();
	for (let index = inRun.indexOf(true); index <= inRun.lastIndexOf(true); index++) {
		const part = partOf(stacks.get(samples[index])!);
		micros.set(part, (micros.get(part) ?? 0) + timeDeltas[index]);
	}
	const total = [...micros.values()].reduce((sum, each) => sum + each, 0);
	return [...micros]
		.sort(([, a], [, b]) => b - a)
		.map(([part, each]) => [
			part,
			(each / 1000 / PROFILED_ITEMS).toFixed(3),
			`${((each / total) * 100).toFixed(0)} %`,
		]);
}

function partOf(stack: Stack): string {
	const [{ functionName }] = stack;
	if (functionName === '(idle)') return 'waiting for the server and the database';
	if (functionName === '(garbage collector)') return 'garbage collection';
	// What Node itself does counts for its caller.
	const caller = stack.find(({ url }) => url !== '' && !url.startsWith('node:'));
	if (caller && isOurs(caller))
		return '**ours**: the functions of this package, and what they call in Node';
	return PARTS.find(([, matches]) => matches(stack))?.[0] ?? 'n8n and Node: the rest';
}
