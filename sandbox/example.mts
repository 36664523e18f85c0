import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { N8n } from './n8n.mts';
import { REPORT, REPORT_SHA256 } from './report.mts';
import type { Sandbox } from './sandbox.mts';
import type { Case } from './standin/cases.mts';
import { ROOT } from './tools.cjs';
import { credentialData, ensureCredential, ensureWorkflow, withCredential } from './workflows.mts';

const EXAMPLE = join(ROOT, 'examples', 'close-case-with-report.json');
const SOLUTION = 'The second charge was paid back on 3 March.';

/** Adds the example workflow to n8n, with a credential for the stand-in, and publishes it; returns its id. */
export async function ensureExample({ n8n, standIn }: Sandbox) {
	const credential = await ensureCredential(n8n, {
		name: 'Wolkvox CRM (sandbox)',
		type: 'wolkvoxCrmApi',
		data: credentialData(standIn.url, standIn.token),
	});
	const example = JSON.parse(await readFile(EXAMPLE, 'utf8'));
	return await ensureWorkflow(n8n, withCredential(example, credential));
}

/** Sends the report to the example's webhook, as a web form would; returns the response. */
export async function callExample({ url }: N8n, caseId: string) {
	const form = new FormData();
	form.append('caseId', caseId);
	form.append('solution', SOLUTION);
	form.append('report', new File([REPORT.bytes], REPORT.name, { type: REPORT.type }));
	const response = await fetch(`${url}/webhook/close-case`, { method: 'POST', body: form });
	return `HTTP ${response.status} ${await response.text()}`;
}

/** Whether the case is closed and holds the report, byte for byte. */
export function isClosedWithReport({ fields, attachments }: Case) {
	const [file, ...others] = attachments;
	return (
		fields.status === 'closed' &&
		fields.solution === SOLUTION &&
		others.length === 0 &&
		file?.name === REPORT.name &&
		file.size === REPORT.bytes.length &&
		file.sha256 === REPORT_SHA256
	);
}
