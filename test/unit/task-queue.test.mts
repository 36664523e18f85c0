import { TaskQueue } from '../../nodes/WolkvoxCrm/execution/taskQueue';

/** A queue of items, each ready for the record of its letter; `?` is to be looked up, and `-` still being checked. */
function queueOf(records: string, concurrency: number) {
	const queue = new TaskQueue(concurrency);
	const tasks = [...records].map((record) => {
		const task = queue.add();
		if (record !== '-') queue.ready(task, record === '?' ? undefined : record);
		return task;
	});
	/** Starts what may start; returns which items are running. */
	const running = () => {
		queue.startNext();
		return tasks.flatMap(({ isRunning }, index) => (isRunning ? [index] : []));
	};
	return { queue, tasks, running };
}

describe('of the items in a queue, those start', () => {
	it.each([
		['that come first, as many as may', 'abcd', 2, [0, 1]],
		['of different records', 'aabb', 4, [0, 2]],
		['before the first that is still being checked', 'a-b', 3, [0]],
		['that are looked up, in any number', '???', 3, [0, 1, 2]],
		['that are looked up, whatever is before them', 'aa?', 3, [0, 2]],
		['before the first that is looked up, which may be of any record', 'a?b', 3, [0, 1]],
	])('%s: %s, %d at a time', (_, records, concurrency, expected) => {
		expect(queueOf(records, concurrency).running()).toEqual(expected);
	});
});

it('the next item of a record starts once the one before it has left', () => {
	const { queue, tasks, running } = queueOf('aab', 2);
	expect(running()).toEqual([0, 2]);
	queue.remove(tasks[0]);
	expect(running()).toEqual([1, 2]);
});

it('an item that is found waits again, behind the earlier ones of its record', () => {
	const { queue, tasks, running } = queueOf('a?b', 3);
	expect(running()).toEqual([0, 1]);
	queue.moveTo(tasks[1], 'a');
	expect(running()).toEqual([0, 2]);
	queue.remove(tasks[0]);
	expect(running()).toEqual([1, 2]);
});

it('an item that is found gives its place back until it starts again', async () => {
	const { queue, tasks, running } = queueOf('?b', 1);
	expect(running()).toEqual([0]);
	await tasks[0].started;
	queue.moveTo(tasks[0], 'a');
	let isStarted = false;
	void tasks[0].started.then(() => (isStarted = true));
	await Promise.resolve();
	expect(isStarted).toBe(false);
	expect(running()).toEqual([0]);
	await tasks[0].started;
	expect(isStarted).toBe(true);
});

it('a queue knows whether an item is still being checked, and whether any is left', () => {
	const { queue, tasks, running } = queueOf('-', 1);
	expect([queue.isPreparing, queue.isIdle]).toEqual([true, false]);
	queue.ready(tasks[0], 'a');
	running();
	expect([queue.isPreparing, queue.isIdle]).toEqual([false, false]);
	queue.remove(tasks[0]);
	expect([queue.isPreparing, queue.isIdle]).toEqual([false, true]);
});

it('an item that ends before it was ready is no longer being checked', () => {
	const { queue, tasks } = queueOf('-', 1);
	queue.remove(tasks[0]);
	expect([queue.isPreparing, queue.isIdle]).toEqual([false, true]);
});

it('the end of a run cancels the items that wait, and no other', async () => {
	const { queue, tasks, running } = queueOf('aa', 2);
	expect(running()).toEqual([0]);
	queue.cancelWaiting();
	await expect(tasks[0].started).resolves.toBeUndefined();
	await expect(tasks[1].started).rejects.toThrow(
		'The execution was canceled before this item was sent',
	);
});

it('the end of a run with 2,000 waiting items takes less than 2 seconds of the processor', async () => {
	const { queue, tasks } = queueOf('a'.repeat(2000), 1);

	const start = process.cpuUsage();
	for (const task of tasks) {
		queue.cancelWaiting();
		queue.remove(task);
	}
	const { user } = process.cpuUsage(start);
	const ends = await Promise.allSettled(tasks.map(async ({ started }) => await started));
	expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
	expect(user / 1_000_000).toBeLessThan(2);
}, 60_000);
