import { readdirSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { table } from '../support/markdown.mts';
import { writeSection } from '../support/report.mts';
import { startSink, type Sink } from '../support/sink.mts';
import { numbered, pairedItems, update } from '../support/wolkvox.mts';

/** CI runs the short form; LOAD=long takes a few minutes. */
const LONG = process.env.LOAD === 'long';
const ITEMS = LONG ? 10_000 : 2_000;
const FILES = LONG ? 1_000 : 200;
const MB = 2 ** 20;

/** Updates before the measured ones, so that everything is loaded and compiled. */
const WARM_UP = 30;

// Other programs on the machine can block the event loop too.
jest.retryTimes(2);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const openDescriptors = () => readdirSync('/dev/fd').length;
const rows: unknown[][] = [];

afterAll(() => {
	writeSection(
		LONG ? 'Under load (long form)' : 'Under load (short form)',
		table(
			[
				'run',
				'items out of order',
				'memory held after nine tenths, over the level at the first request',
				'descriptors left open',
				'longest block of the event loop while sending',
			],
			rows,
		),
	);
});

const held = () => {
	// Only a second collection takes what the first one freed outside the heap off `external`.
	collectGarbage();
	collectGarbage();
	const { heapUsed, external } = process.memoryUsage();
	return (heapUsed + external) / MB;
};

/**
 * Watches memory and the event loop from the first request, before which n8n evaluates all items in
 * one go, until nine tenths are sent, when nearly all of what could pile up has done so.
 */
function watch(sink: Sink, total: number) {
	const loop = monitorEventLoopDelay({ resolution: 5 });
	let atStart: number | undefined;
	let grown: number | undefined;
	const timer = setInterval(async () => {
		const { ids } = await sink.received();
		const sent = ids.length - WARM_UP;
		if (sent > 0 && atStart === undefined) {
			atStart = held();
			loop.enable();
		} else if (sent >= total * 0.9 && grown === undefined) {
			loop.disable();
			grown = held() - atStart!;
		}
	}, 30);
	return () => {
		clearInterval(timer);
		return { grown: grown!, blocked: loop.max / 1e6 };
	};
}

it.each([
	[`${ITEMS} items`, ITEMS, 0, 20],
	[`${FILES} attachments of 1 MB, 1 concurrent`, FILES, MB, 1],
	[`${FILES} attachments of 1 MB, 20 concurrent`, FILES, MB, 20],
])(
	'%s: the order is kept, memory stays flat, nothing is left open, the event loop is free',
	async (name, count, size, maxConcurrent) => {
		const sink = await startSink();
		const files = { data: { contents: Buffer.alloc(size, 'x') } };
		const items = numbered(count, size ? files : undefined);
		await update(sink, { items: items.slice(0, WARM_UP), updateFields: { status: 'open' } });
		collectGarbage();
		const descriptors = openDescriptors();

		const stop = watch(sink, count);
		const { outputs, error } = await update(sink, {
			items,
			options: { maxConcurrent },
			updateFields: { status: '={{ "open" }}', ...(size && { attachments: 'data' }) },
		});
		const { grown, blocked } = stop();
		const { ids, bytes } = await sink.received();
		sink.close();
		await sleep(300);
		const left = openDescriptors() - descriptors;

		expect(error).toBeUndefined();
		const outOfOrder = pairedItems(outputs[0]).filter((item, index) => item !== index).length;
		expect(outputs[0]).toHaveLength(count);
		expect(outOfOrder).toBe(0);
		expect(new Set(ids.slice(WARM_UP)).size).toBe(count);
		if (maxConcurrent === 1)
			expect(ids.slice(WARM_UP)).toEqual(items.map(({ json }) => `case${json.n}`));
		expect(bytes).toBeGreaterThan(count * size);
		expect(left).toBeLessThanOrEqual(0);
		// Requests in flight count too: each holds a file and its copy.
		expect(grown).toBeLessThan(20 + 2 * maxConcurrent);
		expect(blocked).toBeLessThan(200);
		rows.push([
			name,
			outOfOrder,
			`${Math.max(grown, 0).toFixed(0)} MB`,
			Math.max(left, 0),
			`${blocked.toFixed(0)} ms`,
		]);
	},
	600_000,
);
