import type { LogEntry } from '../../sandbox/standin.mts';
import type { Response, Update } from './loadGenerator.mts';

/** An execution as n8n stores it in its database. */
export interface Execution {
	id: string;
	status: string;
}

export interface Kill {
	at: number;
	/** The executions that ran on the worker at that time. */
	active: string[];
}

export interface Observations {
	updates: Update[];
	startedAt: number;
	kill: Kill;
	/** The first response to each update. */
	responses: Response[];
	/** From n8n's database, after all first responses. */
	executions: Execution[];
	/** The stand-in's log at that time. */
	firstLog: LogEntry[];
	/** The stand-in's log after the clients repeated the failed updates. */
	log: LogEntry[];
}

/** An update that n8n did not report as done. */
export interface FailedUpdate {
	caseId: string;
	/** The executions that sent it, in order. */
	sentBy: string[];
	/** Whether the server had applied it although n8n reported a failure. */
	wasApplied: boolean;
	response: string;
	respondedAfterSeconds: number;
	requests: number;
}

export interface Analysis {
	done: number;
	failed: FailedUpdate[];
	repeated: FailedUpdate[];
	/** Updates that n8n itself sent more than once. */
	repeatedByN8n: number;
	statuses: Record<string, number>;
	activeOnKilled: number;
	seconds: { beforeKill: number; afterKill: number };
	doneInTime: { beforeKill: number; afterKill: number };
	/** How often n8n reported an update as done that is not in the log with its file. */
	missing: number;
	/** What is not as it must be; empty if all is well. */
	faults: string[];
}

type ByCase = Map<string, LogEntry[]>;

/** Compares what n8n reported with what the stand-in received. */
export function analyze(seen: Observations): Analysis {
	const { updates, startedAt, kill, responses, executions, firstLog, log } = seen;
	const done = responses.filter(({ status }) => status === 200);
	const first = byCase(firstLog);
	const all = byCase(log);
	const failed = responses
		.filter(({ status }) => status !== 200)
		.map((response) => describeFailed(response, kill, first, all));
	const missing = [
		...missingFromLog(executions, firstLog, updates),
		...done
			.filter(({ update }) => !arrived(update, first))
			.map(({ update }) => `${update.caseId} returned 200 but is not in the log with its file`),
	];
	const afterKill = done.filter(({ at }) => at > kill.at);
	return {
		done: done.length,
		failed,
		repeated: failed.filter(({ requests }) => requests > 1),
		repeatedByN8n: [...first.values()].filter((entries) => entries.length > 1).length,
		statuses: countBy(executions.map(({ status }) => status)),
		activeOnKilled: kill.active.length,
		seconds: {
			beforeKill: (kill.at - startedAt) / 1000,
			afterKill: (Math.max(...done.map(({ at }) => at)) - kill.at) / 1000,
		},
		doneInTime: { beforeKill: done.length - afterKill.length, afterKill: afterKill.length },
		missing: missing.length,
		faults: [
			...missing,
			...unexplained(failed, kill, all),
			...updates
				.filter((update) => !arrived(update, all))
				.map(({ caseId }) => `${caseId} is not in the final log with its file`),
		],
	};
}

function describeFailed(
	{ update, status, text, at }: Response,
	kill: Kill,
	first: ByCase,
	all: ByCase,
): FailedUpdate {
	const entries = all.get(update.caseId) ?? [];
	return {
		caseId: update.caseId,
		sentBy: entries.map(executionOf),
		wasApplied: first.has(update.caseId),
		response: status === undefined ? text : `${status} ${text}`,
		respondedAfterSeconds: (at - kill.at) / 1000,
		requests: entries.length,
	};
}

/** Each execution that n8n calls a success must have sent its update, with the right file. */
function missingFromLog(executions: Execution[], log: LogEntry[], updates: Update[]) {
	const hashes = new Map(updates.map(({ caseId, sha256 }) => [caseId, sha256]));
	const sent = new Map(log.map((entry) => [executionOf(entry), entry]));
	const isIntact = (entry?: LogEntry) =>
		entry !== undefined && hasFile(entry, hashes.get(entry.fields['wolkvox-id']));
	return executions
		.filter(({ id, status }) => status === 'success' && !isIntact(sent.get(id)))
		.map(({ id }) => `execution ${id} succeeded, but its update is not in the log with its file`);
}

/** Only what ran on the killed worker may fail or be sent twice. */
function unexplained(failed: FailedUpdate[], kill: Kill, log: ByCase) {
	const known = new Map(failed.map((one) => [one.caseId, one]));
	const tooMany = failed.length - kill.active.length;
	const twice = [...log]
		.filter(([, entries]) => entries.length > 1)
		.filter(([caseId]) => !kill.active.includes(known.get(caseId)?.sentBy[0] ?? ''));
	return [
		...(tooMany > 0 ? [`${tooMany} updates failed that did not run on the killed worker`] : []),
		...twice.map(([caseId]) => `${caseId} was sent twice, but not because of the killed worker`),
	];
}

function arrived({ caseId, sha256 }: Update, log: ByCase) {
	const entries = log.get(caseId) ?? [];
	return entries.length > 0 && entries.every((entry) => hasFile(entry, sha256));
}

function hasFile({ code, files }: LogEntry, sha256?: string) {
	return code === 200 && files.length === 1 && files[0].sha256 === sha256;
}

function executionOf({ fields }: LogEntry): string {
	return String(JSON.parse(fields.form).Execution);
}

function byCase(log: LogEntry[]): ByCase {
	const entries: ByCase = new Map();
	for (const entry of log) {
		const caseId = entry.fields['wolkvox-id'];
		entries.set(caseId, [...(entries.get(caseId) ?? []), entry]);
	}
	return entries;
}

function countBy(names: string[]) {
	const counts: Record<string, number> = {};
	for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
	return counts;
}
