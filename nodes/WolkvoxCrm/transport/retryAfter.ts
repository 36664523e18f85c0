/** The longest wait that the node honors by itself, in milliseconds; a longer one is the user's to decide. */
export const LONGEST_WAIT = 30_000;

/**
 * How long a server asks to wait before the next request (RFC 9110, `Retry-After`: seconds or a date).
 *
 * @returns milliseconds from now; nothing if the header is missing or invalid
 */
export function retryAfterMs(headers: Record<string, unknown>): number | undefined {
	const value = String(headers['retry-after'] ?? '').trim();
	const isSeconds = /^\d+(\.\d+)?$/.test(value);
	const wait = isSeconds ? Number(value) * 1000 : dateOf(value) - Date.now();
	return Number.isFinite(wait) ? Math.max(wait, 0) : undefined;
}

/** A date has letters; `Date.parse` also reads numbers such as -5 as years. */
function dateOf(value: string): number {
	return /[a-z]/i.test(value) ? Date.parse(value) : NaN;
}

/** A wait for a person to read: whole seconds, up to a day. */
export function inWords(waitMs: number): string {
	const seconds = Math.ceil(waitMs / 1000);
	return seconds > 86_400 ? 'more than a day' : `${seconds} seconds`;
}
