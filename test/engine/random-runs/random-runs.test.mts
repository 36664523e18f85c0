import { createHash } from 'node:crypto';

import fc from 'fast-check';
import type { INodeExecutionData } from 'n8n-workflow';

import { randomRuns, SEED } from '../../support/random.mts';
import { useServer } from '../../support/server.mts';
import type { SentRequest } from './crm.mts';
import { isSame } from './crm.mts';
import type { Observation } from './runs.mts';
import { anyRun, contentsOf, fileNames, observe, targetOf } from './runs.mts';

const RUNS = randomRuns(400);

/** A run takes milliseconds; one that takes this long hangs. */
const LONGEST_RUN_MS = 60_000;

/** A run mostly waits, so several go side by side, each with a server of its own. */
const servers = Array.from({ length: 16 }, useServer);

/** One execution of a run, and what was sent in it. */
interface Part extends Observation {
	number: number;
	execution: Observation['executions'][number];
	sent: SentRequest[];
}

const partsOf = (run: Observation): Part[] =>
	run.executions.map((execution, number) => ({
		...run,
		number,
		execution,
		sent: run.crm.sent.filter((request) => request.execution === number),
	}));

const partsBefore = (part: Part) => partsOf(part).slice(0, part.number);

const isSearch = ({ kind }: SentRequest) => kind === 'search';
const changesIn = (sent: SentRequest[]) => sent.filter((request) => !isSearch(request));
const namesIn = ({ files }: SentRequest) => files.map(({ name = '' }) => name);
const searchesOnly = ({ settings }: Observation) => settings.way.operation.effect === 'reads';
const isStopping = ({ settings }: Observation) => settings.onError === 'stopWorkflow';
const wasCanceled = ({ execution }: Part) => execution.canceledAt !== undefined;

/** An item cannot be read only in the first execution. */
const faultOf = ({ settings, number }: Part, item: number) =>
	number === 0 ? settings.items[item].fault : undefined;

/** Whether n8n itself ended the node, because of an expression, and waited for no request. */
function hasFailedExpression(part: Part): boolean {
	const item = part.execution.error?.context?.itemIndex;
	return item !== undefined && faultOf(part, item) === 'expression';
}

/** Whether n8n waited for all responses, so that the node can know them. */
const isAwaited = (part: Part) => !wasCanceled(part) && !hasFailedExpression(part);

function groupsBy(sent: SentRequest[], keyOf: (request: SentRequest) => unknown): SentRequest[][] {
	const groups = new Map<string, SentRequest[]>();
	for (const request of sent) {
		const key = JSON.stringify(keyOf(request));
		groups.set(key, [...(groups.get(key) ?? []), request]);
	}
	return [...groups.values()];
}

/** What an item changes: changes of one record wait for each other, new records do not. */
function subjectOf({ settings, crm }: Observation, item: number): string {
	const { names } = settings.way;
	const target = targetOf(settings, item);
	if (names === 'nothing') return `item ${item}`;
	const isLookedUp = names === 'idOrKey' && settings.items[item].isByKey;
	return isLookedUp ? (crm.find(target).onlyId ?? target) : target;
}

const changesBySubject = (run: Observation, sent: SentRequest[]) =>
	groupsBy(changesIn(sent), ({ item }) => subjectOf(run, item));

const pairsIn = (requests: SentRequest[]) =>
	requests.flatMap((later, index) =>
		requests.slice(0, index).map((earlier) => ({ earlier, later })),
	);

/** Each two changes of one record, unless n8n's user was told in between that the first one is unknown. */
const untoldPairsIn = (run: Observation) =>
	changesBySubject(run, run.crm.sent)
		.flatMap(pairsIn)
		.filter(({ earlier, later }) => !wasToldOf(run, earlier, later.execution));

/** Requests that say the same; a look-up of a number is the same for all its items. */
const repeatsIn = ({ sent, settings }: Part) =>
	groupsBy(sent, (request) => {
		const { item, kind, key, page } = request;
		if (!isSearch(request)) return [item, kind, namesIn(request)];
		return settings.way.names === 'idOrKey' ? [key.toLowerCase(), page] : [item, page];
	});

/** The requests that the node itself does not repeat: results, and failures that are final or the last ones. */
function endsIn(requests: SentRequest[], maxRetries: number): SentRequest[] {
	let repeats = 0;
	return requests.filter(({ isTemporary }) => {
		const isRepeated = isTemporary && repeats < maxRetries;
		repeats = isRepeated ? repeats + 1 : 0;
		return !isRepeated;
	});
}

