import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { N8N_FOLDER, ROOT, Trouble, nodeForN8n, nodePackage, npm, step } from './tools.cjs';

const GIGABYTES_NEEDED = 5;
const SQLITE = 'node_modules/sqlite3/build/Release/node_sqlite3.node';

/** Installs what is missing and gives the path of the Node.js that n8n runs on. */
export async function install() {
	const missing = [ROOT, N8N_FOLDER].filter((folder) => !isInstalled(folder));
	if (missing.length > 0) await checkFirst();
	if (missing.includes(ROOT)) {
		await step("Installing this package's tools (about a minute)", () => npmCi(ROOT));
	}
	if (missing.includes(N8N_FOLDER)) {
		await step(`Installing n8n ${n8nVersion()} (about three minutes)`, () => npmCi(N8N_FOLDER));
	}
	const node = nodeForN8n();
	await addSqlite(N8N_FOLDER, node);
	return node;
}

/** Builds SQLite for the n8n of this folder, unless it is there. */
export async function addSqlite(folder, node) {
	if (existsSync(join(folder, SQLITE))) return;
	await step('Building SQLite for n8n (about a minute)', () => buildSqlite(folder, node));
}

async function checkFirst() {
	await step('Checking npm and the disk', async () => {
		const { bavail, bsize } = await statfs(ROOT);
		const gigabytes = (bavail * bsize) / 1e9;
		if (gigabytes < GIGABYTES_NEEDED) {
			throw new Trouble(
				`n8n and the tools need ${GIGABYTES_NEEDED} GB on this disk, and ${gigabytes.toFixed(1)} GB are free.`,
			);
		}
		// One quick question shows at once what an install would show after minutes of tries.
		await npm(['view', `n8n@${n8nVersion()}`, 'version', '--fetch-retries=0'], { cwd: ROOT });
	});
}

/** Whether the folder holds what its lockfile says; npm notes at the end of an install what it did. */
function isInstalled(folder) {
	const installed = packagesOf(join(folder, 'node_modules/.package-lock.json'));
	const wanted = packagesOf(join(folder, 'package-lock.json'));
	return Object.entries(wanted).every(
		([path, { version, optional, devOptional }]) =>
			path === '' || optional || devOptional || installed[path]?.version === version,
	);
}

function packagesOf(lockfile) {
	if (!existsSync(lockfile)) return {};
	return JSON.parse(readFileSync(lockfile, 'utf8')).packages;
}

/** Installs what the lockfile of this folder says. */
export function npmCi(folder) {
	return npm(['ci', '--no-audit', '--no-fund'], { cwd: folder });
}

function n8nVersion() {
	return JSON.parse(readFileSync(join(N8N_FOLDER, 'package.json'), 'utf8')).dependencies.n8n;
}

async function buildSqlite(folder, node) {
	const env = { PATH: [dirname(node), process.env.PATH].join(delimiter), ...headers() };
	const built = npm(['rebuild', 'sqlite3', '--ignore-scripts=false'], { cwd: folder, env });
	await built.catch(() => undefined);
	if (!existsSync(join(folder, SQLITE))) {
		throw new Trouble(
			'SQLite for n8n could not be built, which takes a C++ compiler, make and Python 3. Install them and run it again; .sandbox/npm.log tells more.',
		);
	}
}

/** Spares node-gyp the download of headers; SQLite's interface to Node.js is the same in all of them. */
function headers() {
	const folder = nodePackage();
	const hasHeaders = folder && existsSync(join(folder, 'include', 'node', 'node_api.h'));
	return hasHeaders ? { npm_config_nodedir: folder } : {};
}
