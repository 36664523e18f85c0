import { FIND_CASES, UPDATE_CASE } from '../support/operations.mts';
import { busyFor, useServer, waitForLateRequests } from '../support/server.mts';
import { CONTINUE, endsBefore, execute, numbered, update } from '../support/wolkvox.mts';

const server = useServer();

let cancel = () => {};
const onStart = (stop: () => void) => void (cancel = stop);

// That a canceled change is not sent again: never-sent-twice.test.mts.
describe('a canceled execution', () => {
	describe.each([UPDATE_CASE, FIND_CASES])('$name', (operation) => {
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

	it('does not wait for the end of a pause that Wolkvox asked for', async () => {
		server.respond = () => {
			setTimeout(() => cancel(), 50);
			return busyFor(3);
		};
		await endsBefore(3, update(server, { onStart }));
		expect(server.requests).toHaveLength(1);
	});
});
