/** Shorter tokens are not masked: they would turn up by chance in numbers and words of a response. */
const SHORTEST_SECRET = 6;

/**
 * Replaces the token in whatever a server said. Mask before cutting any text, or a part of the token
 * could remain.
 *
 * @param value text, or any JSON value: each string and key in it is masked
 */
export function maskToken<Value>(value: Value, token: string): Value;
export function maskToken(value: unknown, token: string): unknown {
	if (token.length < SHORTEST_SECRET) return value;
	const literal = [token, encodeURIComponent(token)]
		.map((form) => form.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
		.join('|');
	return mask(value, new RegExp(`(?<![\\p{L}\\p{N}])(?:${literal})(?![\\p{L}\\p{N}])`, 'gu'));
}

function mask(value: unknown, pattern: RegExp): unknown {
	if (typeof value === 'string') return value.replace(pattern, '[token]');
	if (Array.isArray(value)) return value.map((entry) => mask(entry, pattern));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, entry]) => [
			key.replace(pattern, '[token]'),
			mask(entry, pattern),
		]),
	);
}
