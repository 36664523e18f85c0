import { FIND_CASES, OPERATIONS, UPDATE_CASE, UPSERTS } from '../support/operations.mts';
import { busyFor, found, SUCCESS } from '../support/server.mts';
import { operationOf, waitsFor } from './product.mts';

const update = operationOf(UPDATE_CASE);
const search = operationOf(FIND_CASES);

const BUSY = { status: 429, body: { code: 429, msg: 'Busy' } };
const FOUND = { body: found() };
const BROKEN = { status: 500, body: '<h1>' };

describe('the wait before a repetition', () => {
	it('doubles if Wolkvox does not say how long', async () => {
		const responses = [BUSY, BUSY, BUSY, { body: SUCCESS }];
		expect(await waitsFor(update, responses, 5)).toEqual([1000, 2000, 4000]);
		expect(await waitsFor(search, [BROKEN, BROKEN, FOUND], 5)).toEqual([1000, 2000]);
	});

	it.each([...OPERATIONS, ...UPSERTS])(
		'follows a server error if $name reads',
		async (operation) => {
			const waits = await waitsFor(operationOf(operation), [BROKEN, FOUND], 1);
			expect(waits).toEqual(operation.effect === 'reads' ? [1000] : [0]);
		},
	);

	it('is as long as Wolkvox asks', async () => {
		const responses = [busyFor(0), busyFor(7), busyFor(30), { body: SUCCESS }];
		expect(await waitsFor(update, responses, 5)).toEqual([0, 7_000, 30_000]);
	});

	it('is passed on to the run also after the last repetition, and if it is longer than 30 seconds', async () => {
		expect(await waitsFor(update, [busyFor(1), busyFor(2), busyFor(3)], 2)).toEqual([
			1_000, 2_000, 3_000,
		]);
		expect(await waitsFor(update, [busyFor(31)], 5)).toEqual([31_000]);
	});

	it('is none after a failure that is not repeated', async () => {
		expect(await waitsFor(update, [BROKEN], 5)).toEqual([0]);
		expect(await waitsFor(update, [BUSY], 0)).toEqual([0]);
	});
});
