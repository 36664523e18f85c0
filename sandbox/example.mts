import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { N8n } from './n8n.mts';
import { REPORT, REPORT_SHA256 } from './report.mts';
import type { Sandbox } from './sandbox.mts';
import type { Case } from './standin/cases.mts';
import { ROOT } from './tools.cjs';
import { credentialData, ensureCredential, ensureWorkflow, withCredential } from './workflows.mts';

const SOLUTION = 'The second charge was paid back on 3 March.';
const UPDATE = {
	status: 'waiting for customer',
	note: 'Called back; she will send us the invoice.',
};

/** Adds an example workflow to n8n, with a credential for the stand-in, and publishes it; returns its id. */
export async function ensureExample(
	{ n8n, standIn }: Sandbox,
	file = 'close-case-with-report.json',
) {
	const credential = await ensureCredential(n8n, {
		name: 'Wolkvox CRM (sandbox)',
		type: 'wolkvoxCrmApi',
		data: credentialData(standIn.url, standIn.token),
	});
	const example = await readFile(join(ROOT, 'examples', file), 'utf8');
	const adapted = JSON.parse(example.replaceAll('user@operation', 'laura.gomez@demo'));
	return await ensureWorkflow(n8n, withCredential(adapted, credential));
}

/** Sends the report to the example's webhook, as a web form would; returns the response. */
export async function callExample(n8n: N8n, caseId: string) {
	const form = new FormData();
	form.append('caseId', caseId);
	form.append('solution', SOLUTION);
	form.append('report', new File([REPORT.bytes], REPORT.name, { type: REPORT.type }));
	return await post(n8n, 'close-case', form);
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

/** Sends the number of a case, with a new status and a note, to the example that finds it; returns the response. */
export async function callNumberExample(n8n: N8n, number: string) {
	return await post(n8n, 'update-case-by-number', new URLSearchParams({ number, ...UPDATE }));
}

/** Whether this case has the new status and the note, and no other case has changed. */
export function isUpdatedAlone(target: Case, before: Case[], after: Case[]) {
	const expected = before.map(({ fields, customFields, ...one }) =>
		one.id === target.id
			? {
					fields: { ...fields, status: UPDATE.status },
					customFields: { ...customFields, 'Last note': UPDATE.note },
				}
			: { fields, customFields },
	);
	const values = after.map(({ fields, customFields }) => ({ fields, customFields }));
	return JSON.stringify(values) === JSON.stringify(expected);
}

async function post({ url }: N8n, path: string, body: FormData | URLSearchParams) {
	const response = await fetch(`${url}/webhook/${path}`, { method: 'POST', body });
	return `HTTP ${response.status} ${await response.text()}`;
}
