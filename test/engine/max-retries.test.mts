import { CREATE_CASE, FIND_CASES, OPERATIONS, UPDATE_CASE } from '../support/operations.mts';
import { busyFor, LOST, useServer, waitForLateRequests } from '../support/server.mts';
import {
	CONTINUE,
	credentialFor,
	execute,
	numbered,
	textFile,
	update,
} from '../support/wolkvox.mts';

const server = useServer();

describe.each(OPERATIONS)('$name with Max Retries', (operation) => {
	it('is repeated until it succeeds if Wolkvox asks to wait', async () => {
		server.respond = (_, index) => (index < 2 ? busyFor(0) : {});
		const { outputs } = await execute(server, operation);
		expect(server.requests).toHaveLength(3);
		expect(outputs[0]).toHaveLength(1);
	});

	it('is repeated only so often', async () => {
		server.respond = () => busyFor(0);
		const { error } = await execute(server, operation, { options: { maxRetries: 3 } });
		expect(server.requests).toHaveLength(4);
		expect(error!.httpCode).toBe('429');
	});
});

// After which failures: test/unit/max-retries.test.mts.
it('a read is repeated after a lost response', async () => {
	server.respond = (_, index) => (index === 0 ? LOST : {});
	const { outputs } = await execute(server, FIND_CASES);
	expect(server.requests).toHaveLength(2);
	expect(outputs[0]).toHaveLength(1);
});

describe('a wait that Wolkvox asks for', () => {
	it.each([
		[3600, 'Busy', 'Busy. Wolkvox asks you to wait 3600 seconds'],
		[3600, 'Slow down.', 'Slow down. Wolkvox asks you to wait 3600 seconds'],
		[999_999_999, 'Busy', 'Busy. Wolkvox asks you to wait more than a day'],
		['9'.repeat(400), 'Busy', 'Busy. Wolkvox asks you to wait more than a day'],
	])(
		'is left to the user if it is longer than 30 seconds (%s: %s)',
		async (seconds, msg, message) => {
			for (const operation of [UPDATE_CASE, FIND_CASES]) {
				server.requests = [];
				server.respond = () => ({ ...busyFor(seconds), body: { code: 429, msg } });
				const { error } = await execute(server, operation);
				expect(server.requests).toHaveLength(1);
				expect(error!.message).toBe(message);
			}
		},
	);

	it.each([
		['shorter', 1, 3],
		['longer', 60, 1],
	])('holds the whole run if it is %s', async (_, seconds, requests) => {
		const times: number[] = [];
		let firstArrived = () => {};
		const first = new Promise<void>((resolve) => (firstArrived = resolve));
		server.respond = (_request, index) => {
			times.push(performance.now());
			firstArrived();
			return index === 0 ? busyFor(seconds) : {};
		};
		const { outputs } = await update(server, {
			items: numbered(2),
			options: { maxConcurrent: 2, maxRetries: 1 },
			node: CONTINUE,
			credential: async (itemIndex) => {
				// The second item may leave only when the node knows that it has to wait.
				if (itemIndex === 1) await first.then(waitForLateRequests);
				return credentialFor(server.url);
			},
		});
		expect(server.requests).toHaveLength(requests);
		if (seconds === 1) return expect(times[1] - times[0]).toBeGreaterThanOrEqual(990);
		return expect(outputs[1].map(({ json }) => json.error)).toEqual([
			'Busy. Wolkvox asks you to wait 60 seconds',
			'Wolkvox asks you to wait 60 seconds before the next request',
		]);
	});
});

it.each([
	{ ...UPDATE_CASE, parameter: 'updateFields' },
	{ ...CREATE_CASE, parameter: 'additionalFields' },
])('a repeated request carries the whole file: $name', async ({ parameter, ...operation }) => {
	server.respond = (_, index) => (index === 0 ? busyFor(0) : {});
	await execute(server, operation, {
		items: numbered(1, { data: textFile('x.bin', 'abc'.repeat(70_000)) }),
		parameters: { [parameter]: { attachments: 'data' } },
	});
	const [first, second] = server.requests.map(({ files }) => files);
	expect(second).toEqual(first);
	expect(second[0].size).toBe(210_000);
});
