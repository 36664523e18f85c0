import { setTimeout as sleep } from 'node:timers/promises';

import { busyFor, fieldOf, useServer, waitForLateRequests } from '../support/server.mts';
import {
	credentialFor,
	failingExpression,
	numbered,
	textFile,
	TWO_TRIES,
	update,
} from '../support/wolkvox.mts';

const server = useServer();

const INTERVAL_MS = 300;
const requestOptions = { batching: { batch: { batchSize: 2, batchInterval: INTERVAL_MS } } };

/** Expects that a run in which the expression of item 2 fails sends nothing after its end. */
async function expectSilence(settings: Parameters<typeof update>[1] = {}) {
	const { error } = await update(server, {
		items: numbered(6),
		requestOptions,
		...settings,
		updateFields: { status: failingExpression(2), ...settings.updateFields },
	});
	expect(error).toBeDefined();
	await waitForLateRequests();
	const { length } = server.requests;
	await sleep(2 * INTERVAL_MS);
	expect(server.requests).toHaveLength(length);
}

describe('Batching', () => {
	it('sends the items of a batch before n8n evaluates those of the next', async () => {
		const items = numbered(4);
		server.respond = () => {
			for (const { json } of items) json.isSent = true;
			return {};
		};
		await update(server, {
			items,
			requestOptions: { batching: { batch: { batchSize: 2, batchInterval: 3000 } } },
			updateFields: { status: '={{ $json.isSent ?? false }}' },
		});
		expect(server.sentItems).toEqual([0, 1, 2, 3]);
		expect(server.requests.map((request) => fieldOf(request, 'status'))).toEqual([
			'false',
			'false',
			'true',
			'true',
		]);
	});

	it('holds a failure back until n8n handles failures, and sends nothing after it', async () => {
		server.fail(0);
		const { error } = await update(server, { items: numbered(6), requestOptions });
		expect(error).toMatchObject({ message: 'No', context: { itemIndex: 0 } });
		expect(server.sentItems).toEqual([0]);
	});
});

describe('Batching sends nothing after an expression that fails', () => {
	it('however slow the server is', async () => {
		server.respond = () => ({ delayMs: 100 });
		await expectSilence({ options: { maxConcurrent: 2 } });
		expect(server.sentItems).toEqual([0, 1]);
	});

	it('however long reading the credential takes', async () => {
		await expectSilence({
			credential: async () => {
				await sleep(80);
				return credentialFor(server.url);
			},
		});
	});

	it('and in the next try, nothing again that is still under way', async () => {
		server.respond = () => ({ delayMs: 3 * INTERVAL_MS });
		await expectSilence({ node: TWO_TRIES });
		expect(server.sentItems).toEqual([0]);
	});

	it.each([
		['further files', {}],
		['a repetition', busyFor(0)],
	])('not even %s', async (_, response) => {
		server.respond = () => ({ ...response, delayMs: 100 });
		await expectSilence({
			items: numbered(4, { a: textFile('a.txt'), b: textFile('b.txt'), c: textFile('c.txt') }),
			options: { maxConcurrent: 2, maxRetries: 5 },
			updateFields: { attachments: 'a,b,c' },
		});
	});
});
