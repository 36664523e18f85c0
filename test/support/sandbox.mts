import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { startStandIn, type StandIn, type StandInOptions } from '../../sandbox/standin.mts';
import { RUN_FOLDER } from '../../tools/common.mjs';
import { install } from '../../tools/install.mjs';
import { startN8n, type N8n } from '../../tools/n8n.mts';
import { installPackage } from '../../tools/package.mts';
import { freePort } from '../../tools/ports.mts';

export interface SandboxOptions {
	/** Where n8n is installed; by default the n8n of `npm start`. */
	n8nFolder?: string;
	/** Name of its folder under `.sandbox/`. */
	name: string;
	standIn?: StandInOptions;
	/** Settings of n8n in addition to the usual ones. */
	env?: Record<string, string>;
}

export interface Sandbox {
	n8n: N8n;
	standIn: StandIn;
	/** n8n's user folder. */
	home: string;
	stop(): Promise<void>;
}

/** A real n8n without data of earlier runs. Installs and builds what is missing, which can take minutes. */
export async function startFreshSandbox(options: SandboxOptions): Promise<Sandbox> {
	await install();
	rmSync(join(RUN_FOLDER, options.name), { recursive: true, force: true });
	return await startSandbox(options);
}

/** A real n8n with this package installed in it, with the data of its last run, and a stand-in for Wolkvox. */
export async function startSandbox({
	n8nFolder,
	name,
	standIn: standInOptions,
	env,
}: SandboxOptions): Promise<Sandbox> {
	const home = join(RUN_FOLDER, name);
	mkdirSync(home, { recursive: true });
	await installPackage(home, n8nFolder);
	const logFile = join(RUN_FOLDER, `${name}.log`);
	const n8n = await startN8n({ n8nFolder, home, logFile, port: await freePort(), env });
	const standIn = await startStandIn(standInOptions);
	const stop = async () => {
		await n8n.stop();
		await standIn.close();
	};
	return { n8n, standIn, home, stop };
}
