import { cpSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { npm, ROOT } from './tools.cjs';

const WATCHED = ['credentials', 'icons', 'nodes'];
const QUIET_MS = 200;

/** Where an n8n user folder holds the installed package. */
function installed(home: string) {
	return join(home, '.n8n', 'nodes', 'node_modules', 'n8n-nodes-wolkvox');
}

/**
 * Builds the package after each change and puts it in place of the installed one, where an n8n that
 * runs with N8N_DEV_RELOAD sees it. Reload the editor's page to see new fields.
 */
export function watchSources(home: string) {
	let latest = 0;
	const rebuild = async () => {
		const change = ++latest;
		await sleep(QUIET_MS);
		if (change !== latest) return;
		try {
			await npm(['run', 'build'], { cwd: ROOT });
			cpSync(join(ROOT, 'dist'), join(installed(home), 'dist'), { recursive: true });
			console.log(`${new Date().toLocaleTimeString()} built and handed to n8n`);
		} catch (error) {
			console.log(`${new Date().toLocaleTimeString()} not built: ${(error as Error).message}`);
		}
	};
	for (const folder of WATCHED)
		watch(join(ROOT, folder), { recursive: true }, () => void rebuild());
	console.log(`\nWatching ${WATCHED.join(', ')}: each change goes to n8n.`);
}
