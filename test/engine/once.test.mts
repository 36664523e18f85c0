import { watchRejections } from '../support/rejections.mts';
import { table } from '../support/markdown.mts';
import { writeSection } from '../support/report.mts';
import type { Received } from '../support/server.mts';
import { fieldOf, startServer, SUCCESS } from '../support/server.mts';
import { EXPRESSION_ENDS_NODE } from '../support/version.mts';
import { numbered, update } from '../support/wolkvox.mts';

const ITEMS = 5;
const MIDDLE = 2;
const LAST = ITEMS - 1;

type OnError = 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';

/** Which items fail, and how: by Wolkvox's answer, by an expression, by an answer that gets lost. */
const FAILURES: Record<string, number[]> = {
	first: [0],
	middle: [MIDDLE],
	last: [LAST],
	'bad expression in a later item': [],
	all: [0, 1, 2, 3, 4],
	'first, its answer lost': [0],
	'middle, its answer lost': [MIDDLE],
};

/** Items per batch, and the milliseconds between batches; the last is how a long run gets fast. */
const BATCHES: Record<string, { batchSize: number; batchInterval: number } | undefined> = {
	none: undefined,
	'2, 10 ms': { batchSize: 2, batchInterval: 10 },
	'1, 1 ms': { batchSize: 1, batchInterval: 1 },
};

const rows: unknown[][] = [];
const unhandled = watchRejections();

afterAll(() => {
	const head = [
		'on error',
		'Retry On Fail',
		'batching',
		'at once',
		'Execute Once',
		'what fails',
		'requests',
		'applied',
		'in the output',
		'unknown',
	];
	writeSection(
		'No double, no loss',
		`${rows.length} runs over ${ITEMS} items. "applied" is what the server's log says it took, "in the output" what the node says was updated, "unknown" an item whose answer was lost after the server took it, which the error says. Nothing that was applied was sent again; nothing was sent after a stop; no rejection was left unhandled.\n\n<details><summary>All runs</summary>\n\n${table(head, rows)}\n\n</details>`,
	);
});

