import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { N8N_VERSION, ROOT } from '../../tools/common.mjs';
import { between, table } from '../support/markdown.mts';
import type { Analysis, FailedUpdate } from './analysis.mts';

const DOCUMENT = join(ROOT, 'docs', 'queue-mode.md');

export interface Setup {
	updates: number;
	clients: number;
	workers: number;
	concurrency: number;
	latencyMs: number;
}

export interface Measured {
	setup: Setup;
	versions: string[];
	analysis: Analysis;
	/** What PostgreSQL held of binary data. */
	stored: { files: number; bytes: number };
	/** How n8n's own Retry ended on the failed executions, and how many requests it sent. */
	retried: { statuses: string[]; requests: number };
}

/** Writes what was measured into the document; the guide around it is written by hand. */
export async function writeReport(measured: Measured) {
	const document = await readFile(DOCUMENT, 'utf8');
	const { analysis } = measured;
	const text = [
		describeSetup(measured),
		table(['', 'Result'], summarize(measured)),
		describeFailed(analysis.failed),
		describeRetry(measured),
		describeVerdict(analysis.faults),
	];
	await writeFile(DOCUMENT, between(document, 'measured', text.join('\n\n')));
}

function describeSetup({ setup, versions }: Measured) {
	const { updates, clients, workers, concurrency, latencyMs } = setup;
	const software = [`n8n ${N8N_VERSION}`, `Node.js ${process.version}`, ...versions].join(', ');
	return `Measured on ${new Date().toISOString().slice(0, 10)} by \`npm run test:queue\` on one machine with ${cpus().length} cores and ${Math.round(totalmem() / 2 ** 30)} GB: ${software}. There was one main process and ${workers} workers, each with its own user folder and the node installed in it, with \`--concurrency=${concurrency}\` and n8n's defaults otherwise. ${clients} clients sent ${updates} updates, each with its own case and file (2 to 34 KB), to a webhook that responds when the last node has finished. The server is this package's stand-in, not Wolkvox; its responses took ${latencyMs} ms, so that there is a time in which an update has been applied and n8n does not know it. When half of the updates had arrived, worker-1 was killed with SIGKILL and not restarted.`;
}

function summarize({ setup, analysis, stored }: Measured): string[][] {
	const { seconds, doneInTime } = analysis;
	const statuses = Object.entries(analysis.statuses).map(([name, count]) => `${count} ${name}`);
	const applied = analysis.failed.filter(({ wasApplied }) => wasApplied);
	const rate = (count: number, time: number) =>
		`${count} updates in ${time.toFixed(0)} s, ${(count / time).toFixed(1)} per second`;
	return [
		['Clients that received 200', `${analysis.done} of ${setup.updates}`],
		["Executions in n8n's database", statuses.join(', ')],
		['Reported as done, but not in the log with the right file', `${analysis.missing}`],
		['Running on the killed worker', `${analysis.activeOnKilled}`],
		['Reported as failed', `${analysis.failed.length}`],
		['of these, applied by the server before the kill', `${applied.length}`],
		['Updates that n8n itself sent twice', `${analysis.repeatedByN8n}`],
		['Updates sent twice once the clients repeated the failed ones', `${analysis.repeated.length}`],
		['With two workers', rate(doneInTime.beforeKill, seconds.beforeKill)],
		['With one worker', rate(doneInTime.afterKill, seconds.afterKill)],
		[
			'Files in PostgreSQL (`binary_data`)',
			`${stored.files}, ${(stored.bytes / 1e6).toFixed(1)} MB`,
		],
	];
}

function describeFailed(failed: FailedUpdate[]) {
	const rows = [...failed]
		.sort((a, b) => a.caseId.localeCompare(b.caseId))
		.map((one) => [
			String(Number.parseInt(one.caseId, 16)),
			one.response.replaceAll('|', '/'),
			`${one.respondedAfterSeconds.toFixed(0)} s`,
			one.wasApplied ? 'applied' : 'not received',
			one.sentBy.map((id) => `execution ${id}`).join(', then '),
			one.requests > 1 ? 'yes: applied before the kill, its response lost with the worker' : 'no',
		]);
	const heads = ['Update', 'Response', 'After the kill', 'At the kill', 'Sent by', 'Sent twice'];
	return `These updates ran on the killed worker. Each client sent its own again once n8n had responded.\n\n${table(heads, rows)}`;
}

function describeRetry({ retried }: Measured) {
	const { statuses, requests } = retried;
	const ends = [...new Set(statuses)].join('", "');
	return `Before the clients repeated the failed updates, n8n's own **Retry** was pressed on ${statuses.length} failed executions: the retries ended as "${ends}", and ${requests} requests reached the server.`;
}

function describeVerdict(faults: string[]) {
	if (faults.length > 0) return `**Faults:**\n\n${faults.map((fault) => `- ${fault}`).join('\n')}`;
	return 'Every update that n8n reported as done, to the client or in its database, is in the log with its file intact. In the end all updates arrived.';
}
