import type { SentRequest } from './failure';

/** Wolkvox replaced some hosts on September 1, 2024 (notice on the page "cases update"). */
export function checkServer(host: string): string {
	const [, number] = /^sv(\d+)\.crmvox\.com$/.exec(host) ?? [];
	const replacement = number ? ` Wolkvox has replaced ${host} with crm${number}.wolkvox.com.` : '';
	return `Check 'Server' in the credential.${replacement}`;
}

/** The codes by which Wolkvox rejects values (help center, "Possible Error Codes"). */
const REJECTED = [400, 412, 416, 417];

/** What to do about the other codes that Wolkvox lists there, and the usual others. */
const ADVICE: Record<number, string> = {
	401: "Check 'Token' in the credential: it must be an internal token of the CRM, not an external one and not one from Wolkvox Manager.",
	403: "Check 'Token' in the credential: it must be an internal token of the CRM. If it is, check 'CRM Operation Name'; the daily quota may also be used up.",
	405: "Check 'Server' in the credential.",
	413: 'An attachment is larger than the server accepts.',
	429: "Wolkvox is receiving too many requests: lower 'Max Concurrent Requests', or set 'Batching' under Settings > Request Options.",
};

/** What to do when Wolkvox itself responds with a code: its `code`, or the HTTP status. */
export function adviceForCode(
	code: number,
	{ operation, getValuesAdvice, fileBytes }: SentRequest,
): string | undefined {
	const { valuesAdvice, notFoundAdvice } = operation;
	if (REJECTED.includes(code)) {
		return `${getValuesAdvice?.() ?? valuesAdvice}${adviceForFiles(fileBytes)}`;
	}
	if (code === 404) {
		return notFoundAdvice
			? `${notFoundAdvice} If the ID is right, check 'Server' in the credential.`
			: "Check 'Server' in the credential.";
	}
	return ADVICE[code] ?? (code >= 500 ? 'Wolkvox is busy or unavailable.' : undefined);
}

/** PHP hands on an empty form if it is larger than the server accepts (`post_max_size`). */
function adviceForFiles(fileBytes: number): string {
	if (fileBytes === 0) return '';
	const size = (fileBytes / 1_000_000).toFixed(fileBytes < 100_000 ? 3 : 1);
	return ` If they are right, the request may have been too large: its files have ${size} MB, and a form that is too large for the server arrives empty.`;
}

/** What to do when something other than Wolkvox responds with an HTTP status. */
export function adviceForStatus(status: number, host: string): string {
	if (status === 413 || status === 429) return ADVICE[status];
	return `${checkServer(host)} A firewall or proxy on the way may also respond like this.`;
}
