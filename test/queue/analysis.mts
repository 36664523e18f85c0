import type { LogEntry } from '../../sandbox/standin.mts';
import type { Response, Update } from './load.mts';

/** An execution as n8n stores it in its database. */
export interface Execution {
	id: string;
	status: string;
}

export interface Observations {
	updates: Update[];
	startedAt: number;
	/** When the worker was killed, and the executions that ran on it then. */
	kill: { at: number; active: string[] };
	/** The first response to each update. */
	responses: Response[];
	/** From n8n's database, after all first responses. */
	executions: Execution[];
	/** The stand-in's log at that time. */
	firstLog: LogEntry[];
	/** The stand-in's log after the clients repeated the failed updates. */
	log: LogEntry[];
}

export interface Analysis {
	/** What was counted, in words. */
	rows: string[][];
	/** What is not as it must be; empty if all is well. */
	faults: string[];
}

/** Compares what n8n reported with what the stand-in received. */
export function analyze(seen: Observations): Analysis {
	const { updates, startedAt, kill, responses, executions, firstLog, log } = seen;
	const first = byCase(firstLog);
	const all = byCase(log);
	const done = responses.filter(({ status }) => status === 200);
	const failed = responses
		.filter(({ status }) => status !== 200)
		.map(({ update }) => update.caseId);
	const repeated = [...all].filter(([, entries]) => entries.length > 1);
	const repeatedByN8n = [...first.values()].filter((entries) => entries.length > 1).length;
	const afterKill = done.filter(({ at }) => at > kill.at).length;
	const missing = missingFrom(firstLog, seen);
	const rate = (count: number, from: number, to: number) => {
		const seconds = (to - from) / 1000;
		return `${count} updates in ${seconds.toFixed(0)} s, ${(count / seconds).toFixed(1)} per second`;
	};
	return {
		rows: [
			['Clients that received 200', `${done.length} of ${updates.length}`],
			["Executions in n8n's database", countBy(executions.map(({ status }) => status))],
			['Reported as done, but not in the log with the right file', `${missing.length}`],
			['Running on the killed worker', `${kill.active.length}`],
			['Reported as failed', `${failed.length}`],
			[
				'of these, applied by the server before the kill',
				`${failed.filter((caseId) => first.has(caseId)).length}`,
			],
			['Updates that n8n itself sent twice', `${repeatedByN8n}`],
			['Updates sent twice once the clients repeated the failed ones', `${repeated.length}`],
			['With two workers', rate(done.length - afterKill, startedAt, kill.at)],
			['With one worker', rate(afterKill, kill.at, Math.max(...done.map(({ at }) => at)))],
		],
		faults: [
			...missing,
			...(failed.length > kill.active.length
				? ['More updates failed than ran on the killed worker']
				: []),
			...repeated
				.filter(([, [entry]]) => !kill.active.includes(executionOf(entry)))
				.map(([caseId]) => `${caseId} was sent twice, but not because of the killed worker`),
			...updates
				.filter((update) => !hasArrived(update, all))
				.map(({ caseId }) => `${caseId} is not in the final log with its file`),
		],
	};
}

/** What n8n calls a success, to a client or in its database, must be in the log with the right file. */
function missingFrom(log: LogEntry[], { updates, responses, executions }: Observations) {
	const hashes = new Map(updates.map(({ caseId, sha256 }) => [caseId, sha256]));
	const sent = new Map(log.map((entry) => [executionOf(entry), entry]));
	const isIntact = (entry?: LogEntry) =>
		entry !== undefined && hasFile(entry, hashes.get(entry.fields['wolkvox-id']));
	return [
		...executions
			.filter(({ id, status }) => status === 'success' && !isIntact(sent.get(id)))
			.map(({ id }) => `Execution ${id} succeeded, but its update is not in the log with its file`),
		...responses
			.filter(({ status, update }) => status === 200 && !hasArrived(update, byCase(log)))
			.map(({ update }) => `${update.caseId} returned 200, but is not in the log with its file`),
	];
}

function hasArrived({ caseId, sha256 }: Update, log: Map<string, LogEntry[]>) {
	return (log.get(caseId) ?? []).some((entry) => hasFile(entry, sha256));
}

function hasFile({ code, files }: LogEntry, sha256?: string) {
	return code === 200 && files.length === 1 && files[0].sha256 === sha256;
}

function executionOf({ fields }: LogEntry): string {
	return String(JSON.parse(fields.form).Execution);
}

function byCase(log: LogEntry[]) {
	const entries = new Map<string, LogEntry[]>();
	for (const entry of log) {
		const caseId = entry.fields['wolkvox-id'];
		entries.set(caseId, [...(entries.get(caseId) ?? []), entry]);
	}
	return entries;
}

function countBy(names: string[]) {
	const all = [...new Set(names)].map(
		(name) => `${names.filter((each) => each === name).length} ${name}`,
	);
	return all.join(', ');
}
