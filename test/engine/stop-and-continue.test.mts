import { setTimeout as sleep } from 'node:timers/promises';

import type { ServerResponse } from 'node:http';

import { CHANGES, nounOf, OPERATIONS, type Operation } from '../support/operations.mts';
import { busyFor, itemOf, LOST, REFUSED, useServer } from '../support/server.mts';
import { EXPRESSION_ENDS_NODE } from '../support/version.mts';
import {
	CONTINUE,
	endsBefore,
	execute,
	failingExpression,
	numbered,
	pairedItems,
	update,
} from '../support/wolkvox.mts';

const server = useServer();

/** How long the server asks to wait where the node must not wait. */
const WAIT_S = 20;

/** Refuses the request with this number; items are sent one after another. */
const refuseRequest = (number: number) => {
	server.respond = (_, index) => (index === number ? REFUSED : {});
};

/** What an error says of the items before it: nothing if they were only read. */
function summaryOf(operation: Operation, items: string): RegExp {
	const { effect } = operation;
	return effect === 'reads'
		? /^(?!.*(before this|in the list of executions))/s
		: new RegExp(
				` Before this, 2 ${nounOf(operation)}s were ${effect.replace(/s$/, 'd')}: items ${items}\\.$`,
			);
}

describe.each(OPERATIONS)('$name in a run that stops at the first failure', (operation) => {
	it('sends nothing after it, and says what was changed before', async () => {
		refuseRequest(2);
		const { error, outputs } = await execute(server, operation, { items: numbered(6) });
		expect(server.requests).toHaveLength(3);
		expect(error).toMatchObject({ message: 'No', httpCode: '400', context: { itemIndex: 2 } });
		expect(error!.description ?? '').toMatch(summaryOf(operation, '0-1'));
		expect(outputs).toEqual([[], []]);
	});
});

describe.each(OPERATIONS)('$name in a run that continues', (operation) => {
	it('puts a failed item on the error output with its input, and pairs all', async () => {
		refuseRequest(1);
		const settings = { items: numbered(3), node: CONTINUE };
		const { error, outputs } = await execute(server, operation, settings);
		expect(error).toBeUndefined();
		expect(pairedItems(outputs[0])).toEqual([0, 2]);
		expect(outputs[1]).toEqual([{ json: { n: 1, error: 'No' }, pairedItem: { item: 1 } }]);
	});

	it('keeps a failed item among the others with Continue', async () => {
		refuseRequest(1);
		const { outputs } = await execute(server, operation, {
			items: numbered(3),
			node: { onError: 'continueRegularOutput' },
		});
		expect(pairedItems(outputs[0])).toEqual([0, 1, 2]);
		expect(outputs[0][1]).toEqual({ json: { error: 'No' }, pairedItem: { item: 1 } });
	});
});

describe('an expression that fails', () => {
	const withFailingItem = (item: number) => ({ updateFields: { status: failingExpression(item) } });

	it.each([1, 20])(
		'in a later item keeps a run that stops from sending anything (%i concurrent)',
		async (maxConcurrent) => {
			server.fail(0);
			const { error } = await update(server, {
				...withFailingItem(6),
				items: numbered(8),
				options: { maxConcurrent },
			});
			expect(error).toBeDefined();
			await sleep(50);
			expect(server.requests).toEqual([]);
		},
	);

	(EXPRESSION_ENDS_NODE ? it.skip : it)(
		'fails its item alone in a run that continues',
		async () => {
			const { outputs } = await update(server, {
				...withFailingItem(1),
				items: numbered(3),
				node: CONTINUE,
			});
			expect(server.sentItems).toEqual([0, 2]);
			expect(pairedItems(outputs[0])).toEqual([0, 2]);
		},
	);
});

describe('a run that stops', () => {
	it('sends nothing if a later item is invalid', async () => {
		const { error } = await update(server, {
			items: numbered(3),
			updateFields: { customFieldsJson: '={{ $json.n === 2 ? "{" : "{}" }}' },
		});
		expect(error!.message).toMatch(/\[item 2\]$/);
		expect(error!.description).toContain('No case was updated before this.');
		expect(server.requests).toEqual([]);
	});

	it('lets requests in flight finish, and counts them', async () => {
		server.respond = (request) => (itemOf(request) === 1 ? REFUSED : { delayMs: 100 });
		const { error } = await update(server, {
			items: numbered(20),
			options: { maxConcurrent: 3 },
		});
		expect(server.sentItems.sort()).toEqual([0, 1, 2]);
		expect(error!.description).toContain('2 cases were updated: items 0, 2.');
	});

	it.each(CHANGES)(
		'names the failure that caused the stop, and the items whose outcome is unknown: $name',
		async (operation) => {
			const held: Array<[item: number, response: ServerResponse]> = [];
			server.respond = (request) => (response) => {
				held.push([itemOf(request), response]);
				if (held.length < 20) return;
				for (const [item, each] of held) {
					if (item === 0) each.writeHead(400).end('{"code":400,"msg":"No"}');
					else setTimeout(() => each.destroy(), 50);
				}
			};
			const { error } = await execute(server, operation, {
				items: numbered(20),
				options: { maxConcurrent: 20 },
			});
			const changed = operation.effect.replace(/s$/, 'd');
			expect(error).toMatchObject({ message: 'No', context: { itemIndex: 0 } });
			expect(error!.description).toContain(
				`It is unknown whether items 1-19 were ${changed}: check before retrying.`,
			);
			expect(error!.description).not.toContain('before this');
		},
	);

	it('shows a refusal, and does not wait for a lower item to be repeated', async () => {
		server.respond = (request) =>
			itemOf(request) === 0 ? busyFor(WAIT_S) : { ...REFUSED, delayMs: 100 };
		const { error } = await endsBefore(
			WAIT_S,
			update(server, { items: numbered(2), options: { maxConcurrent: 2 } }),
		);
		expect(error).toMatchObject({ message: 'No', context: { itemIndex: 1 } });
	});
});

it('a run that continues says on the error output why each item failed', async () => {
	server.respond = (request) => ({ 1: REFUSED, 3: LOST })[itemOf(request)] ?? {};
	const { outputs } = await update(server, {
		items: numbered(5),
		node: CONTINUE,
		updateFields: { status: '={{ $json.n === 2 ? "" : "open" }}' },
	});
	expect(pairedItems(outputs[0])).toEqual([0, 4]);
	expect(outputs[1].map(({ json }) => json)).toEqual([
		{ n: 1, error: 'No' },
		{ n: 2, error: "'Update Fields' is empty [item 2]" },
		{ n: 3, error: expect.stringMatching(/broke before Wolkvox responded \[outcome unknown\]$/) },
	]);
});
