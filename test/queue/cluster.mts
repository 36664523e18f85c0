import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startN8n, startWorker, type N8n, type N8nProcess } from '../../tools/n8n.mts';
import { freePort } from '../../tools/ports.mts';
import { installPackage } from '../../tools/package.mts';
import { RUN_FOLDER, step } from '../../tools/common.mjs';

export interface Worker extends N8nProcess {
	/** The executions it has started and not finished, according to its log. */
	active(): string[];
}

export interface Cluster {
	main: N8n;
	workers: Worker[];
	stop(): Promise<void>;
}

export interface ClusterOptions {
	workers: number;
	concurrency: number;
	/** Settings that all processes share. */
	env: Record<string, string>;
}

/** One main process and its workers, each with its own user folder and the package installed in it. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
	const { workers, concurrency } = options;
	const folder = join(RUN_FOLDER, 'queue');
	await rm(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const shared = {
		...options.env,
		EXECUTIONS_MODE: 'queue',
		N8N_ENCRYPTION_KEY: randomBytes(24).toString('base64'),
	};
	const started: N8nProcess[] = [];
	const stop = async () => {
		for (const one of started.reverse()) await one.stop();
	};
	const prepare = async (name: string) => {
		const home = join(folder, name);
		await installPackage(home);
		return { home, logFile: join(folder, `${name}.log`), port: await freePort(), env: shared };
	};
	const addMain = async () => {
		const main = await startN8n(await prepare('main'));
		started.push(main);
		return main;
	};
	const addWorker = async (name: string): Promise<Worker> => {
		const settings = await prepare(name);
		const worker = await startWorker(settings, concurrency);
		started.push(worker);
		return { ...worker, active: () => activeIn(settings.logFile) };
	};
	try {
		const main = await step('Starting the main process', addMain);
		const names = Array.from({ length: workers }, (_, index) => `worker-${index + 1}`);
		const all: Worker[] = [];
		for (const name of names) all.push(await step(`Starting ${name}`, () => addWorker(name)));
		return { main, workers: all, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

function activeIn(logFile: string) {
	const log = readFileSync(logFile, 'utf8');
	const ids = (what: string) =>
		[...log.matchAll(new RegExp(`Worker ${what} execution (\\d+)`, 'g'))].map(([, id]) => id);
	const finished = new Set(ids('finished'));
	return ids('started').filter((id) => !finished.has(id));
}
