import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addSqlite, npmCi } from '../../sandbox/install.mjs';
import { N8N_FOLDER, RUN_FOLDER, step } from '../../sandbox/tools.cjs';

const NEWEST: string = manifestOf(N8N_FOLDER).dependencies.n8n;
const OLDER = readdirSync(import.meta.dirname).filter((name) => /^\d/.test(name));

/** The versions of n8n, from old to new: those that have a folder here, and that of the sandbox. */
export const VERSIONS = [...OLDER, NEWEST].sort((a, b) =>
	a.localeCompare(b, 'en', { numeric: true }),
);

/** Whether all of n8n is installed for this version, and not only its engine. */
export function isFull(version: string) {
	return 'n8n' in manifestOf(sourceOf(version)).dependencies;
}

/** Installs a version of n8n, if it is missing, and gives its folder. */
export async function installVersion(version: string) {
	if (version === NEWEST) return N8N_FOLDER;
	const folder = join(RUN_FOLDER, 'compat', version);
	if (!isInstalled(version, folder)) {
		mkdirSync(folder, { recursive: true });
		for (const name of ['package.json', 'package-lock.json']) {
			cpSync(join(sourceOf(version), name), join(folder, name));
		}
		cpSync(join(N8N_FOLDER, '.npmrc'), join(folder, '.npmrc'));
		await step(`Installing n8n ${version} (some minutes)`, () => npmCi(folder));
	}
	if (isFull(version)) await addSqlite(folder, process.execPath);
	return folder;
}

/** npm empties `node_modules` first, and notes at the end of an install what it did. */
function isInstalled(version: string, folder: string) {
	const lockfiles = [sourceOf(version), folder].map((one) => join(one, 'package-lock.json'));
	if (![...lockfiles, join(folder, 'node_modules/.package-lock.json')].every(existsSync)) {
		return false;
	}
	const [wanted, installed] = lockfiles.map((file) => readFileSync(file, 'utf8'));
	return wanted === installed;
}

function sourceOf(version: string) {
	return version === NEWEST ? N8N_FOLDER : join(import.meta.dirname, version);
}

function manifestOf(folder: string) {
	return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