const failuresIn = (part: Part) =>
	repeatsIn(part)
		.flatMap((requests) => endsIn(requests, part.settings.maxRetries))
		.filter(({ proof }) => proof !== 'applied');

/** Requests that had arrived at this moment, and had no response. */
const inFlightAt = (moment: number, { sent }: Part) =>
	sent.filter(({ arrivedAt, respondedAt }) => arrivedAt <= moment && respondedAt > moment).length;

const startedAfter = (moment: number, { sent }: Part) =>
	sent.filter(({ arrivedAt }) => arrivedAt > moment).length;

/** How many more requests may be on their way at this moment. */
const freePlacesAt = (moment: number, part: Part) =>
	part.settings.maxConcurrent - inFlightAt(moment, part);

/** What is known of an item at the end of an execution. */
function itemOf(part: Part, item: number) {
	const { crm, settings, number } = part;
	const requests = changesIn(crm.sent).filter(
		(request) => request.item === item && request.execution <= number,
	);
	const applied = requests.filter(({ proof }) => proof === 'applied');
	const attached = applied.flatMap(namesIn);
	const isDone = applied.length > 0 && new Set(attached).size === settings.items[item].files;
	const isUnknown = requests.some(({ proof }) => proof === 'unknown');
	// The node cannot know what it sent at the end of an execution.
	const mayBeUnknown = isUnknown || !partsBefore(part).every(isAwaited);
	return { item, requests, applied, attached, isDone, isUnknown, mayBeUnknown };
}

const itemsOf = (part: Part) => part.settings.items.map((_, item) => itemOf(part, item));

/** What n8n's user is told of an item. */
interface Said {
	item: number;
	outcome: 'done' | 'unknown' | 'failed';
	attached: string[];
}

/** NaN where n8n itself outputs an item whose expression failed: it pairs it at random, if at all. */
const pairedItem = ({ error, pairedItem: paired }: INodeExecutionData): number =>
	error ? NaN : (paired as { item: number }).item;

const attachedIn = (message: string) =>
	/\(already attached: ([^)]*)\)/.exec(message)?.[1].split(', ') ?? [];

function saidIn({ json, ...output }: INodeExecutionData): Said {
	const error = json.error as string | undefined;
	const failed = error?.endsWith('[outcome unknown]') ? 'unknown' : 'failed';
	const outcome = error === undefined ? 'done' : failed;
	return { item: pairedItem({ json, ...output }), outcome, attached: attachedIn(error ?? '') };
}

/** "items 0-2, 4" as numbers. */
function itemsIn(text = ''): number[] {
	return [...text.matchAll(/(\d+)(?:-(\d+))?/g)].flatMap(([, from, to = from]) =>
		Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index),
	);
}

/** What n8n's user is told of the items of an execution; nothing if it was canceled. */
function saidOf(part: Part): Said[] {
	const { error, outputs } = part.execution;
	if (!isAwaited(part)) return [];
	if (!error) return outputs.flat().map(saidIn);

	const { message, description = '', context } = error;
	const read = (pattern: RegExp) => pattern.exec(description)?.[1];
	const done = itemsIn(read(/Before this, .* (?:was|were) [a-z ]+: (items? [\d, -]+)/));
	const unknown = itemsIn(read(/unknown whether (items? [\d, -]+)/));
	return part.settings.items.map((_, item) => {
		const isCause = item === context?.itemIndex;
		const inPart = read(new RegExp(`Item ${item} was updated in part \\(attached: ([^)]*)`));
		const isUnknown = isCause ? context.outcome === 'unknown' : unknown.includes(item);
		return {
			item,
			outcome: isUnknown ? 'unknown' : done.includes(item) ? 'done' : 'failed',
			attached: isCause ? attachedIn(message) : (inPart?.split(', ') ?? []),
		};
	});
}

