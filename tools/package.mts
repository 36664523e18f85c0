import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { N8N_FOLDER, ROOT } from './common.mjs';
import { npm } from './npm.mjs';

const SOURCE_FOLDERS = ['credentials', 'icons', 'nodes'];
const SOURCE_FILES = ['gulpfile.js', 'index.js', 'package.json', 'tsconfig.json'];

/**
 * Builds and packs this package and unpacks it in an n8n user folder, where n8n 2.41 puts a community
 * package. Does nothing if what is there was made from the same sources.
 */
export async function installPackage(home: string, n8nFolder = N8N_FOLDER) {
	const stamp = join(home, 'built-from.txt');
	const sources = await hashSources();
	if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === sources) return;

	await npm(['run', 'build'], { cwd: ROOT });
	await installBuilt(ROOT, home, n8nFolder);
	await writeFile(stamp, sources);
}

/** Packs a checkout that has been built and unpacks it in an n8n user folder. */
export async function installBuilt(checkout: string, home: string, n8nFolder = N8N_FOLDER) {
	const nodes = nodesFolder(home);
	const folder = installedPackage(home);
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	const tarball = await pack(checkout, nodes);
	await promisify(execFile)('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
	await rm(tarball);

	const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
	const manifest = { name: 'installed-nodes', private: true, dependencies: { [name]: version } };
	await writeFile(join(nodes, 'package.json'), JSON.stringify(manifest, null, 2));
	await shareWorkflowPackage(nodes, n8nFolder);
}

/** Packs a checkout that has been built; returns the path of the tarball. */
export async function pack(checkout: string, destination: string) {
	const args = ['pack', '--silent', '--pack-destination', destination];
	const printed = await npm(args, { cwd: checkout });
	return join(destination, printed.trim());
}

/** Where an n8n user folder holds the installed package. */
export function installedPackage(home: string) {
	return join(nodesFolder(home), 'node_modules', 'n8n-nodes-wolkvox');
}

function nodesFolder(home: string) {
	return join(home, '.n8n', 'nodes');
}

async function hashSources() {
	const nested = SOURCE_FOLDERS.flatMap((folder) =>
		readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map((entry) => join(entry.parentPath, entry.name)),
	);
	const hash = createHash('sha256');
	for (const path of [...SOURCE_FILES.map((file) => join(ROOT, file)), ...nested.sort()]) {
		hash.update(`${path}\0`).update(await readFile(path));
	}
	return hash.digest('hex');
}

/**
 * Lets the package find n8n's own copy of n8n-workflow, as it does in a usual installation; inside this
 * repository it would otherwise find the one of our tools.
 */
async function shareWorkflowPackage(nodes: string, n8nFolder: string) {
	const link = join(nodes, 'node_modules', 'n8n-workflow');
	await rm(link, { recursive: true, force: true });
	await symlink(join(n8nFolder, 'node_modules', 'n8n-workflow'), link, 'junction');
}
