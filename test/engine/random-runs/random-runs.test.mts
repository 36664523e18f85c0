import { createHash } from 'node:crypto';

import fc from 'fast-check';
import type { INodeExecutionData } from 'n8n-workflow';

import { randomRuns, SEED } from '../../support/random.mts';
import { useServer } from '../../support/server.mts';
import type { Observation, RandomRun, SentRequest } from './observe.mts';
import { anyRun, contentsOf, fileNames, observe, subjectOf } from './observe.mts';

const RUNS = randomRuns(400);

/** A run takes milliseconds; one that takes this long hangs. */
const LONGEST_RUN_MS = 30_000;

/** A run mostly waits, so several go side by side, each with a server of its own. */
const servers = Array.from({ length: 8 }, useServer);

/** What the server knows of an item. */
function itemOf({ settings, sent }: Observation, item: number) {
	const requests = sent.filter((request) => request.item === item);
	const applied = requests.filter(({ proof }) => proof === 'applied');
	const attached = applied.flatMap(({ files }) => files);
	const { files, fault } = settings.items[item];
	return {
		item,
		fault,
		requests,
		attached,
		lastProof: requests.at(-1)?.proof,
		isUnknown: requests.some(({ proof }) => proof === 'unknown'),
		isDone: applied.length > 0 && attached.length === files,
	};
}

function itemsOf(run: Observation) {
	return run.settings.items.map((_, item) => itemOf(run, item));
}

const isStopping = ({ settings }: Observation) => settings.onError === 'stopWorkflow';
const wasCancelled = ({ canceledAt }: Observation) => canceledAt !== undefined;
const numbersOf = (items: Array<{ item: number }>) => items.map(({ item }) => item);

function groupsBy(sent: SentRequest[], keyOf: (request: SentRequest) => string): SentRequest[][] {
	const groups = new Map<string, SentRequest[]>();
	for (const request of sent) {
		const key = keyOf(request);
		groups.set(key, [...(groups.get(key) ?? []), request]);
	}
	return [...groups.values()];
}

/** Requests with the same files for the same item. */
const repeatsOf = (sent: SentRequest[]) => groupsBy(sent, ({ item, files }) => `${item} ${files}`);

/** The requests after which an item failed: refused for good, unknown, or repeated too often. */
function failuresIn(requests: SentRequest[], maxRetries: number): SentRequest[] {
	let repeats = 0;
	return requests.filter(({ proof, isTemporary }) => {
		const isRepeated = isTemporary && repeats < maxRetries;
		repeats = isRepeated ? repeats + 1 : 0;
		return proof !== 'applied' && !isRepeated;
	});
}

function failuresOf({ sent, settings }: Observation): SentRequest[] {
	return repeatsOf(sent).flatMap((requests) => failuresIn(requests, settings.maxRetries));
}

/** Requests that had arrived at this moment, and had no response. */
const inFlightAt = (moment: number, sent: SentRequest[]) =>
	sent.filter(({ arrivedAt, respondedAt }) => arrivedAt <= moment && respondedAt > moment).length;

const startedAfter = (moment: number, sent: SentRequest[]) =>
	sent.filter(({ arrivedAt }) => arrivedAt > moment).length;

