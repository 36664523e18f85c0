import { getEventListeners } from 'node:events';

import { CREATE_CASE, FIND_CASES, UPDATE_CASE } from '../support/operations.mts';
import { busyFor, itemOf, useServer, waitForLateRequests } from '../support/server.mts';
import { CONTINUE, endsBefore, execute, numbered, pairedItems } from '../support/wolkvox.mts';

const server = useServer();

let cancel = () => {};
const onStart = (stop: () => void) => void (cancel = stop);

// That a canceled change is not sent again: never-sent-twice.test.mts.
describe.each([UPDATE_CASE, FIND_CASES])('a canceled execution of $name', (operation) => {
	it.each([{}, CONTINUE])('starts nothing more: %j', async (node) => {
		server.respond = (_, index) => {
			if (index === 2) cancel();
			return { delayMs: 20 };
		};
		const { run } = await execute(server, operation, { items: numbered(20), node, onStart });
		await waitForLateRequests();
		expect(run.status).toBe('canceled');
		expect(server.requests).toHaveLength(3);
	});
});

describe('a run that is canceled', () => {
	const IN_BATCHES = { batching: { batch: { batchSize: 1, batchInterval: 600 } } };
	const LEFT = 'The execution was canceled before this item was sent';

	/** Creates five cases, the third of which has to wait, and cancels the run after the request of an item. */
	const cancelAfter = async (canceled: number, settings: object) => {
		server.respond = (request) => {
			const item = itemOf(request);
			// Once the node has read the response.
			if (item === canceled) void waitForLateRequests().then(() => cancel());
			return item === 2 ? busyFor(20) : {};
		};
		const run = execute(server, CREATE_CASE, { items: numbered(5), onStart, ...settings });
		return await endsBefore(20, run);
	};

	it.each([
		['in a pause that Wolkvox asked for', 2, {}],
		['between two batches', 1, { requestOptions: IN_BATCHES }],
	])('%s fails with what was created, and is no success with fewer items', async (...row) => {
		const [, item, settings] = row;
		const { run, outputs, error } = await cancelAfter(item, settings);
		expect(run.status).toBe('canceled');
		expect(outputs).toEqual([[], []]);
		expect(error).toMatchObject({
			message: LEFT,
			description: 'Before this, 2 cases were created: items 0-1.',
		});
	});

	it('in a pause has each item in its output if it goes on after failures', async () => {
		const { outputs } = await cancelAfter(2, { node: CONTINUE });
		expect(outputs.map(pairedItems)).toEqual([
			[0, 1],
			[2, 3, 4],
		]);
		expect(outputs[1].at(-1)!.json.error).toContain(LEFT);
	});
});

it('a run that has ended leaves no listener that waits for a cancellation', async () => {
	const added = jest.spyOn(EventTarget.prototype, 'addEventListener');
	await execute(server, FIND_CASES, {
		items: numbered(50).map(({ json }) => ({ json: { text: `item${json.n}` } })),
		parameters: { value: "={{ $fromAI('text', '', 'string') }}" },
		isCalled: true,
	});
	const signals = new Set(
		added.mock.contexts.filter((_, index) => added.mock.calls[index][0] === 'abort'),
	);
	added.mockRestore();
	expect(server.requests).toHaveLength(50);
	expect(signals.size).toBeGreaterThan(0);
	for (const signal of signals) {
		expect(getEventListeners(signal as AbortSignal, 'abort').length).toBeLessThan(5);
	}
});
