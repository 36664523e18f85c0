import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

import { ROOT } from '../sandbox/tools.cjs';
import { between, table } from '../test/support/markdown.mts';
import {
	numbered,
	PROFILES,
	publish,
	ROUNDS,
	splitOut,
	start,
	stop,
	timed,
	updater,
} from './bed.mts';
import { compareMemory, compareThroughput } from './files.mts';
import { compareItems, compareSizes, compareSlow } from './items.mts';
import { measurePackage } from './package.mts';
import { partsOf } from './profile.mts';

const PROFILED = 3000;

/** What is measured, by the name that picks it; each gives rows of the table. */
const PARTS: Record<string, () => string[][] | Promise<string[][]>> = {
	items: compareItems,
	slow: compareSlow,
	scale: compareSizes,
	throughput: compareThroughput,
	memory: compareMemory,
	start: measurePackage,
};

const only = process.argv[2];

async function main() {
	const isProfile = only === 'profile';
	try {
		await start(isProfile ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${PROFILES}` } : {});
		if (isProfile) await runProfiled();
		else report(await measure());
	} finally {
		await stop();
	}
	// n8n writes its profile when it ends.
	if (isProfile) reportProfile();
}

async function measure(): Promise<string[][]> {
	const rows: string[][] = [];
	for (const [name, part] of Object.entries(PARTS)) {
		if (only === undefined || only === name) rows.push(...(await part()));
	}
	return rows;
}

async function runProfiled() {
	await timed(await publish('Bench node', [splitOut, updater('node')]), numbered(PROFILED));
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

function report(rows: string[][]) {
	const text = table(['work', 'measured: median (least to most)', 'must', 'goal'], rows);
	console.log(`\n${text}`);
	if (only !== undefined) return;
	write(
		'measured',
		`Written by \`npm run bench\`: one real n8n, the nodes in turn, ${ROUNDS} rounds (${2 * ROUNDS} of 600 items) after one to warm up. Ratios are taken round by round. Machine: ${machine()}.\n\n${text}`,
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
