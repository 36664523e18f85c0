import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addSqlite } from '../../tools/install.mjs';
import { npm } from '../../tools/npm.mjs';
import { N8N_FOLDER, N8N_VERSION, RUN_FOLDER, step } from '../../tools/common.mjs';

/** What is installed for each older version: all of n8n, or only its engine. */
const OLDER: Record<string, Record<string, string>> = {
	'1.123.81': { n8n: '1.123.81' },
	'2.8.4': { 'n8n-core': '2.8.1', 'n8n-workflow': '2.8.0', '@n8n/di': '0.10.0' },
	'2.20.12': { n8n: '2.20.12' },
	'2.30.8': { 'n8n-core': '2.30.4', 'n8n-workflow': '2.30.2', '@n8n/di': '0.14.0' },
};

/** The newest msgpackr-extract lacks some platforms, and n8n takes xlsx from outside the registry. */
const OVERRIDES = { 'msgpackr-extract': '3.0.4', xlsx: '0.18.5' };

/** The tested versions of n8n, from old to new. */
export const VERSIONS = [...Object.keys(OLDER), N8N_VERSION];

/** Whether all of n8n is installed for this version, and not only its engine. */
export function isFull(version: string) {
	return version === N8N_VERSION || 'n8n' in OLDER[version];
}

/** Installs a version of n8n, if it is missing, and returns its folder. */
export async function installVersion(version: string) {
	if (version === N8N_VERSION) return N8N_FOLDER;
	const folder = join(RUN_FOLDER, 'compat', version);
	await step(`Installing n8n ${version} (some minutes at first)`, () =>
		ensureInstalled(version, folder),
	);
	if (isFull(version)) await addSqlite(folder);
	return folder;
}

async function ensureInstalled(version: string, folder: string) {
	const dependencies = { ...OLDER[version], 'reflect-metadata': '0.2.2' };
	const manifest = JSON.stringify({ private: true, dependencies, overrides: OVERRIDES });
	// Written at the end, so an install that was interrupted starts again.
	const stamp = join(folder, 'node_modules', '.installed.json');
	if (existsSync(stamp) && readFileSync(stamp, 'utf8') === manifest) return;
	mkdirSync(folder, { recursive: true });
	cpSync(join(N8N_FOLDER, '.npmrc'), join(folder, '.npmrc'));
	writeFileSync(join(folder, 'package.json'), manifest);
	await npm(['install', '--no-package-lock', '--no-audit', '--no-fund'], { cwd: folder });
	writeFileSync(stamp, manifest);
}
