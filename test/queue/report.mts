import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { N8N_FOLDER, ROOT } from '../../sandbox/tools.cjs';
import { between, table } from '../support/markdown.mts';
import type { Findings, Lost } from './findings.mts';

const DOCUMENT = join(ROOT, 'docs', 'queue-mode.md');

export interface Setup {
	updates: number;
	callers: number;
	workers: number;
	concurrency: number;
	answerAfterMs: number;
}

export interface Measured {
	setup: Setup;
	versions: string[];
	findings: Findings;
	/** What PostgreSQL held of binary data. */
	stored: { files: number; bytes: number };
	/** How n8n's own Retry ended on some of the lost executions, and what it sent. */
	retried: { statuses: string[]; requests: number };
}

/** Puts what was measured into the document; the guide around it is written by hand. */
export async function writeReport(measured: Measured) {
	const document = await readFile(DOCUMENT, 'utf8');
	await writeFile(DOCUMENT, between(document, 'measured', await describe(measured)));
}

async function describe(measured: Measured) {
	const { findings } = measured;
	return [
		await describeSetup(measured),
		table(['figure', ''], figures(measured)),
		describeLost(findings.lost),
		describeRetry(measured),
		verdict(findings.faults),
	].join('\n\n');
}

async function describeSetup({ setup, versions }: Measured) {
	const { updates, callers, workers, concurrency, answerAfterMs } = setup;
	const manifest = await readFile(join(N8N_FOLDER, 'node_modules', 'n8n', 'package.json'), 'utf8');
	const software = [
		`n8n ${JSON.parse(manifest).version}`,
		`Node.js ${process.version}`,
		...versions,
	];
	return `Measured on ${new Date().toISOString().slice(0, 10)} by \`npm run test:queue\` on one machine with ${cpus().length} cores and ${Math.round(totalmem() / 2 ** 30)} GB: ${software.join(', ')}. One main and ${workers} workers, each with a folder of its own and the node installed in it, \`--concurrency=${concurrency}\`, all other settings as n8n has them. ${callers} callers sent ${updates} updates to a webhook that answers when the last node has ended, each with a case and a file of its own (2 to 34 KB). The server is the stand-in of this package, not Wolkvox; its answers took ${answerAfterMs} ms, so that there is a time in which an update is taken and n8n does not know it. When half of the updates had arrived, worker-1 was ended by SIGKILL and not started again.`;
}

function figures({ setup, findings, stored }: Measured): string[][] {
	const { seconds, answered } = findings;
	const statuses = Object.entries(findings.statuses).map(([name, count]) => `${count} ${name}`);
	const rate = (count: number, time: number) =>
		`${count} updates in ${time.toFixed(0)} s, ${(count / time).toFixed(1)} a second`;
	return [
		['Callers who got 200', `${findings.done} of ${setup.updates}`],
		["Executions in n8n's database", statuses.join(', ')],
		['Reported as done, and not in the log with the right file', `${findings.unkept}`],
		['Running on the killed worker', `${findings.activeOnKilled}`],
		['Reported as failed', `${findings.lost.length}`],
		[
			'of these, taken by the server before the kill',
			`${findings.lost.filter(({ wasTaken }) => wasTaken).length}`,
		],
		['Updates that n8n itself sent twice', `${findings.repeatedByN8n}`],
		[
			'Updates in the log twice after the callers sent the failed ones again',
			`${findings.repeated.length}`,
		],
		['With two workers', rate(answered.beforeKill, seconds.beforeKill)],
		['With one worker', rate(answered.afterKill, seconds.afterKill)],
		[
			'Files in PostgreSQL (`binary_data`)',
			`${stored.files}, ${(stored.bytes / 1e6).toFixed(1)} MB`,
		],
	];
}

function describeLost(lost: Lost[]) {
	const rows = [...lost]
		.sort((a, b) => a.caseId.localeCompare(b.caseId))
		.map((one) => [
			String(Number.parseInt(one.caseId, 16)),
			one.answer.replaceAll('|', '/'),
			`${one.answeredAfterSeconds.toFixed(0)} s`,
			one.wasTaken ? 'taken' : 'not arrived',
			one.sentBy.map((id) => `execution ${id}`).join(', then '),
			one.requests > 1 ? 'yes: taken before the kill, its answer lost with the worker' : 'no',
		]);
	const heads = [
		'update',
		'the caller got',
		'after the kill',
		'at the kill',
		'sent by',
		'repeated',
	];
	return `The updates that ran on the killed worker; each caller sent its own again when n8n had answered.\n\n${table(heads, rows)}`;
}

function describeRetry({ retried }: Measured) {
	const { statuses, requests } = retried;
	const ends = [...new Set(statuses)].join('", "');
	return `n8n's own **Retry** was pressed on ${statuses.length} of the failed executions before their callers sent them again: the retries ended as "${ends}", and ${requests} requests reached the server.`;
}

function verdict(faults: string[]) {
	if (faults.length > 0) return `**Faults:**\n\n${faults.map((fault) => `- ${fault}`).join('\n')}`;
	return 'Every update that n8n reported as done, to the caller or in its database, is in the log with its file intact. In the end all updates are there.';
}
