import { execFileSync } from 'node:child_process';
import { npm } from '../tools/npm.mjs';
import { ROOT } from '../tools/common.mjs';
import { HOME } from './harness.mts';
import { median, type Row } from './stats.mts';

const SCRIPT = `
	require('reflect-metadata');
	const { PackageDirectoryLoader } = require('n8n-core');
	const started = performance.now();
	new PackageDirectoryLoader(${JSON.stringify(ROOT)}).loadAll().then(() => console.log(performance.now() - started));`;

/** How long n8n's own loader needs for the package, in a fresh process that has loaded n8n-core, and what npm downloads. */
export async function measurePackage(): Promise<Row[]> {
	await npm(['run', 'build'], { cwd: ROOT });
	const env = { ...process.env, N8N_USER_FOLDER: HOME, N8N_LOG_LEVEL: 'silent' };
	const load = () => execFileSync(process.execPath, ['-e', SCRIPT], { cwd: ROOT, env });
	const times = Array.from({ length: 7 }, () => Number(load().toString()));
	const [{ size }] = JSON.parse(await npm(['pack', '--dry-run', '--json'], { cwd: ROOT }));
	return [
		["time the package adds to n8n's start", `${median(times).toFixed(0)} ms`],
		['packed size', `${(size / 1000).toFixed(1)} kB`],
	];
}
