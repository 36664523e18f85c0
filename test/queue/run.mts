// n8n in queue mode with PostgreSQL, Redis and two workers: updates with files go through the
// webhook, one worker is killed halfway, and what n8n reports is compared with what the stand-in received.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startStandIn, type StandIn } from '../../sandbox/standin.mts';
import { exitWithError, N8N_VERSION, ROOT, step, UserFacingError } from '../../tools/common.mjs';
import type { N8n } from '../../tools/n8n.mts';
import { untilAskedToStop } from '../../tools/signals.mts';
import {
	credentialData,
	ensureCredential,
	ensureWorkflow,
	withCredential,
} from '../../tools/workflows.mts';
import { formWorkflow } from '../e2e/support/workflow.mts';
import { between, table } from '../support/markdown.mts';
import { analyze, type Execution, type Observations } from './analysis.mts';
import { startCluster, type Cluster } from './cluster.mts';
import { makeUpdates, sendAll, startLatencyProxy } from './load.mts';
import { postgresSettings, query, startRedis, versions } from './services.mts';

const UPDATES = 2000;
const CLIENTS = 20;
const WORKERS = { workers: 2, concurrency: 5 };
const LATENCY_MS = 300;

interface Environment {
	standIn: StandIn;
	cluster: Cluster;
	webhook: string;
}

main().catch(exitWithError);

async function main() {
	const stops: Array<() => Promise<void>> = [];
	const stopped = untilAskedToStop().then((): never => {
		throw new UserFacingError('Stopped early; the report is unchanged.');
	});
	try {
		process.exitCode = await Promise.race([measure(stops), stopped]);
	} finally {
		for (const stop of stops.reverse()) await stop();
	}
	process.exit();
}

async function measure(stops: Array<() => Promise<void>>) {
	const environment = await setUp(stops);
	const { standIn, cluster, webhook } = environment;
	const updates = makeUpdates(UPDATES);
	const startedAt = Date.now();
	const sending = sendAll(webhook, updates, CLIENTS);
	const killed = killHalfway(environment, sending);
	const responses = await step(`Sending ${UPDATES} updates, and killing worker-1 halfway`, () =>
		unlessDead(cluster, sending),
	);
	const kill = await killed;
	const executions = await query<Execution>(
		'select id::text, status from execution_entity order by id',
	);
	const [stored] = await query<{ files: number; bytes: number }>(
		'select count(*) as files, sum("fileSize") as bytes from binary_data',
	);
	const firstLog = [...standIn.log];
	const retried = await step("Trying n8n's own Retry", () => retry(environment, executions));
	const failed = responses.filter(({ status }) => status !== 200).map(({ update }) => update);
	await step(`Sending ${failed.length} updates again`, () => sendAll(webhook, failed, CLIENTS));

	const { log } = standIn;
	const { rows, faults } = analyze({
		updates,
		startedAt,
		kill,
		responses,
		executions,
		firstLog,
		log,
	});
	const files = `${stored.files}, ${(stored.bytes / 1e6).toFixed(1)} MB`;
	const results = table(['', 'Result'], [...rows, ['Files in PostgreSQL (`binary_data`)', files]]);
	const verdict =
		faults.length > 0
			? `**Faults:**\n\n${faults.map((fault) => `- ${fault}`).join('\n')}`
			: 'Every update that n8n reported as done, to the client or in its database, is in the log with its file intact. In the end all updates arrived.';
	const report = [await describeSetup(), results, retried, verdict].join('\n\n');
	console.log(`\n${report}`);
	const document = join(ROOT, 'docs', 'queue-mode.md');
	writeFileSync(document, between(readFileSync(document, 'utf8'), 'measured', report));
	return faults.length === 0 ? 0 : 1;
}

async function describeSetup() {
	const software = [`n8n ${N8N_VERSION}`, `Node.js ${process.version}`, ...(await versions())];
	const machine = `one machine with ${cpus().length} cores and ${Math.round(totalmem() / 2 ** 30)} GB`;
	return `Measured on ${new Date().toISOString().slice(0, 10)} by \`npm run test:queue\` on ${machine}: ${software.join(', ')}. There was one main process and ${WORKERS.workers} workers, each with its own user folder and the node installed in it, with \`--concurrency=${WORKERS.concurrency}\` and n8n's defaults otherwise. ${CLIENTS} clients sent ${UPDATES} updates, each with its own case and file (2 to 34 KB), to a webhook that responds when the last node has finished. The server is this package's stand-in, not Wolkvox; its responses took ${LATENCY_MS} ms, so that there is a time in which an update has been applied and n8n does not know it. When half of the updates had arrived, worker-1 was killed with SIGKILL and not restarted.`;
}

async function setUp(stops: Array<() => Promise<void>>): Promise<Environment> {
	const redis = await step('Starting Redis', startRedis);
	stops.push(redis.stop);
	const standIn = await startStandIn({ acceptAnyCase: true });
	stops.push(standIn.close);
	const proxy = await startLatencyProxy(standIn.url, LATENCY_MS);
	stops.push(proxy.close);
	const cluster = await startCluster({ ...WORKERS, env: { ...postgresSettings(), ...redis.env } });
	stops.push(cluster.stop);
	const webhook = await ensureWebhook(cluster.main, proxy.url, standIn.token);
	return { standIn, cluster, webhook };
}

/** Each update carries the number of its execution, so that the log shows which one sent it. */
async function ensureWebhook(n8n: N8n, server: string, token: string) {
	const credential = await ensureCredential(n8n, {
		name: 'Wolkvox CRM (queue)',
		type: 'wolkvoxCrmApi',
		data: credentialData(server, token),
	});
	const workflow = formWorkflow('Queue', {
		caseId: '={{ $json.body.caseId }}',
		updateFields: {
			status: 'in progress',
			attachments: 'report',
			customFields: { field: [{ name: 'Execution', value: '={{ $execution.id }}' }] },
		},
	});
	await ensureWorkflow(n8n, withCredential(workflow, credential));
	return `${n8n.url}/webhook/queue`;
}

/** Kills a worker when half of the updates have arrived, or when that can no longer happen. */
async function killHalfway(
	{ cluster, standIn }: Environment,
	sending: Promise<unknown>,
): Promise<Observations['kill']> {
	const [worker] = cluster.workers;
	await Promise.race([halfArrived(standIn), sending]);
	await worker.kill();
	return { at: Date.now(), active: worker.active() };
}

async function halfArrived({ log }: StandIn) {
	while (log.length < UPDATES / 2) await sleep(20);
}

/** Presses n8n's Retry button on the executions that failed with the worker, and says what came of it. */
async function retry({ cluster, standIn }: Environment, executions: Execution[]) {
	const failed = executions.filter(({ status }) => status !== 'success');
	const before = standIn.log.length;
	const ends = new Set<string>();
	for (const { id } of failed) {
		const retried = cluster.main.request<{ status: string }>(
			'POST',
			`/rest/executions/${id}/retry`,
			{ loadWorkflow: false },
		);
		ends.add(await retried.then(({ status }) => status, String));
	}
	return `Before the clients repeated the failed updates, n8n's own **Retry** was pressed on ${failed.length} failed executions: the retries ended as "${[...ends].join('", "')}", and ${standIn.log.length - before} requests reached the server.`;
}

async function unlessDead<T>({ main, workers }: Cluster, work: Promise<T>): Promise<T> {
	const [, ...survivors] = workers;
	const deaths = [main, ...survivors].map(async ({ died }): Promise<never> => {
		throw await died;
	});
	for (const death of deaths) death.catch(() => undefined);
	return await Promise.race([work, ...deaths]);
}
