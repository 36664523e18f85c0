// `npm run test:compat`: the engine tests and the packed package in each version of n8n that people run.
// `npm run test:compat core 2.20` and `npm run test:compat full 1.123` run a part.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { npm } from '../../tools/npm.mjs';
import { exitWithError, ROOT, RUN_FOLDER, step, UserFacingError } from '../../tools/common.mjs';
import { printMatrix, writeMatrix, type Row } from './matrix.mts';
import { isFull, installVersion, VERSIONS } from './versions.mts';

const MINUTE = 60_000;
const JEST = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
const LOGS = join(RUN_FOLDER, 'compat');

main().catch(exitWithError);

async function main() {
	const [part, version = ''] = process.argv.slice(2);
	if (part && !['core', 'full'].includes(part)) {
		throw new UserFacingError('Usage: npm run test:compat [core|full] [version of n8n]');
	}
	const chosen = VERSIONS.filter((one) => `${one}.`.startsWith(version && `${version}.`));
	if (chosen.length === 0) {
		throw new UserFacingError(`Choose from n8n ${VERSIONS.join(', ')}.`);
	}

	mkdirSync(LOGS, { recursive: true });
	await step('Building the node', () => npm(['run', 'build'], { cwd: ROOT }));
	const rows: Row[] = [];
	for (const one of chosen) rows.push(await check(one, part));
	printMatrix(rows);
	if (!part) await writeMatrix(rows);
	const results = rows.flatMap(({ core, full }) => [core, full]);
	if (results.some((result) => result && !result.isGood)) process.exitCode = 1;
}

async function check(version: string, part?: string): Promise<Row> {
	const folder = await installVersion(version);
	const row: Row = { version };
	if (part !== 'full') {
		row.core = await step(`Engine tests in n8n ${version}`, () => testCore(version, folder));
	}
	if (part !== 'core' && isFull(version)) row.full = testFull(version, folder);
	return row;
}

/** Runs the engine tests in the engine of this n8n. */
async function testCore(version: string, folder: string) {
	const results = join(LOGS, `core-${version}.json`);
	const logFile = join(LOGS, `core-${version}.log`);
	await rm(results, { force: true });
	const log = openSync(logFile, 'w');
	const config = join(import.meta.dirname, 'jest.config.cjs');
	const { status } = spawnSync(
		process.execPath,
		[JEST, '--config', config, '--json', '--outputFile', results, '--forceExit'],
		{
			cwd: ROOT,
			env: { ...process.env, COMPAT_VERSION: version, COMPAT_FOLDER: folder },
			stdio: ['ignore', log, log],
			timeout: 15 * MINUTE,
		},
	);
	closeSync(log);
	if (!existsSync(results)) {
		throw new UserFacingError(`The engine tests did not finish: see ${logFile}.`);
	}
	const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests } = JSON.parse(
		await readFile(results, 'utf8'),
	);
	const failed = numFailedTests + numRuntimeErrorTestSuites;
	return {
		counts: `${numPassedTests} passed, ${failed} failed, ${numPendingTests} skipped`,
		isGood: status === 0,
	};
}

/** Installs the packed package in this n8n, in a process that ends with it, and uses it there. */
function testFull(version: string, folder: string) {
	console.log(`The packed package in n8n ${version}:`);
	const { status } = spawnSync(
		process.execPath,
		[...process.execArgv, join(import.meta.dirname, 'full.mts'), folder],
		{
			env: { ...process.env, COMPAT_VERSION: version },
			stdio: 'inherit',
			timeout: 10 * MINUTE,
		},
	);
	return { isGood: status === 0 };
}
