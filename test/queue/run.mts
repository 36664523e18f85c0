// n8n in queue mode with PostgreSQL, Redis and two workers: updates with files go through the
// webhook, one worker is killed half way, and what n8n says is held against what the stand-in saw.
import { setTimeout as sleep } from 'node:timers/promises';
import type { N8n } from '../../sandbox/n8n.mts';
import { startStandIn, type StandIn } from '../../sandbox/standin.mts';
import { step, Trouble } from '../../sandbox/tools.cjs';
import {
	credentialData,
	ensureCredential,
	ensureWorkflow,
	withCredential,
} from '../../sandbox/workflows.mts';
import { formWorkflow } from '../e2e/support/workflow.mts';
import { makeUpdates, push } from './callers.mts';
import { startCluster, type Cluster } from './cluster.mts';
import { startDistant } from './distant.mts';
import { compare, type Execution, type Kill } from './findings.mts';
import { writeReport, type Setup } from './report.mts';
import { startServices, type Services } from './services.mts';

const SETUP: Setup = { updates: 2000, callers: 20, workers: 2, concurrency: 5, answerAfterMs: 300 };

interface Rig {
	services: Services;
	standIn: StandIn;
	cluster: Cluster;
	webhook: string;
}

main().catch((error: unknown) => {
	console.error(error instanceof Trouble ? `\n${error.message}` : error);
	process.exit(1);
});

async function main() {
	const stops: Array<() => Promise<void>> = [];
	try {
		process.exitCode = await Promise.race([measure(stops), untilAskedToStop()]);
	} finally {
		for (const stop of stops.reverse()) await stop();
	}
	process.exit();
}

async function measure(stops: Array<() => Promise<void>>) {
	const rig = await setUp(stops);
	const { services, standIn, cluster } = rig;
	const updates = makeUpdates(SETUP.updates);
	const begun = Date.now();
	const sending = push(rig.webhook, updates, SETUP.callers);
	const half = killHalfWay(rig, sending);
	const answers = await step(
		`Sending ${updates.length} updates, and killing worker-1 half way`,
		() => unlessDead(cluster, sending),
	);
	const kill = await half;
	const executions = await services.query<Execution>(
		'select id::text, status from execution_entity order by id',
	);
	const [stored] = await services.query<{ files: number; bytes: number }>(
		'select count(*) as files, sum("fileSize") as bytes from binary_data',
	);
	const firstRound = [...standIn.log];
	const retried = await step("Trying n8n's own Retry", () => retry(rig, executions));
	const failed = answers.filter(({ status }) => status !== 200).map(({ update }) => update);
	await step(`Sending ${failed.length} updates again`, () =>
		push(rig.webhook, failed, SETUP.callers),
	);

	const findings = compare({
		updates,
		begun,
		kill,
		answers,
		executions,
		firstRound,
		log: standIn.log,
	});
	await writeReport({ setup: SETUP, versions: services.versions, findings, stored, retried });
	for (const fault of findings.faults) console.error(`FAULT: ${fault}`);
	console.log(
		`${findings.done} of ${updates.length} done at first, ${findings.lost.length} lost with the worker, ${findings.repeated.length} repeated: docs/queue-mode.md tells more.`,
	);
	return findings.faults.length === 0 ? 0 : 1;
}

async function setUp(stops: Array<() => Promise<void>>): Promise<Rig> {
	const services = await step('Starting PostgreSQL and Redis', startServices);
	stops.push(services.stop);
	const standIn = await startStandIn({ acceptAnyCase: true });
	stops.push(standIn.close);
	const distant = await startDistant(standIn.url, SETUP.answerAfterMs);
	stops.push(distant.close);
	const cluster = await startCluster({ ...SETUP, env: services.env });
	stops.push(cluster.stop);
	const webhook = await ensureWebhook(cluster.main, distant.url, standIn.token);
	return { services, standIn, cluster, webhook };
}

/** Each update carries the number of its execution, so that the log tells who sent it. */
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
async function killHalfWay({ cluster, standIn }: Rig, sending: Promise<unknown>): Promise<Kill> {
	const [worker] = cluster.workers;
	await Promise.race([halfArrived(standIn), sending]);
	await worker.kill();
	return { at: Date.now(), active: worker.active() };
}

async function halfArrived({ log }: StandIn) {
	while (log.length < SETUP.updates / 2) await sleep(20);
}

/** What n8n sends when its Retry button is pressed on executions that were lost with the worker. */
async function retry({ cluster, standIn }: Rig, executions: Execution[]) {
	const lost = executions.filter(({ status }) => status !== 'success');
	const before = standIn.log.length;
	const statuses: string[] = [];
	for (const { id } of lost) {
		const body = { loadWorkflow: false };
		const path = `/rest/executions/${id}/retry`;
		const answer = cluster.main.request<{ status: string }>('POST', path, body);
		statuses.push(await answer.then(({ status }) => status, String));
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

function untilAskedToStop() {
	return new Promise<never>((_, reject) => {
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
			process.on(signal, () =>
				reject(new Trouble('Stopped before the end; the report is as it was.')),
			);
		}
	});
}
