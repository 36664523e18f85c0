const TESTED = process.env.COMPAT_VERSION;

/** Whether the tests run in this version of n8n or in a newer one; `npm run test:compat` runs them in older ones. */
export function isSince(version: string): boolean {
	return !TESTED || TESTED.localeCompare(version, 'en', { numeric: true }) >= 0;
}

/** Whether an expression that fails for one item ends the whole node, whatever On Error says, as it did in these versions. */
export const EXPRESSION_ENDS_NODE = isSince('2.0') && !isSince('2.41');

/** Whether n8n's HTTP library waits forever after broken compression, whatever the timeout. */
export const BROKEN_COMPRESSION_HANGS = isSince('2.0') && !isSince('2.20');

/** Whether n8n forgets the status of a response whose body did not arrive, so that it proves nothing. */
export const STATUS_IS_FORGOTTEN = isSince('2.0') && !isSince('2.20');
