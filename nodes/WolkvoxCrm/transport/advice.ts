/** Wolkvox replaced some hosts on September 1, 2024 (notice on the page "cases update"). */
export function checkServer(host: string): string {
	const [, number] = /^sv(\d+)\.crmvox\.com$/.exec(host) ?? [];
	const replacement = number ? ` Wolkvox has replaced ${host} with crm${number}.wolkvox.com.` : '';
	return `Check Server in the credential.${replacement}`;
}

const CHECK_VALUES =
	'Check the values: Status and Priority must exist for the case type, Responsible must be a user of the CRM, Solution is required when the status closes the case, and names of custom fields must be spelled as in the CRM.';

/** What to do about the codes that Wolkvox lists (help center, "Possible Error Codes"), and the usual others. */
const ADVICE: Record<number, string> = {
	400: CHECK_VALUES,
	401: 'Check Token in the credential: it must be an internal token of the CRM, not an external one and not one from Wolkvox Manager.',
	403: 'Check Token in the credential: it must be an internal token of the CRM. If it is, check CRM Operation Name; the daily quota may also be used up.',
	404: 'Check Case: it needs the Wolkvox ID, the last part of the URL of the open case. Check Server in the credential, too.',
	405: 'Check Server in the credential.',
	412: CHECK_VALUES,
	413: 'An attachment is larger than the server accepts.',
	416: CHECK_VALUES,
	417: CHECK_VALUES,
	429: 'Wolkvox is receiving too many requests: lower Max Concurrent Requests, or set Batching under Settings > Request Options.',
};

/** What to do when Wolkvox itself responds with a code: its `code`, or the HTTP status. */
export function adviceForCode(code: number): string | undefined {
	return ADVICE[code] ?? (code >= 500 ? 'Wolkvox is busy or unavailable.' : undefined);
}

/** What to do when something other than Wolkvox responds with an HTTP status. */
export function adviceForForeignStatus(status: number, host: string): string {
	if (status === 413) return ADVICE[413];
	if (status === 429) return ADVICE[429];
	return `${checkServer(host)} A firewall or proxy on the way may also respond like this.`;
}