const cases = (
	['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as OnError[]
).flatMap((onError) =>
	[false, true].flatMap((retryOnFail) =>
		Object.keys(BATCHES).flatMap((batching) =>
			[1, 3].flatMap((maxConcurrent) =>
				[false, true].flatMap((executeOnce) =>
					Object.keys(FAILURES).map((what) => ({
						onError,
						retryOnFail,
						batching,
						maxConcurrent,
						executeOnce,
						what,
					})),
				),
			),
		),
	),
);

const numberOf = (request: Received) => Number(fieldOf(request, 'wolkvox-id')!.replace('case', ''));

const name = (numbers: number[]) => (numbers.length ? numbers.join(' ') : 'none');

describe('every mixture of settings and failures', () => {
	it.each(cases)(
		'$onError, retry $retryOnFail, batching $batching, $maxConcurrent at once, once $executeOnce: $what',
		async ({ onError, retryOnFail, batching, maxConcurrent, executeOnce, what }) => {
			const batch = BATCHES[batching];
			const failing = FAILURES[what];
			const lost = what.includes('lost');
			const badExpression = what.startsWith('bad');
			const applied: number[] = [];
			const afterStop: number[] = [];
			let stoppedAt = 0;

			const server = await startServer((request) => {
				const number = numberOf(request);
				if (stoppedAt && Date.now() > stoppedAt) afterStop.push(number);
				if (failing.includes(number) && !lost)
					return { status: 400, body: { code: 400, msg: `No ${number}` } };
				applied.push(number);
				return failing.includes(number)
					? (response) => response.destroy()
					: { delayMs: 8, body: SUCCESS };
			});

			const { outputs, error } = await update(server.url, {
				items: numbered(ITEMS),
				options: { maxConcurrent },
				node: { onError, retryOnFail, maxTries: 3, waitBetweenTries: 1, executeOnce },
				requestOptions: batch ? { batching: { batch } } : {},
				updateFields: {
					status: badExpression
						? `={{ $json.n === ${MIDDLE + 1} ? $('nowhere').item : 'open' }}`
						: 'open',
				},
			});
			stoppedAt = Date.now();
			await new Promise((resolve) => setTimeout(resolve, batch || lost ? 40 : 10));
			await server.close();

			const items = executeOnce ? [0] : numbered(ITEMS).map((_, n) => n);
			const stops = onError === 'stopWorkflow';
			const failures = items.filter(
				(n) => failing.includes(n) || (badExpression && n === MIDDLE + 1),
			);
			const done = outputs[0]
				.filter(({ json }) => !json.error)
				.map(({ pairedItem }) => (pairedItem as { item: number }).item);
			const unknown = lost ? failures.filter((n) => applied.includes(n)) : [];
			const said = /items? ([\d, -]+)/.exec(error?.description ?? '')?.[1];
			const claimed = error && said ? expand(said) : done;
			rows.push([
				onError,
				retryOnFail,
				batching,
				maxConcurrent,
				executeOnce,
				what,
				server.requests.length,
				name(applied),
				name(claimed),
				name(unknown),
			]);

			expect(unhandled).toEqual([]);
			if (!badExpression) expect(afterStop).toEqual([]);
			expect(applied).toHaveLength(new Set(applied).size);

			if (failures.length === 0) {
				expect(error).toBeUndefined();
				expect(done).toEqual(items);
				expect([...applied].sort()).toEqual(items);
				return;
			}
			if (!stops && badExpression && EXPRESSION_ENDS_NODE) {
				expect(error).toBeDefined();
				expect(applied.filter((n) => n > MIDDLE)).toEqual([]);
				return;
			}
			if (stops && badExpression) {
				// Batching sends items before n8n reaches the expression; without it nothing is sent.
				expect(error).toBeDefined();
				const before = batch ? MIDDLE + 1 - ((MIDDLE + 1) % batch.batchSize) : 0;
				expect(applied.filter((number) => number >= before)).toEqual([]);
				if (batch) expect(applied).toContain(0);
				return;
			}
			if (stops) {
				expect(error).toBeDefined();
				expect([...claimed, ...unknown].sort()).toEqual([...applied].sort());
				expect(Math.max(...server.requests.map(numberOf))).toBeLessThan(
					failures[0] + maxConcurrent + (retryOnFail ? maxConcurrent : 0),
				);
				return;
			}
			expect([...done, ...unknown].sort()).toEqual([...applied].sort());
			expect(done).toEqual(items.filter((n) => !failures.includes(n)));
			const failedItems =
				onError === 'continueErrorOutput'
					? outputs[1]
					: outputs[0].filter(({ json }) => json.error);
			expect(failedItems).toHaveLength(failures.length);
			if (!badExpression) {
				expect(failedItems.map(({ pairedItem }) => pairedItem)).toEqual(
					failures.map((item) => ({ item })),
				);
			}
			// Only the first item's failure makes n8n try again; then each failed item is sent again.
			const tries = retryOnFail && failures[0] === 0 && !lost ? 3 : 1;
			if (!badExpression)
				expect(server.requests).toHaveLength(items.length + failures.length * (tries - 1));
		},
	);
});

/** "0-2, 4" as numbers. */
function expand(ranges: string): number[] {
	return ranges.split(', ').flatMap((range) => {
		const [from, to = from] = range.split('-').map(Number);
		return Array.from({ length: to - from + 1 }, (_, index) => from + index);
	});
}

describe('a timeout in the middle of several files', () => {
	const contents = Buffer.from('x');
	const files = {
		a: { name: 'a.txt', contents },
		b: { name: 'b.txt', contents },
		c: { name: 'c.txt', contents },
	};

	it.each([false, true])(
		'is not followed by anything (Retry On Fail %s), and the error names what was attached',
		async (retryOnFail) => {
			const server = await startServer((_, number) => (number === 1 ? () => {} : {}));
			const { error } = await update(server.url, {
				items: [
					{ json: { n: 0 }, files },
					{ json: { n: 1 }, files },
				],
				updateFields: { attachments: 'a,b,c' },
				requestOptions: { timeout: 300 },
				node: { retryOnFail, maxTries: 2, waitBetweenTries: 1 },
			});
			await server.close();
			expect(server.requests.map(({ files: [file] }) => file.name)).toEqual(['a.txt', 'b.txt']);
			expect(error!.message).toBe(
				'Wolkvox did not answer within 0.3 seconds (already attached: a.txt)',
			);
			expect(error!.description).toContain('item 0 in part (attached: a.txt)');
		},
	);
});

describe('two runs at the same time', () => {
	it('do not share a queue', async () => {
		const slow = await startServer(() => ({ delayMs: 100 }));
		const fast = await startServer();
		const started = Date.now();
		const both = [
			update(slow.url, { items: numbered(10) }).then(() => Date.now() - started),
			update(fast.url, { items: numbered(10) }).then(() => Date.now() - started),
		];
		const [slowTime, fastTime] = await Promise.all(both);
		await Promise.all([slow.close(), fast.close()]);
		expect(slowTime).toBeGreaterThan(950);
		expect(fastTime).toBeLessThan(900);
	});
});