/** Whether n8n itself ended the node, because of an expression, and waited for no request. */
function hasFailedExpression({ error, settings }: Observation): boolean {
	const item = error?.context?.itemIndex;
	return item !== undefined && settings.items[item].fault === 'expression';
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** "0-2, 4" as numbers. */
function numbersIn(ranges: string): number[] {
	return ranges.split(', ').flatMap((range) => {
		const [from, to = from] = range.split('-').map(Number);
		return Array.from({ length: to - from + 1 }, (_, index) => from + index);
	});
}

/** What the description of an error says of the items. */
function summaryIn({ operation }: RandomRun, description = '') {
	const changed = `${operation}d`;
	const [, count = '0', done] =
		new RegExp(`Before this, (\\d+) cases? (?:was|were) ${changed}: items? ([\\d, -]+)\\.`).exec(
			description,
		) ?? [];
	const [, unknown] =
		new RegExp(`It is unknown whether items? ([\\d, -]+) (?:was|were) ${changed}`).exec(
			description,
		) ?? [];
	return {
		isNone: description.includes(`No case was ${changed} before this.`),
		count: Number(count),
		done: done ? numbersIn(done) : [],
		inPart: [...description.matchAll(/Item (\d+) was updated in part \(attached: ([^)]*)\)/g)].map(
			([, item, files]) => ({ item: Number(item), attached: files.split(', ') }),
		),
		unknown: unknown ? numbersIn(unknown) : [],
	};
}

/** The text parts of a request for an item. */
function fieldsOf({ operation, items }: RandomRun, item: number): Record<string, string> {
	const { caseId } = items[item];
	const common = { operation: 'demo', solution: `item ${item}`, form: '{}' };
	return operation === 'update'
		? { ...common, 'wolkvox-id': caseId }
		: {
				...common,
				contact: caseId,
				description: `item${item}`,
				'case-type': 'Request',
				responsible: 'agent10@demo',
				owner: 'ADMIN_@demo',
				status: 'open',
				priority: 'low',
			};
}

function pairedItem({ pairedItem: paired }: INodeExecutionData): number | undefined {
	return (paired as { item: number } | undefined)?.item;
}

interface FailedJson {
	n?: number;
	error?: string;
}

