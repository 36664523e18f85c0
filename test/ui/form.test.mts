import { REPORT, REPORT_SHA256 } from '../../sandbox/report.mts';
import { ensureWorkflow } from '../../sandbox/workflows.mts';
import { createCredentials, readExample, withCredentials } from '../e2e/support/examples.mts';
import { useEditor } from './support/useEditor.mts';

jest.setTimeout(60_000);

const ui = useEditor('ui-form');

beforeAll(async () => {
	const credentials = await createCredentials(ui.sandbox, { url: ui.standIn.url });
	const example = readExample('create-case-from-web-form.json');
	await ensureWorkflow(ui.n8n, withCredentials(example, credentials));
}, 60_000);

describe('a customer fills in the form, and gets the number of the new case', () => {
	it.each([
		['a known contact', 'diana.torres@example.com', 'Diana Torres'],
		['an unknown contact', 'jorge.vega@example.com', 'Jorge Vega'],
	])('as %s', async (_who, email, name) => {
		const { page, standIn } = ui;
		await page.goto(`${ui.n8n.url}/form/new-case`);
		await page.getByLabel('Email').fill(email);
		await page.getByLabel('Name').fill(name);
		await page.getByLabel('What happened').fill('I was charged twice.');
		await page
			.getByLabel('File')
			.setInputFiles({ name: REPORT.name, mimeType: REPORT.type, buffer: REPORT.bytes });
		await page.getByRole('button', { name: 'Send' }).click();

		await page.getByText('The number of your case is').waitFor();
		const created = standIn.cases.at(-1)!;
		await page.getByText(created.number).waitFor();
		expect(created).toMatchObject({
			fields: { contact: email, description: 'I was charged twice.' },
			attachments: [{ name: REPORT.name, sha256: REPORT_SHA256 }],
		});
		expect(standIn.records.filter(({ fields }) => fields.emailcontact === email)).toMatchObject([
			{ fields: { namecontact: name } },
		]);
	});
});

it('the browser reports no errors or warnings', () => {
	expect(ui.browserErrors).toEqual([]);
});
