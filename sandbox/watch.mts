import { cpSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { npm } from './npm.cjs';
import { installedPackage } from './package.mts';
import { ROOT } from './tools.cjs';

const WATCHED = ['credentials', 'icons', 'nodes'];
const QUIET_MS = 200;

/**
 * Builds the package after each change and copies it over the installed one, where an n8n that runs
 * with N8N_DEV_RELOAD notices it. Reload the editor's page to see new fields.
 */
export function watchSources(home: string) {
	let latest = 0;
	const rebuild = async () => {
		const change = ++latest;
		await sleep(QUIET_MS);
		if (change !== latest) return;
		const time = new Date().toLocaleTimeString();
		try {
			await npm(['run', 'build'], { cwd: ROOT });
			cpSync(join(ROOT, 'dist'), join(installedPackage(home), 'dist'), { recursive: true });
			console.log(`${time} Built and copied to n8n.`);
		} catch (error) {
			console.log(`${time} The build failed: ${(error as Error).message}`);
		}
	};
	for (const folder of WATCHED)
		watch(join(ROOT, folder), { recursive: true }, () => void rebuild());
	console.log(`\nWatching ${WATCHED.join(', ')}: n8n gets each change.`);
}