/** What is true of every run. Each name completes "A run …". */
const PROPERTIES: Record<string, (run: Observation) => void> = {
	'sends only what its items say'({ settings, sent }) {
		for (const { item, files, received } of sent) {
			const all = fileNames(settings, item).sort();
			expect(settings.items[item].fault).toBeUndefined();
			expect(Object.fromEntries(received.fields)).toEqual(fieldsOf(settings, item));
			expect(received.url).toMatch(settings.operation === 'create' ? /insert/ : /update/);
			if (settings.multipleFiles === 'together') expect(files).toEqual(all);
			else expect(files).toHaveLength(Math.min(all.length, 1));
			for (const { name = '', part, sha256: hash } of received.files) {
				expect(all).toContain(name);
				expect(part).toBe(received.files.length > 1 ? 'files[]' : 'files');
				expect(hash).toBe(sha256(contentsOf(settings, name)));
			}
		}
	},

	'never repeats what the server has applied, whatever it said'({ sent }) {
		for (const requests of repeatsOf(sent)) {
			expect(requests.slice(0, -1).map(({ isApplied }) => isApplied)).not.toContain(true);
		}
	},

	'sends nothing more for an item of which a response proves nothing'(run) {
		for (const { requests } of itemsOf(run)) {
			expect(requests.slice(0, -1).map(({ proof }) => proof)).not.toContain('unknown');
		}
	},

	'sends nothing to a case after an item of which it is unknown whether it changed the case'({
		settings,
		sent,
	}) {
		for (const requests of groupsBy(sent, (request) => subjectOf(settings, request))) {
			expect(requests.slice(0, -1).map(({ proof }) => proof)).not.toContain('unknown');
		}
	},

	'repeats a request only as often as Max Retries and Retry On Fail allow'({ settings, sent }) {
		const { maxRetries, tries } = settings;
		for (const requests of repeatsOf(sent)) {
			expect(failuresIn(requests, maxRetries).length).toBeLessThanOrEqual(tries);
		}
	},

	'sends the requests for one case one after another'({ settings, sent }) {
		for (const [index, request] of sent.entries()) {
			const ofCase = sent
				.slice(0, index)
				.filter((earlier) => subjectOf(settings, earlier) === subjectOf(settings, request));
			for (const { respondedAt } of ofCase) expect(respondedAt).toBeLessThan(request.arrivedAt);
		}
	},

	'sends the items of one case in their order in each try'({ settings, sent }) {
		for (const requests of groupsBy(sent, (request) => subjectOf(settings, request))) {
			const items = numbersOf(requests);
			const backwards = items.filter((item, index) => item < items[index - 1]);
			expect(backwards.length).toBeLessThan(settings.tries);
		}
	},

	'has at most Max Concurrent Requests in flight'({ settings, sent }) {
		for (const { arrivedAt } of sent) {
			expect(inFlightAt(arrivedAt, sent)).toBeLessThanOrEqual(settings.maxConcurrent);
		}
	},

	'starts nothing after it is canceled'({ settings, sent, canceledAt = Infinity }) {
		const onTheWay = settings.maxConcurrent - inFlightAt(canceledAt, sent);
		expect(startedAfter(canceledAt, sent)).toBeLessThanOrEqual(onTheWay);
	},

	'starts nothing after its end'(run) {
		const { settings, sent, endedAt } = run;
		const isAwaited = !wasCancelled(run) && !hasFailedExpression(run);
		const onTheWay = isAwaited ? 0 : settings.maxConcurrent - inFlightAt(endedAt, sent);
		expect(startedAfter(endedAt, sent)).toBeLessThanOrEqual(onTheWay);
	},

	'starts nothing after the failure that stops it'(run) {
		const { settings, sent } = run;
		if (!isStopping(run) || settings.tries > 1) return;
		for (const { respondedAt } of failuresOf(run)) {
			expect(startedAfter(respondedAt, sent)).toBeLessThan(settings.maxConcurrent);
		}
	},

	'that stops sends nothing of a batch with an item that cannot be read, and nothing after it'(
		run,
	) {
		const { items, batch } = run.settings;
		const faulty = items.findIndex(({ fault }) => fault !== undefined);
		if (!isStopping(run) || faulty < 0) return;
		const firstUnsent = batch ? faulty - (faulty % batch.batchSize) : 0;
		for (const { item } of run.sent) expect(item).toBeLessThan(firstUnsent);
	},

	'is canceled, fails or succeeds'(run) {
		if (wasCancelled(run)) {
			// An expression that fails in a later batch can end the node before the cancellation does.
			const ends = hasFailedExpression(run) ? ['canceled', 'error'] : ['canceled'];
			return expect(ends).toContain(run.run.status);
		}
		const isComplete = itemsOf(run).every(({ isDone }) => isDone);
		expect(run.error === undefined).toBe(!isStopping(run) || isComplete);
	},

	'outputs each applied item once, paired and in order'(run) {
		if (wasCancelled(run) || run.error) return;
		const done = itemsOf(run).filter(({ isDone }) => isDone);
		const output = run.outputs[0].filter(({ json }) => json.error === undefined);
		const { operation, items } = run.settings;
		expect(output.map(pairedItem)).toEqual(numbersOf(done));
		// The response has no ID, and that of a new case is not known otherwise.
		expect(output.map(({ json }) => json.data)).toEqual(
			numbersOf(done).map((item) => ({
				wolkvox_id: operation === 'update' ? items[item].caseId : '',
			})),
		);
	},

	'that continues outputs each failed item once, paired and in order, with its outcome'(run) {
		if (wasCancelled(run) || isStopping(run)) return;
		const failed = itemsOf(run).filter(({ isDone }) => !isDone);
		const output = run.outputs[run.settings.onError === 'continueErrorOutput' ? 1 : 0].filter(
			({ json }) => json.error !== undefined,
		);
		expect(output).toHaveLength(failed.length);
		for (const [index, { item, fault, lastProof, attached }] of failed.entries()) {
			// n8n itself outputs an item whose expression failed, and does not pair it.
			if (fault === 'expression') continue;
			const { n = item, error } = output[index].json as FailedJson;
			expect(pairedItem(output[index])).toBe(item);
			expect(n).toBe(item);
			expect(error!.endsWith('[outcome unknown]')).toBe(!fault && lastProof === 'unknown');
			expect(/\(already attached: ([^)]*)\)/.exec(error!)?.[1]).toBe(
				attached.join(', ') || undefined,
			);
		}
	},

	'that continues sends every item that it may, and repeats it as often as Max Retries says'(run) {
		if (wasCancelled(run) || isStopping(run)) return;
		const failures = failuresOf(run);
		const { items } = run.settings;
		const unknownCases = itemsOf(run)
			.filter(({ isUnknown }) => isUnknown)
			.map(({ item }) => items[item].caseId);
		for (const { item, fault, requests, isDone } of itemsOf(run)) {
			if (fault !== undefined || isDone) continue;
			if (requests.length > 0) expect(failures).toContain(requests.at(-1));
			else expect(unknownCases).toContain(items[item].caseId);
		}
	},

	'that stops names an item that failed, and its outcome'(run) {
		if (wasCancelled(run) || !run.error) return;
		const { itemIndex, outcome } = run.error.context as { itemIndex: number; outcome?: string };
		const { fault, lastProof } = itemOf(run, itemIndex);
		if (fault === undefined) {
			expect(failuresOf(run).map(({ item }) => item)).toContain(itemIndex);
			expect(outcome).toBe(lastProof);
		} else if (fault !== 'expression') {
			expect(run.error.message).toMatch(new RegExp(`\\[item ${itemIndex}\\]$`));
		}
	},

	'that stops names exactly the items that were or may have been changed'(run) {
		if (wasCancelled(run) || !run.error) return;
		if (hasFailedExpression(run)) return;

		const cause = run.error.context!.itemIndex!;
		const items = itemsOf(run);
		const done = items.filter(({ isDone }) => isDone);
		const inPart = items.filter(({ isDone, attached }) => !isDone && attached.length > 0);
		const unknown = items.filter(({ item, isUnknown }) => isUnknown && item !== cause);
		expect(summaryIn(run.settings, run.error.description)).toEqual({
			isNone: done.length + inPart.length + unknown.length === 0,
			count: done.length,
			done: numbersOf(done),
			inPart: inPart.map(({ item, attached }) => ({ item, attached })),
			unknown: numbersOf(unknown),
		});
	},

	'that stops is tried as often as Retry On Fail says'(run) {
		const { items, tries } = run.settings;
		const isHopeless = items.some(({ fault }) => fault) || itemsOf(run).some((i) => i.isUnknown);
		if (wasCancelled(run) || !run.error || isHopeless) return;
		expect(failuresOf(run).length).toBeGreaterThanOrEqual(tries);
	},
};

