import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { N8N_FOLDER, npm, ROOT } from './tools.cjs';

const SOURCES = [
	'credentials',
	'nodes',
	'icons',
	'gulpfile.js',
	'index.js',
	'package.json',
	'tsconfig.json',
];
const NPM_INSTALL = [
	'install',
	'--audit=false',
	'--fund=false',
	'--bin-links=false',
	'--install-strategy=shallow',
	'--ignore-scripts=true',
	'--package-lock=false',
];

/**
 * Builds and packs this package and installs it in an n8n user folder the way n8n 2.41 installs a
 * community package: unpacked into `nodes/node_modules`, without its dev, peer and optional
 * dependencies. Does nothing when what is there was made from the same sources.
 */
export async function installPackage(home: string, n8nFolder = N8N_FOLDER) {
	const nodes = join(home, '.n8n', 'nodes');
	const stamp = join(nodes, 'built-from.txt');
	const sources = await hashSources();
	if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === sources) return;

	await mkdir(nodes, { recursive: true });
	const tarball = await pack(nodes);
	await unpack(tarball, nodes);
	await shareWorkflowPackage(nodes, n8nFolder);
	await writeFile(stamp, sources);
}

async function hashSources() {
	const hash = createHash('sha256');
	for (const path of (await Promise.all(SOURCES.map(filesUnder))).flat()) {
		hash
			.update(path)
			.update('\0')
			.update(await readFile(join(ROOT, path)));
	}
	return hash.digest('hex');
}

async function filesUnder(path: string): Promise<string[]> {
	if (!existsSync(join(ROOT, path))) return [];
	const entries = await readdir(join(ROOT, path), { withFileTypes: true }).catch(() => undefined);
	if (!entries) return [path];
	const nested = entries.map((entry) => filesUnder(join(path, entry.name)));
	return (await Promise.all(nested)).flat().sort();
}

async function pack(destination: string) {
	await npm(['run', 'build'], { cwd: ROOT });
	const output = await npm(['pack', '--silent', '--pack-destination', destination], { cwd: ROOT });
	return join(destination, output.trim().split('\n').at(-1) as string);
}

async function unpack(tarball: string, nodes: string) {
	const { name, version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
	const folder = join(nodes, 'node_modules', name);
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	await promisify(execFile)('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
	await rm(tarball);

	const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
	for (const kind of ['devDependencies', 'peerDependencies', 'optionalDependencies']) {
		delete manifest[kind];
	}
	await writeJson(join(folder, 'package.json'), manifest);
	await npm(NPM_INSTALL, { cwd: folder });
	await writeJson(join(nodes, 'package.json'), {
		name: 'installed-nodes',
		private: true,
		dependencies: { [name]: version },
	});
}

/**
 * Lets the package find n8n's own copy of n8n-workflow, as it does in a usual installation;
 * from inside this repository it would find the one of our tools first.
 */
async function shareWorkflowPackage(nodes: string, n8nFolder: string) {
	const link = join(nodes, 'node_modules', 'n8n-workflow');
	await rm(link, { recursive: true, force: true });
	await symlink(join(n8nFolder, 'node_modules', 'n8n-workflow'), link, 'junction');
}

async function writeJson(path: string, value: unknown) {
	await writeFile(path, JSON.stringify(value, null, 2));
}
