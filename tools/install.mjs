import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { N8N_FOLDER, N8N_VERSION, ROOT, step, UserFacingError } from './common.mjs';
import { nodeForN8n, nodePackage } from './node24.mjs';
import { npm } from './npm.mjs';

const GIGABYTES_NEEDED = 5;
const SQLITE = 'node_modules/sqlite3/build/Release/node_sqlite3.node';

/** Installs what is missing of this package's tools, n8n, and the Node.js that n8n runs on. */
export async function install() {
	checkNode();
	const missing = [ROOT, N8N_FOLDER].filter((folder) => !isInstalled(folder));
	if (missing.length > 0) await step('Checking npm and the disk space', checkNpmAndDisk);
	if (missing.includes(ROOT)) {
		await step("Installing this package's tools (about a minute)", () => npmCi(ROOT));
	}
	if (missing.includes(N8N_FOLDER)) {
		await step(`Installing n8n ${N8N_VERSION} (about three minutes)`, () => npmCi(N8N_FOLDER));
	}
	await addSqlite(N8N_FOLDER);
}

/**
 * Builds SQLite for the n8n in this folder, unless it is there.
 * @param {string} folder
 */
export async function addSqlite(folder) {
	if (existsSync(join(folder, SQLITE))) return;
	await step('Building SQLite for n8n (about a minute)', () => buildSqlite(folder));
}

function checkNode() {
	const [major, minor] = process.versions.node.split('.').map(Number);
	if (major < 20 || (major === 20 && minor < 15))
		throw new UserFacingError('This needs Node.js 20.15 or later.');
}

async function checkNpmAndDisk() {
	const { bavail, bsize } = await statfs(ROOT);
	const gigabytes = (bavail * bsize) / 1e9;
	if (gigabytes < GIGABYTES_NEEDED) {
		throw new UserFacingError(
			`n8n and the tools need ${GIGABYTES_NEEDED} GB on this disk; only ${gigabytes.toFixed(1)} GB are free.`,
		);
	}
	// One quick request fails at once where an install would fail after minutes of retries.
	await npm(['view', `n8n@${N8N_VERSION}`, 'version', '--fetch-retries=0'], { cwd: ROOT });
}

/** Whether the folder holds what its lockfile lists; npm records at the end of an install what it did. */
function isInstalled(folder) {
	const installed = packagesOf(join(folder, 'node_modules/.package-lock.json'));
	const wanted = packagesOf(join(folder, 'package-lock.json'));
	return Object.entries(wanted).every(
		([path, { version, optional, devOptional }]) =>
			path === '' || optional || devOptional || installed[path]?.version === version,
	);
}

function packagesOf(lockfile) {
	return existsSync(lockfile) ? JSON.parse(readFileSync(lockfile, 'utf8')).packages : {};
}

function npmCi(folder) {
	return npm(['ci', '--no-audit', '--no-fund'], { cwd: folder });
}

async function buildSqlite(folder) {
	const env = {
		PATH: [dirname(nodeForN8n()), process.env.PATH].join(delimiter),
		...nodeHeaders(),
	};
	const built = npm(['rebuild', 'sqlite3', '--ignore-scripts=false'], { cwd: folder, env });
	await built.catch(() => undefined);
	if (!existsSync(join(folder, SQLITE))) {
		throw new UserFacingError(
			'SQLite for n8n could not be built. That needs a C++ compiler, make and Python 3: install them, then try again. See .sandbox/npm.log for details.',
		);
	}
}

/** Saves node-gyp the download of headers; SQLite's interface to Node.js is the same in every version. */
function nodeHeaders() {
	const folder = nodePackage();
	const hasHeaders = folder && existsSync(join(folder, 'include', 'node', 'node_api.h'));
	return hasHeaders ? { npm_config_nodedir: folder } : {};
}