it(`A run keeps every guarantee (${RUNS} random runs)`, async () => {
	const checkOn = async (server: (typeof servers)[number], index: number) =>
		await fc.assert(
			fc.asyncProperty(anyRun, async (settings) => {
				const run = await observe(server, settings);
				for (const [name, check] of Object.entries(PROPERTIES)) {
					try {
						check(run);
					} catch (error) {
						throw new Error(`A run ${name}: ${(error as Error).message}\n${logOf(run)}`);
					}
				}
			}),
			{ numRuns: Math.ceil(RUNS / servers.length), seed: SEED + index, timeout: LONGEST_RUN_MS },
		);
	const results = await Promise.allSettled(servers.map(checkOn));
	for (const result of results) if (result.status === 'rejected') throw result.reason;
}, 3_600_000);

/** What happened, for whoever reads a counterexample. */
function logOf({ sent, outputs, error }: Observation): string {
	const log = sent.map(
		({ item, files, proof, isApplied, arrivedAt, respondedAt }) =>
			`item ${item} [${files.join(', ')}]: ${proof}, ${isApplied ? 'applied' : 'not applied'} (${arrivedAt} to ${respondedAt})`,
	);
	const said = error ? [error.message, error.description] : [JSON.stringify(outputs)];
	return [...log, ...said].join('\n');
}
