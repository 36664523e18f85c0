import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startN8n, type N8n } from './n8n.mts';
import { installPackage } from './package.mts';
import { startStandIn, type StandIn, type StandInOptions } from './standin.mts';
import { RUN_FOLDER, step } from './tools.cjs';

export interface SandboxOptions {
	/** Where n8n is installed; by default the n8n of the sandbox. */
	n8nFolder?: string;
	/** Name of its folder under `.sandbox/`; the next start finds there what n8n stored. */
	name: string;
	n8nPort?: number;
	standIn?: StandInOptions;
	/** Settings of n8n in addition to those of every sandbox. */
	env?: Record<string, string>;
}

export interface Sandbox {
	n8n: N8n;
	standIn: StandIn;
	stop(): Promise<void>;
}

/** A real n8n with this package installed in it, and a stand-in for Wolkvox next to it. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
	const { n8nFolder, name, env } = options;
	const home = join(RUN_FOLDER, name);
	mkdirSync(home, { recursive: true });
	await step('Installing the node in n8n', () => installPackage(home, n8nFolder));
	const standIn = await startStandIn(options.standIn);
	try {
		const port = options.n8nPort ?? (await freePort());
		const logFile = join(RUN_FOLDER, `${name}.log`);
		const n8n = await step('Starting n8n', () => startN8n({ n8nFolder, home, logFile, port, env }));
		const stop = async () => {
			await n8n.stop();
			await standIn.close();
		};
		return { n8n, standIn, stop };
	} catch (error) {
		await standIn.close();
		throw error;
	}
}
