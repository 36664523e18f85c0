import { cpSync, watch } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../tools/common.mjs';
import { npm } from '../tools/npm.mjs';
import { installedPackage } from '../tools/package.mts';
import type { StandInThread } from './standInThread.mts';

const NODE_FOLDERS = ['credentials', 'icons', 'nodes'];
const QUIET_MS = 200;

/**
 * Builds the package after each change and copies it over the installed one, where an n8n that runs
 * with N8N_DEV_RELOAD notices it. Reload the editor's page to see new fields. Also restarts the stand-in
 * after each change of its own code.
 */
export function watchSources(home: string, standIn: StandInThread) {
	const rebuild = afterChanges('Built and copied to n8n', async () => {
		await npm(['run', 'build'], { cwd: ROOT });
		cpSync(join(ROOT, 'dist'), join(installedPackage(home), 'dist'), { recursive: true });
	});
	const restart = afterChanges('Restarted the stand-in, with its first data', standIn.restart);

	for (const folder of NODE_FOLDERS) watch(join(ROOT, folder), { recursive: true }, rebuild);
	watch(import.meta.dirname, { recursive: true }, (_event, file) => {
		if (file?.startsWith('standin')) restart();
	});
	console.log(`\nWatching ${NODE_FOLDERS.join(', ')} and the stand-in in sandbox.`);
}

/** A function to call at each change: once there are no more changes, it acts, and says how that ended. */
function afterChanges(done: string, act: () => Promise<void>) {
	let timer: NodeJS.Timeout;
	let last = Promise.resolve();
	const run = async () => {
		const time = () => new Date().toLocaleTimeString();
		await act().then(
			() => console.log(`${time()} ${done}.`),
			(error: Error) => console.log(`${time()} This failed: ${error.message}`),
		);
	};
	return () => {
		clearTimeout(timer);
		timer = setTimeout(() => void (last = last.then(run)), QUIET_MS);
	};
}
