// n8n in queue mode with PostgreSQL, Redis and two workers: updates with files go through the
// webhook, one worker is killed halfway, and what n8n reports is compared with what the stand-in received.
import { setTimeout as sleep } from 'node:timers/promises';
import type { N8n } from '../../tools/n8n.mts';
import { untilAskedToStop } from '../../tools/signals.mts';
import { startStandIn, type StandIn } from '../../sandbox/standin.mts';
import { exitWithError, step, UserFacingError } from '../../tools/common.mjs';
import {
	credentialData,
	ensureCredential,
	ensureWorkflow,
	withCredential,
} from '../../tools/workflows.mts';
import { formWorkflow } from '../e2e/support/workflow.mts';
import { analyze, type Execution, type Kill } from './analysis.mts';
import { startCluster, type Cluster } from './cluster.mts';
import { startLatencyProxy } from './latencyProxy.mts';
import { makeUpdates, sendAll } from './loadGenerator.mts';
import { writeReport, type Setup } from './report.mts';
import { startServices, type Services } from './services.mts';

const SETUP: Setup = { updates: 2000, clients: 20, workers: 2, concurrency: 5, latencyMs: 300 };

interface Environment {
	services: Services;
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
	const { services, standIn, cluster, webhook } = environment;
	const updates = makeUpdates(SETUP.updates);
	const startedAt = Date.now();
	const sending = sendAll(webhook, updates, SETUP.clients);
	const killed = killHalfway(environment, sending);
	const responses = await step(
		`Sending ${updates.length} updates, and killing worker-1 halfway`,
		() => unlessDead(cluster, sending),
	);
	const kill = await killed;
	const executions = await services.query<Execution>(
		'select id::text, status from execution_entity order by id',
	);
	const [stored] = await services.query<{ files: number; bytes: number }>(
		'select count(*) as files, sum("fileSize") as bytes from binary_data',
	);
	const firstLog = [...standIn.log];
	const retried = await step("Trying n8n's own Retry", () => retry(environment, executions));
	const failed = responses.filter(({ status }) => status !== 200).map(({ update }) => update);
	await step(`Sending ${failed.length} updates again`, () =>
		sendAll(webhook, failed, SETUP.clients),
	);

	const { log } = standIn;
	const seen = { updates, startedAt, kill, responses, executions, firstLog, log };
	const analysis = analyze(seen);
	await writeReport({ setup: SETUP, versions: services.versions, analysis, stored, retried });
	for (const fault of analysis.faults) console.error(`FAULT: ${fault}`);
	console.log(
		`Of ${updates.length} updates, ${analysis.done} succeeded at first, ${analysis.failed.length} failed with the worker, and ${analysis.repeated.length} were sent twice. See docs/queue-mode.md.`,
	);
	return analysis.faults.length === 0 ? 0 : 1;
}

async function setUp(stops: Array<() => Promise<void>>): Promise<Environment> {
	const services = await step('Starting PostgreSQL and Redis', startServices);
	stops.push(services.stop);
	const standIn = await startStandIn({ acceptAnyCase: true });
	stops.push(standIn.close);
	const proxy = await startLatencyProxy(standIn.url, SETUP.latencyMs);
	stops.push(proxy.close);
	const cluster = await startCluster({ ...SETUP, env: services.env });
	stops.push(cluster.stop);
	const webhook = await ensureWebhook(cluster.main, proxy.url, standIn.token);
	return { services, standIn, cluster, webhook };
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
): Promise<Kill> {
	const [worker] = cluster.workers;
	await Promise.race([halfArrived(standIn), sending]);
	await worker.kill();
	return { at: Date.now(), active: worker.active() };
}

async function halfArrived({ log }: StandIn) {
	while (log.length < SETUP.updates / 2) await sleep(20);
}

/** What n8n sends when its Retry button is pressed on executions that failed with the worker. */
async function retry({ cluster, standIn }: Environment, executions: Execution[]) {
	const failed = executions.filter(({ status }) => status !== 'success');
	const before = standIn.log.length;
	const statuses: string[] = [];
	for (const { id } of failed) {
		const retried = cluster.main.request<{ status: string }>(
			'POST',
			`/rest/executions/${id}/retry`,
			{ loadWorkflow: false },
		);
		statuses.push(await retried.then(({ status }) => status, String));
	}
	return { statuses, requests: standIn.log.length - before };
}

async function unlessDead<T>({ main, workers }: Cluster, work: Promise<T>): Promise<T> {
	const [, ...survivors] = workers;
	const deaths = [main, ...survivors].map(async ({ died }): Promise<never> => {
		throw await died;
	});
	for (const death of deaths) death.catch(() => undefined);
	return await Promise.race([work, ...deaths]);
}
