// `npm run bench`: what the node costs compared with an empty node and with the HTTP Request node.
// `npm run bench items` measures one part, `npm run bench profile` shows where the time goes, and
// `npm run bench items --against <folder>` compares with the package of another built checkout.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { exitWithError, N8N_VERSION, ROOT, UserFacingError } from '../tools/common.mjs';
import { between, table } from '../test/support/markdown.mts';
import { FILES, HOME, ROUNDS, startServer, type Server } from './harness.mts';
import {
	compareCreate,
	compareItems,
	comparePackages,
	compareSizes,
	compareSlow,
	SHORT_ROUNDS,
} from './items.mts';
import { compareMemory } from './memory.mts';
import { measurePackage } from './package.mts';
import { profile, PROFILED_ITEMS } from './profile.mts';
import { compareSearches } from './searches.mts';
import type { Row } from './stats.mts';
import { compareThroughput } from './throughput.mts';

/** What is measured, by name; each returns rows of the table. */
const PARTS: Record<string, (server: Server) => Promise<Row[]>> = {
	items: compareItems,
	create: compareCreate,
	search: compareSearches,
	slow: compareSlow,
	scale: compareSizes,
	throughput: compareThroughput,
	memory: compareMemory,
	package: measurePackage,
};

main().catch(exitWithError);

async function main() {
	// npm drops the name of an option that it does not know, and keeps its value.
	const [part, checkout] = process.argv.slice(2).filter((argument) => argument !== '--against');
	if (part && part !== 'profile' && !(part in PARTS)) {
		throw new UserFacingError(`Choose from ${Object.keys(PARTS).join(', ')} and profile.`);
	}
	if (checkout && part !== 'items') {
		throw new UserFacingError('Usage: npm run bench items --against <folder>');
	}
	rmSync(HOME, { recursive: true, force: true });
	mkdirSync(FILES, { recursive: true });
	const server = await startServer();
	try {
		if (part === 'profile') await writeProfile(server);
		else if (checkout) print(await comparePackages(server, resolve(checkout)));
		else if (part) print(await PARTS[part](server));
		else await measureAll(server);
	} finally {
		server.stop();
	}
}

async function measureAll(server: Server) {
	const rows: Row[] = [];
	for (const measure of Object.values(PARTS)) rows.push(...(await measure(server)));
	const machine = `${cpus().length} cores (${cpus()[0].model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, n8n ${N8N_VERSION}, binary data in the file system`;
	write(
		'measured',
		`Written by \`npm run bench\`: a real n8n, the nodes in turn, ${ROUNDS} rounds (${SHORT_ROUNDS} of 600 items with an instant server) after a warm-up round. Ratios are calculated per round. Machine: ${machine}.`,
		print(rows),
	);
}

async function writeProfile(server: Server) {
	const how = `${PROFILED_ITEMS.toLocaleString('en')} items with two expressions each, 20 at a time, an instant server`;
	const parts = table(['part', 'ms per item', 'share'], await profile(server));
	console.log(`\n${parts}`);
	write(
		'profile',
		`Written by \`npm run bench profile\`: n8n under \`node --cpu-prof\`, ${how}. Profiling slows n8n down; only the shares matter.`,
		parts,
	);
}

function print(rows: Row[]) {
	const text = table(['work', 'measured: median (range)'], rows);
	console.log(`\n${text}`);
	return text;
}

/** Writes between the marks of that name in docs/performance.md. */
function write(mark: string, explanation: string, text: string) {
	const path = join(ROOT, 'docs', 'performance.md');
	writeFileSync(path, between(readFileSync(path, 'utf8'), mark, `${explanation}\n\n${text}`));
}
