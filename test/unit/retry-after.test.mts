import { getRetryAfter } from '../../nodes/WolkvoxCrm/transport/retryAfter';

/** The clock of n8n. */
const NOW = Date.parse('2026-11-05T12:00:00Z');

beforeAll(() => void jest.spyOn(Date, 'now').mockReturnValue(NOW));
afterAll(() => jest.restoreAllMocks());

const inSeconds = (seconds: number) => new Date(NOW + seconds * 1000).toUTCString();

/** Seconds by which the clock of the server is ahead of that of n8n. */
const CLOCKS = [-86_400, -600, -1, 0, 1, 600, 86_400];

describe('a Retry-After that is a date', () => {
	it.each(CLOCKS)('counts from Date if the clock of the server is %i seconds ahead', (ahead) => {
		const wait = (seconds: number) =>
			getRetryAfter({ date: inSeconds(ahead), 'retry-after': inSeconds(ahead + seconds) });
		expect(wait(5)).toEqual({ waitMs: 5000 });
		expect(wait(3600)).toEqual({ waitMs: 3_600_000 });
		expect(wait(0)).toEqual({});
		expect(wait(-5)).toEqual({});
	});

	it.each([undefined, '', 'now', '0', '2026-11-05T12:10:00Z', ['Thu', '05 Nov 2026']])(
		'counts from the clock of n8n if Date is %j',
		(date) => {
			expect(getRetryAfter({ date, 'retry-after': inSeconds(5) })).toEqual({ waitMs: 5000 });
			expect(getRetryAfter({ date, 'retry-after': inSeconds(-5) })).toEqual({});
		},
	);

	it.each([
		'Thu, 05 Nov 2026 12:00:05',
		'Thu, 05 Nov 2026 12:00:05 +0000',
		'2026-11-05T12:00:05Z',
		'5 Nov 2026',
		'soon 3',
	])('is ignored if it is not in the form of HTTP: %s', (value) => {
		expect(getRetryAfter({ date: inSeconds(0), 'retry-after': value })).toBeUndefined();
	});
});

it.each([
	['0', { waitMs: 0 }],
	['7', { waitMs: 7000 }],
	[' 7 ', { waitMs: 7000 }],
	[7, { waitMs: 7000 }],
	['-7', undefined],
	['1.5', undefined],
	['1e3', undefined],
	['', undefined],
	[undefined, undefined],
])('a Retry-After of %j does not depend on Date', (value, expected) => {
	for (const date of [undefined, inSeconds(-600), inSeconds(600)]) {
		expect(getRetryAfter({ date, 'retry-after': value })).toEqual(expected);
	}
});
