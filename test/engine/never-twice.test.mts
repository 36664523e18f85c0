import { setTimeout as sleep } from 'node:timers/promises';

import { table } from '../support/markdown.mts';
import { writeSection } from '../support/report.mts';
import { caseIdOf, useServer } from '../support/server.mts';
import { forbidUnhandledRejections } from '../support/unhandled.mts';
import { EXPRESSION_ENDS_NODE } from '../support/version.mts';
import {
	failingExpression,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	update,
} from '../support/wolkvox.mts';

const ITEMS = [0, 1, 2, 3, 4];

/** Which items fail, and how: Wolkvox refuses them, their response is lost, or their expression fails. */
const FAILURES: Record<string, { kind: string; failing: number[] }> = {
	'the first is refused': { kind: 'refused', failing: [0] },
	'the middle one is refused': { kind: 'refused', failing: [2] },
	'the last is refused': { kind: 'refused', failing: [4] },
	'all are refused': { kind: 'refused', failing: ITEMS },
	'the response of the first is lost': { kind: 'lost', failing: [0] },
	'the response of the middle one is lost': { kind: 'lost', failing: [2] },
	'a later expression fails': { kind: 'expression', failing: [3] },
};

/** Items per batch, and the milliseconds between batches; the last one makes a long run fast. */
const BATCHES: Record<string, { batchSize: number; batchInterval: number } | undefined> = {
	none: undefined,
	'2, 10 ms': { batchSize: 2, batchInterval: 10 },
	'1, 1 ms': { batchSize: 1, batchInterval: 1 },
};

/** Every combination of these values. */
function combinations<T extends object>(values: { [K in keyof T]: Array<T[K]> }): T[] {
	return Object.entries<unknown[]>(values).reduce<object[]>(
		(all, [name, each]) =>
			all.flatMap((settings) => each.map((value) => ({ ...settings, [name]: value }))),
		[{}],
	) as T[];
}

interface Settings {
	onError: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
	retryOnFail: boolean;
	batching: string;
	maxConcurrent: number;
	executeOnce: boolean;
	failure: string;
}

const allSettings = combinations<Settings>({
	onError: ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'],
	retryOnFail: [false, true],
	batching: Object.keys(BATCHES),
	maxConcurrent: [1, 3],
	executeOnce: [false, true],
	failure: Object.keys(FAILURES),
});

/** What must be true after a run with these settings, whatever its timing. */
function expected({
	failure,
	onError,
	retryOnFail,
	batching,
	maxConcurrent,
	executeOnce,
}: Settings) {
	const { kind } = FAILURES[failure];
	const items = executeOnce ? [0] : ITEMS;
	const failing = FAILURES[failure].failing.filter((item) => items.includes(item));
	const succeeding = items.filter((item) => !failing.includes(item));
	const [first] = failing;
	const lost = kind === 'lost' ? failing : [];
	const stops = onError === 'stopWorkflow' && failing.length > 0;

	const byTiming = { updated: expect.any(Array), requests: expect.any(Number) };

	if (kind === 'expression' && failing.length > 0 && (stops || EXPRESSION_ENDS_NODE)) {
		// In a run that stops, only batching lets items be sent before n8n reaches the expression.
		const { batchSize } = BATCHES[batching] ?? { batchSize: items.length };
		const mayBeApplied = items.slice(0, stops ? first - (first % batchSize) : first);
		const applied = stops ? mayBeApplied.slice(0, 1) : [];
		return { ...byTiming, fails: true, failed: [], applied, mayBeApplied };
	}
	if (stops) {
		const reach = first + maxConcurrent * (retryOnFail ? 2 : 1);
		const applied = [...succeeding.filter((item) => item < first), ...lost];
		const mayBeApplied = [...succeeding.filter((item) => item < reach), ...lost];
		return { ...byTiming, fails: true, failed: [], applied, mayBeApplied };
	}
	// n8n tries again only if the first item failed.
	const triedAgain = retryOnFail && kind === 'refused' && first === 0 ? failing.length : 0;
	const unsent = kind === 'expression' ? failing.length : 0;
	const applied = [...succeeding, ...lost];
	return {
		fails: false,
		updated: succeeding,
		failed: failing,
		requests: items.length - unsent + triedAgain * (RETRY_ON_FAIL.maxTries - 1),
		applied,
		mayBeApplied: applied,
	};
}

