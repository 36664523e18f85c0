import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface CallFrame {
	functionName: string;
	url: string;
}

interface Profile {
	nodes: Array<{ id: number; callFrame: CallFrame; children?: number[] }>;
	samples: number[];
	timeDeltas: number[];
}

const isOurs = ({ url }: CallFrame) => url.includes('n8n-nodes-wolkvox/dist/');
const isIn = (file: string, name?: string) => (frame: CallFrame) =>
	frame.url.includes(file) && (name === undefined || frame.functionName === name);

/** Whose time a sample is: the first line whose frame is on the stack. */
const PARTS: Array<[string, (frame: CallFrame) => boolean]> = [
	[
		'n8n: evaluation for our one reading (`getNodeParameter`, called by `readUpdate`)',
		isIn('resources/case/read.js'),
	],
	[
		'n8n: evaluation of all parameters again for the base URL (`routing-node.js`, `resolveBaseUrl`)',
		isIn('routing-node.js', 'resolveBaseUrl'),
	],
	[
		'n8n: evaluation of parameters and defaults (`routing-node.js`, `runNode`, `getParameterValue`)',
		isIn('routing-node.js', 'getParameterValue'),
	],
	[
		'n8n: routing of each property (`routing-node.js`, `getRequestOptionsFromParameters`)',
		isIn('routing-node.js', 'getRequestOptionsFromParameters'),
	],
	[
		'n8n: the credential for each request (`_getCredentials`, query and decryption)',
		isIn('node-execution-context.js', '_getCredentials'),
	],
	['n8n: the credential for each request (`credentials-helper.js`)', isIn('credentials-helper.js')],
	['n8n: agents for each request (`node-agents`, `buildNodeAgents`)', isIn('node-agents')],
	['n8n: HTTP (axios)', isIn('/axios/')],
	['n8n: HTTP (backend-network)', isIn('backend-network')],
	['n8n: the rest of `routing-node.js`', isIn('routing-node.js')],
];

/**
 * Where the time of a run goes, from what `--cpu-prof` wrote: milliseconds of work per item, by part.
 * Only the stretch from the first item's turn to the last one's is looked at.
 */
export function partsOf(folder: string, items: number): string[][] {
	const file = readdirSync(folder)
		.map((name) => join(folder, name))
		.sort((a, b) => readFileSync(b).length - readFileSync(a).length)[0];
	const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as Profile;
	const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
	const parents = new Map(
		nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
	);

	const stackOf = (id: number) => {
		const stack: CallFrame[] = [];
		for (let at: number | undefined = id; at !== undefined; at = parents.get(at))
			stack.push(frames.get(at)!);
		return stack;
	};
	const stacks = new Map(nodes.map(({ id }) => [id, stackOf(id)]));
	const inRun = samples.map((id) => stacks.get(id)!.some(isIn('transport/turn.js', 'takeTurn')));
	const [first, last] = [inRun.indexOf(true), inRun.lastIndexOf(true)];

	const micros = new Map<string, number>();
	for (let index = first; index <= last; index++) {
		const part = partOf(stacks.get(samples[index])!);
		micros.set(part, (micros.get(part) ?? 0) + timeDeltas[index]);
	}
	const total = [...micros.values()].reduce((sum, each) => sum + each, 0);
	return [...micros]
		.sort(([, a], [, b]) => b - a)
		.map(([part, each]) => [
			part,
			(each / 1000 / items).toFixed(3),
			`${((each / total) * 100).toFixed(0)} %`,
		]);
}

function partOf(stack: CallFrame[]): string {
	const [leaf] = stack;
	// What Node itself does counts for whoever asked for it.
	const caller = stack.find(({ url }) => url !== '' && !url.startsWith('node:'));
	if (leaf.functionName === '(idle)') return 'waiting for the server and the database';
	if (leaf.functionName === '(garbage collector)') return 'garbage collection';
	if (caller && isOurs(caller))
		return '**ours**: all functions of this package, and what of Node they call';
	return PARTS.find(([, matches]) => stack.some(matches))?.[0] ?? 'n8n and Node: the rest';
}
