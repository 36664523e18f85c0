import type { LogEntry } from '../../sandbox/standin.mts';
import type { Answer, Update } from './callers.mts';

/** An execution as n8n keeps it in its database. */
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
	begun: number;
	kill: Kill;
	/** What the callers learnt before they sent again what had failed. */
	answers: Answer[];
	/** From n8n's database, after all callers had their first answer. */
	executions: Execution[];
	/** The stand-in's log at that time, and in the end. */
	firstRound: LogEntry[];
	log: LogEntry[];
}

/** An update that n8n did not report as done. */
export interface Lost {
	caseId: string;
	/** The executions that sent it, in order. */
	sentBy: string[];
	/** Whether the server had taken it although n8n reported a failure. */
	wasTaken: boolean;
	answer: string;
	answeredAfterSeconds: number;
	requests: number;
}

export interface Findings {
	done: number;
	lost: Lost[];
	repeated: Lost[];
	/** Updates that n8n itself sent more than once. */
	repeatedByN8n: number;
	statuses: Record<string, number>;
	activeOnKilled: number;
	seconds: { beforeKill: number; afterKill: number };
	answered: { beforeKill: number; afterKill: number };
	/** How often n8n reported an update as done that is not in the log with its file. */
	unkept: number;
	/** What is not as it must be; empty when all is well. */
	faults: string[];
}

/** Holds what n8n reported against what the stand-in saw. */
export function compare(seen: Observations): Findings {
	const { updates, begun, kill, answers, executions, firstRound, log } = seen;
	const done = answers.filter(({ status }) => status === 200);
	const first = byCase(firstRound);
	const all = byCase(log);
	const lost = answers
		.filter(({ status }) => status !== 200)
		.map((answer) => describeLost(answer, kill, first, all));
	const unkept = [
		...unkeptExecutions(executions, firstRound, updates),
		...unkeptAnswers(done, first),
	];
	const afterKill = done.filter(({ at }) => at > kill.at);
	return {
		done: done.length,
		lost,
		repeated: lost.filter(({ requests }) => requests > 1),
		repeatedByN8n: [...first.values()].filter((entries) => entries.length > 1).length,
		statuses: countBy(executions.map(({ status }) => status)),
		activeOnKilled: kill.active.length,
		seconds: {
			beforeKill: (kill.at - begun) / 1000,
			afterKill: (Math.max(...done.map(({ at }) => at)) - kill.at) / 1000,
		},
		answered: { beforeKill: done.length - afterKill.length, afterKill: afterKill.length },
		unkept: unkept.length,
		faults: [...unkept, ...unexplained(lost, kill, all), ...leftOver(updates, all)],
	};
}

function describeLost(
	{ update, status, text, at }: Answer,
	kill: Kill,
	first: Map<string, LogEntry[]>,
	all: Map<string, LogEntry[]>,
): Lost {
	const entries = all.get(update.caseId) ?? [];
	return {
		caseId: update.caseId,
		sentBy: entries.map(executionOf),
		wasTaken: first.has(update.caseId),
		answer: status === undefined ? text : `${status} ${text}`,
		answeredAfterSeconds: (at - kill.at) / 1000,
		requests: entries.length,
	};
}

/** Each execution that n8n calls a success must have sent its update, with the right file. */
function unkeptExecutions(executions: Execution[], log: LogEntry[], updates: Update[]) {
	const hashes = new Map(updates.map(({ caseId, sha256 }) => [caseId, sha256]));
	const sent = new Map(log.map((entry) => [executionOf(entry), entry]));
	return executions
		.filter(({ status }) => status === 'success')
		.filter(({ id }) => !isIntact(sent.get(id), hashes))
		.map(
			({ id }) => `execution ${id} is a success, and its update is not in the log with its file`,
		);
}

/** Each caller who was told that it is done must find his update in the log, with the right file. */
function unkeptAnswers(done: Answer[], log: Map<string, LogEntry[]>) {
	return done
		.filter(({ update }) => !arrived(update, log))
		.map(
			({ update }) =>
				`the caller of ${update.caseId} got 200, and it is not in the log with its file`,
		);
}

/** Nothing may be lost or sent twice but what ran on the killed worker. */
function unexplained(lost: Lost[], kill: Kill, log: Map<string, LogEntry[]>) {
	const known = new Map(lost.map((one) => [one.caseId, one]));
	const tooMany = lost.length - kill.active.length;
	const twice = [...log]
		.filter(([, entries]) => entries.length > 1)
		.filter(([caseId]) => !kill.active.includes(known.get(caseId)?.sentBy[0] ?? ''));
	return [
		...(tooMany > 0 ? [`${tooMany} updates failed that did not run on the killed worker`] : []),
		...twice.map(([caseId]) => `${caseId} was sent twice, and not because of the killed worker`),
	];
}

/** In the end, when the failed ones were sent again, all must be there. */
function leftOver(updates: Update[], log: Map<string, LogEntry[]>) {
	return updates
		.filter((update) => !arrived(update, log))
		.map(({ caseId }) => `${caseId} is not in the log with its file in the end`);
}

function arrived({ caseId, sha256 }: Update, log: Map<string, LogEntry[]>) {
	const entries = log.get(caseId) ?? [];
	return entries.length > 0 && entries.every((entry) => hasFile(entry, sha256));
}

function isIntact(entry: LogEntry | undefined, hashes: Map<string, string>) {
	return entry !== undefined && hasFile(entry, hashes.get(entry.fields['wolkvox-id']));
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
	const counts: Record<string, number> = {};
	for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
	return counts;
}