/** Whether n8n's user was told, before another execution, that it is unknown what became of a request. */
function wasToldOf(run: Observation, { item, execution }: SentRequest, before: number): boolean {
	return partsOf(run)
		.slice(execution, before)
		.flatMap(saidOf)
		.some((said) => said.item === item && said.outcome === 'unknown');
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** What is true of every execution of a run. Each name completes "A run …". */
const PROPERTIES: Record<string, (part: Part) => void> = {
	'sends only what its items say'(part) {
		const { way, items } = part.settings;
		for (const request of part.sent) {
			const { item, kind, id, key, body, files } = request;
			const target = targetOf(part.settings, item);
			expect(faultOf(part, item)).toBeUndefined();
			if (way.names !== 'nothing') {
				const isNamed = items[item].isByKey ? isSame(key || target, target) : isSame(id, target);
				expect(isNamed).toBe(true);
			}
			const isForm = kind === 'insert' || kind === 'update';
			if (isForm) expect(JSON.stringify(body)).toContain(`"item ${item}"`);
			const all = isForm ? fileNames(part.settings, item).sort() : [];
			if (way.multipleFiles === 'onePerRequest') {
				expect(files).toHaveLength(Math.min(all.length, 1));
			} else expect(namesIn(request)).toEqual(all);
			for (const { name = '', sha256: hash } of files) {
				expect(all).toContain(name);
				expect(hash).toBe(sha256(contentsOf(part.settings, name)));
			}
		}
	},

	'changes no record other than the one that its item names by a number or a value'({
		settings,
		crm,
		sent,
	}) {
		for (const { item, kind, id, existing, arrivedAt } of changesIn(sent)) {
			if (!settings.items[item].isByKey) continue;
			if (settings.way.names === 'idOrKey') {
				expect(id).toBe(crm.find(targetOf(settings, item)).onlyId);
				continue;
			}
			const { findable } = crm.sent
				.filter((other) => isSearch(other) && other.item === item && other.arrivedAt < arrivedAt)
				.at(-1)!;
			if (kind === 'insert') expect(findable).toMatchObject({ records: [], isComplete: true });
			else expect(existing.map((record) => record.id)).toContain(id);
			if (findable.records.length > 0) expect(id).toBe(findable.onlyId);
		}
	},

	'never makes a second record with one value, unless its user was told that there may be one'(
		part,
	) {
		if (part.settings.way.names !== 'key') return;
		for (const { kind, existing, execution } of part.sent) {
			if (kind !== 'insert') continue;
			for (const { createdBy } of existing) {
				expect(createdBy && wasToldOf(part, createdBy, execution)).toBe(true);
			}
		}
	},

	'sends nothing again that may have been applied, unless its user was told'(part) {
		for (const { earlier, later } of untoldPairsIn(part)) {
			const isRepeat = earlier.item === later.item && isEqual(namesIn(earlier), namesIn(later));
			if (isRepeat) expect(earlier).toMatchObject({ proof: 'refused', isApplied: false });
		}
	},

	'sends nothing to a record that an earlier change may still reach, unless its user was told'(
		part,
	) {
		for (const { earlier } of untoldPairsIn(part)) expect(earlier.proof).not.toBe('unknown');
	},

	'never puts the values of an item in place of those of a later one'(part) {
		for (const { earlier, later } of untoldPairsIn(part)) {
			if (earlier.isApplied) expect(later.item).toBeGreaterThanOrEqual(earlier.item);
		}
	},

	'sends the changes of one record one after another, in the order of the items in each try'(part) {
		for (const requests of changesBySubject(part, part.sent)) {
			for (const { earlier, later } of pairsIn(requests)) {
				expect(earlier.respondedAt).toBeLessThan(later.arrivedAt);
			}
			const backwards = requests.filter(({ item }, index) => item < requests[index - 1]?.item);
			expect(backwards.length).toBeLessThan(part.settings.tries);
		}
	},

	'repeats a request only as often as Max Retries and Retry On Fail allow'(part) {
		const { maxRetries, tries } = part.settings;
		for (const requests of repeatsIn(part)) {
			expect(endsIn(requests, maxRetries).length).toBeLessThanOrEqual(tries);
		}
	},

	'looks up a number no more once its case is found'({ settings, crm, sent }) {
		if (settings.way.names !== 'idOrKey') return;
		for (const lookUps of groupsBy(sent.filter(isSearch), ({ key }) => key.toLowerCase())) {
			const { onlyId, pages } = crm.find(lookUps[0].key);
			const found = lookUps.findIndex(({ page, proof }) => page === pages && proof === 'applied');
			if (onlyId && found >= 0) expect(lookUps).toHaveLength(found + 1);
		}
	},

	'has at most Max Concurrent Requests in flight'(part) {
		// After a failed expression, n8n tries the node again while searches are on their way.
		const hasFault = part.settings.items.some((_, item) => faultOf(part, item) === 'expression');
		if (hasFault && searchesOnly(part) && part.settings.tries > 1) return;
		for (const { arrivedAt } of part.sent) {
			expect(inFlightAt(arrivedAt, part)).toBeLessThanOrEqual(part.settings.maxConcurrent);
		}
	},

	'starts nothing after it is canceled'(part) {
		const { canceledAt = Infinity } = part.execution;
		const mayArrive = freePlacesAt(canceledAt, part);
		expect(startedAfter(canceledAt, part)).toBeLessThanOrEqual(mayArrive);
	},

	'starts nothing after its end'(part) {
		const { endedAt } = part.execution;
		const mayArrive = isAwaited(part) ? 0 : freePlacesAt(endedAt, part);
		expect(startedAfter(endedAt, part)).toBeLessThanOrEqual(mayArrive);
	},

	'starts nothing after the failure that stops it'(part) {
		const { maxConcurrent, tries } = part.settings;
		if (!isStopping(part) || tries > 1) return;
		for (const { respondedAt } of failuresIn(part)) {
			expect(startedAfter(respondedAt, part)).toBeLessThan(maxConcurrent);
		}
	},

	'that stops sends nothing of a batch with an item that cannot be read, and nothing after it'(
		part,
	) {
		const { items, batch } = part.settings;
		const faulty = items.findIndex((_, item) => faultOf(part, item));
		if (!isStopping(part) || faulty < 0) return;
		const firstUnsent = batch ? faulty - (faulty % batch.batchSize) : 0;
		for (const { item } of part.sent) expect(item).toBeLessThan(firstUnsent);
	},

	'ends as a success only if all its items were sent, or those that failed are in its output'(
		part,
	) {
		const { run, error } = part.execution;
		if (wasCanceled(part)) {
			// An expression that fails in a later batch can end the node before the cancellation does.
			const ends = hasFailedExpression(part) ? ['canceled', 'error'] : ['canceled'];
			return expect(ends).toContain(run.status);
		}
		expect(run.status).toBe(error ? 'error' : 'success');
		if (!isStopping(part)) return expect(error).toBeUndefined();
		if (searchesOnly(part)) return;
		const isEachDone = itemsOf(part).every(({ isDone }) => isDone);
		if (error) expect(isEachDone && partsBefore(part).every(isAwaited)).toBe(false);
		else expect(isEachDone).toBe(true);
	},

	'outputs its items paired and in order, and each that it sent once'(part) {
		const { execution, settings } = part;
		if (!isAwaited(part) || execution.error) return;
		const hasErrorOutput = settings.onError === 'continueErrorOutput';
		const [items, failures] = execution.outputs;
		expect(hasErrorOutput ? items.filter(({ json }) => json.error) : failures).toEqual([]);
		const isOwn = (item: number) => item >= 0;
		for (const output of execution.outputs) {
			const paired = output.map(pairedItem).filter(isOwn);
			expect(paired).toEqual([...paired].sort());
		}
		if (searchesOnly(part)) return;
		const own = [...settings.items.keys()].filter((item) => faultOf(part, item) !== 'expression');
		expect([...items, ...failures].map(pairedItem).filter(isOwn).sort()).toEqual(own);
		expect([...items, ...failures]).toHaveLength(settings.items.length);
	},

	'says the truth of each item'(part) {
		if (searchesOnly(part)) return;
		for (const { item, outcome, attached } of saidOf(part).filter((said) => said.item >= 0)) {
			const known = itemOf(part, item);
			const earlier = partsBefore(part).flatMap(saidOf);
			if (outcome === 'done') {
				expect(known).toMatchObject({ isDone: true });
				for (const { isApplied } of known.applied) expect(isApplied).toBe(true);
			} else if (outcome === 'unknown') {
				expect(known.mayBeUnknown).toBe(true);
			} else if (!earlier.some((said) => said.item === item && said.outcome === 'unknown')) {
				const applied = known.requests.filter(({ isApplied }) => isApplied);
				expect(known).toMatchObject({ isUnknown: false, isDone: false });
				expect(attached).toHaveLength(applied.length);
				if (part.number === 0) expect(attached).toEqual(known.attached);
			}
		}
	},

	'outputs the record of each item that it changed'(part) {
		const { execution, settings } = part;
		if (searchesOnly(part) || !isAwaited(part) || execution.error) return;
		for (const output of execution.outputs.flat().filter(({ json }) => !json.error)) {
			const last = itemOf(part, pairedItem(output)).applied.at(-1)!;
			expect(output.json).toMatchObject({ data: { wolkvox_id: last.respondedId || last.id } });
			const isUpsert = settings.way.operation.effect === 'upserts';
			expect(output.json.created).toBe(isUpsert ? last.kind === 'insert' : undefined);
		}
	},

	'that searches outputs all that can be found, or fails unless its user accepts less'(part) {
		const { execution, settings, crm } = part;
		if (!searchesOnly(part) || !isAwaited(part) || execution.error) return;
		const failures = failuresIn(part);
		for (const item of settings.items.keys()) {
			if (faultOf(part, item) === 'expression') continue;
			const outputs = execution.outputs.flat().filter((output) => pairedItem(output) === item);
			const { records, isComplete } = crm.find(targetOf(settings, item));
			const { limit = Infinity, ifNothingFound, incompleteResults } = settings;
			const isIncomplete = !isComplete && records.length < limit && incompleteResults === 'fail';
			const isMissing = records.length === 0 && ifNothingFound === 'fail';
			const hasFailed = outputs.some(({ json }) => json.error);
			if (isIncomplete || isMissing || faultOf(part, item)) expect(hasFailed).toBe(true);
			else if (hasFailed) expect(failures.map((failure) => failure.item)).toContain(item);
			else {
				const serials = outputs.map(({ json }) => json.serial as number);
				expect(serials.map((serial) => crm.records[serial])).toEqual(records.slice(0, limit));
			}
		}
	},

	'that continues sends every item that it may'(part) {
		const { crm, settings, number } = part;
		if (searchesOnly(part) || isStopping(part) || wasCanceled(part)) return;
		const failures = failuresIn(part);
		const items = itemsOf(part).filter(({ item, isDone }) => !faultOf(part, item) && !isDone);
		const unknown = itemsOf(part).filter(({ mayBeUnknown }) => mayBeUnknown);
		for (const { item, requests } of items) {
			const last = requests.filter(({ execution }) => execution === number).at(-1);
			if (last) {
				expect(failures).toContain(last);
				continue;
			}
			const target = targetOf(settings, item);
			const { onlyId, records } = crm.find(target);
			const isThere = records.length > 0 || crm.records.some(({ key }) => isSame(key, target));
			const isNew = settings.way.names === 'key' && !isThere;
			const isClear = !settings.items[item].isByKey || onlyId !== undefined || isNew;
			const isLost = failures.some((failure) => isSearch(failure) && isSame(failure.key, target));
			const subjects = unknown.map((other) => subjectOf(part, other.item));
			expect(isClear && !isLost && !subjects.includes(subjectOf(part, item))).toBe(false);
		}
	},
};

const isEqual = (a: string[], b: string[]) => a.join() === b.join();

function check(run: Observation): void {
	for (const part of partsOf(run)) {
		for (const [name, holds] of Object.entries(PROPERTIES)) {
			try {
				holds(part);
			} catch (error) {
				throw new Error(`A run ${name}: ${(error as Error).message}\n${logOf(run)}`);
			}
		}
	}
}

it(`A run keeps every guarantee (${RUNS} random runs)`, async () => {
	const checkOn = async (server: (typeof servers)[number], index: number) =>
		await fc.assert(
			fc.asyncProperty(anyRun, async (settings) => check(await observe(server, settings))),
			{ numRuns: Math.ceil(RUNS / servers.length), seed: SEED + index, timeout: LONGEST_RUN_MS },
		);
	const results = await Promise.allSettled(servers.map(checkOn));
	for (const result of results) if (result.status === 'rejected') throw result.reason;
}, 3_600_000);

/** What happened, for whoever reads a counterexample. */
function logOf({ crm, executions }: Observation): string {
	const sent = crm.sent.map((request) => {
		const { execution, item, kind, id, key, page, proof, isApplied } = request;
		const said = `execution ${execution}, item ${item}: ${kind} ${id || key} [${namesIn(request)}]`;
		const fate = isApplied ? 'applied' : 'not applied';
		return `${said}, page ${page}: ${proof}, ${fate} (${request.arrivedAt} to ${request.respondedAt})`;
	});
	const said = executions.map(({ run, outputs, error }) =>
		[run.status, error?.message ?? JSON.stringify(outputs), error?.description].join(' | '),
	);
	return [...sent, ...said].join('\n');
}