/** "0-2, 4" as numbers. */
function numbersIn(ranges: string): number[] {
	return ranges.split(', ').flatMap((range) => {
		const [from, to = from] = range.split('-').map(Number);
		return Array.from({ length: to - from + 1 }, (_, index) => from + index);
	});
}

const difference = (some: number[], others: number[]) => some.filter((n) => !others.includes(n));

const server = useServer();
forbidUnhandledRejections();

const rows: unknown[][] = [];

afterAll(() => {
	const head = [
		'On Error',
		'Retry On Fail',
		'batching',
		'concurrent',
		'Execute Once',
		'what fails',
		'requests',
		'applied',
		'in the output',
		'unknown',
	];
	writeSection(
		'No update twice, none lost',
		`${rows.length} runs over ${ITEMS.length} items. "applied" is what the server's log says it applied, "in the output" what the node says was updated, "unknown" an item whose response was lost after the server applied it, which the error says. Nothing that was applied was sent again; nothing was sent after a stop; no rejection was left unhandled.\n\n<details><summary>All runs</summary>\n\n${table(head, rows)}\n\n</details>`,
	);
});

it.each(allSettings)(
	'$onError, retry $retryOnFail, batching $batching, $maxConcurrent concurrent, once $executeOnce: $failure',
	async (settings) => {
		const { failure, onError, retryOnFail, batching, maxConcurrent, executeOnce } = settings;
		const { kind, failing } = FAILURES[failure];
		const batch = BATCHES[batching];
		const applied: number[] = [];
		const sentAfterEnd: number[] = [];
		let hasEnded = false;

		server.respond = (request) => {
			const item = Number(caseIdOf(request).replace('case', ''));
			if (hasEnded) sentAfterEnd.push(item);
			if (kind === 'refused' && failing.includes(item)) {
				return { status: 400, body: { code: 400, msg: `No ${item}` } };
			}
			applied.push(item);
			const isLost = kind === 'lost' && failing.includes(item);
			return isLost ? (response) => response.destroy() : { delayMs: 8 };
		};
		const { outputs, error } = await update(server, {
			items: numbered(ITEMS.length),
			options: { maxConcurrent },
			node: { ...RETRY_ON_FAIL, onError, retryOnFail, executeOnce },
			requestOptions: batch ? { batching: { batch } } : {},
			updateFields: { status: kind === 'expression' ? failingExpression(failing[0]) : 'open' },
		});
		hasEnded = true;
		await sleep(batch || kind === 'lost' ? 40 : 10);

		const { applied: certain, mayBeApplied, ...rest } = expected(settings);
		const [, ranges] = /items? ([\d, -]+)/.exec(error?.description ?? '') ?? [];
		const updated = ranges
			? numbersIn(ranges)
			: pairedItems(outputs[0].filter(({ json }) => !json.error));
		const failedItems = outputs.flat().filter(({ json }) => json.error);
		// n8n itself makes the item of a failed expression, without a pairing.
		const failed =
			kind === 'expression' ? failing.slice(0, failedItems.length) : pairedItems(failedItems);
		const unknown = kind === 'lost' ? applied.filter((item) => failing.includes(item)) : [];
		const cell = (numbers: number[]) => numbers.join(' ') || 'none';
		rows.push([
			...Object.values(settings),
			server.requests.length,
			...[applied, updated, unknown].map(cell),
		]);

		const isReported = !(rest.fails && kind === 'expression');
		expect({
			fails: error !== undefined,
			updated,
			failed,
			requests: server.requests.length,
			missing: difference(certain, applied),
			excess: difference(applied, mayBeApplied),
			appliedTwice: applied.filter((item, index) => applied.indexOf(item) < index),
			misreported: isReported
				? [...difference(applied, [...updated, ...unknown]), ...difference(updated, applied)]
				: [],
			sentAfterEnd: isReported ? sentAfterEnd : [],
		}).toEqual({
			...rest,
			missing: [],
			excess: [],
			appliedTwice: [],
			misreported: [],
			sentAfterEnd: [],
		});
	},
);
