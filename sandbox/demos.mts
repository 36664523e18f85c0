import { submitForm } from '../tools/forms.mts';
import type { N8n } from '../tools/n8n.mts';
import { REPORT, REPORT_SHA256 } from './report.mts';
import type { Case } from './standin/cases.mts';

/** An example at work: what it is sent, and what has to become of the stand-in's cases. */
export interface Demo {
	/** The example, in examples/. */
	file: string;
	/** The place of its case among those of the stand-in. */
	index: number;
	/** Sends the example what it waits for; returns what came back. */
	call(n8n: N8n, target: Case): Promise<string>;
	worked(before: Case[], after: Case[]): boolean;
	/** What has to become of the case. */
	outcome: string;
}

const SOLUTION = 'The second charge was paid back on 3 March.';
const UPDATE = {
	status: 'waiting for customer',
	note: 'Called back; she will send us the invoice.',
};

/** The form of the example is filled in, with a report. */
export const CLOSE_CASE: Demo = {
	file: 'close-case-from-form.json',
	index: 0,
	async call(n8n, { number }) {
		const report = new File([REPORT.bytes], REPORT.name, { type: REPORT.type });
		const { title, message } = await submitForm(n8n, 'close-case', [number, SOLUTION, report]);
		return `${title}: ${message}`;
	},
	worked(_before, after) {
		const { fields, attachments } = after[this.index];
		const [file, ...others] = attachments;
		return (
			fields.status === 'closed' &&
			fields.solution === SOLUTION &&
			others.length === 0 &&
			file?.name === REPORT.name &&
			file.size === REPORT.bytes.length &&
			file.sha256 === REPORT_SHA256
		);
	},
	outcome: 'the case is closed, and the file attached to it is identical to the one that was sent',
};

/** The example gets the number of a case, with a new status and a note, as another program sends them. */
export const UPDATE_BY_NUMBER: Demo = {
	file: 'update-case-by-number.json',
	index: 2,
	async call({ url }, { number }) {
		const response = await fetch(`${url}/webhook/update-case-by-number`, {
			method: 'POST',
			body: new URLSearchParams({ number, ...UPDATE }),
		});
		return `HTTP ${response.status} ${await response.text()}`;
	},
	worked(before, after) {
		const expected = before.map(({ fields, customFields }, index) =>
			index === this.index
				? {
						fields: { ...fields, status: UPDATE.status },
						customFields: { ...customFields, 'Last note': UPDATE.note },
					}
				: { fields, customFields },
		);
		const values = after.map(({ fields, customFields }) => ({ fields, customFields }));
		return JSON.stringify(values) === JSON.stringify(expected);
	},
	outcome: 'the case has the new status and the note, and no other case has changed',
};
