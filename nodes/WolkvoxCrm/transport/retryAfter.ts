/** The longest wait that the node honors by itself, in milliseconds; a longer one is the user's to decide. */
export const MAX_WAIT = 30_000;

/** `Date.parse` reads far more than dates, such as `soon 3` as a day in 2001. */
const HTTP_DATE = /^[a-z]{3}, \d\d [a-z]{3} \d{4} \d\d:\d\d:\d\d GMT$/i;

/**
 * How long a server asks to wait before the next request (RFC 9110, `Retry-After`: seconds or a date). A
 * date counts from the server's own `Date`, as its clock and n8n's may differ.
 *
 * @returns milliseconds, or no number for a date in the past; nothing if the header is missing or invalid
 */
export function getRetryAfter(headers: Record<string, unknown>): { waitMs?: number } | undefined {
	const value = String(headers['retry-after'] ?? '').trim();
	if (/^\d+$/.test(value)) return { waitMs: Number(value) * 1000 };
	if (!HTTP_DATE.test(value)) return undefined;

	const date = String(headers.date ?? '').trim();
	const now = HTTP_DATE.test(date) ? Date.parse(date) : Date.now();
	const waitMs = Date.parse(value) - now;
	return waitMs > 0 ? { waitMs } : {};
}

/** A wait for a person to read: whole seconds, up to a day. */
export function describeWait(waitMs: number): string {
	const seconds = Math.ceil(waitMs / 1000);
	return seconds > 86_400 ? 'more than a day' : `${seconds} seconds`;
}
