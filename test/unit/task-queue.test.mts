import { TaskQueue } from '../../nodes/WolkvoxCrm/execution/taskQueue';

it('the end of a run with 2,000 waiting items takes less than 2 seconds of the processor', async () => {
	const queue = new TaskQueue(1);
	const tasks = Array.from({ length: 2000 }, () => queue.add());
	tasks.forEach((task, n) => queue.ready(task, `case${n}`));

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
