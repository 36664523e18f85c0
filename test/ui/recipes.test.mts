import { addExamples } from '../../sandbox/examples.mts';
import { REPORT, REPORT_SHA256 } from '../../sandbox/report.mts';
import { createCredentials, readExample, withCredentials } from '../e2e/support/examples.mts';
import { takeCanvasPicture } from './support/picture.mts';
import { useEditor } from './support/useEditor.mts';

const RECIPES = [
	['close-case-with-report', ['Case: Update']],
	['find-case-by-number-and-update', ['Case: Get Many', 'Case: Update']],
	[
		'create-case-from-web-form',
		['Record: Get Many', 'Record: Create', 'Case: Create', 'Case: Get'],
	],
	['update-cases-from-spreadsheet', ['Case: Update']],
	['find-and-close-case-by-ai-agent', ['Case: Get Many', 'Case: Update']],
] as const;

jest.setTimeout(120_000);

const ui = useEditor('ui-recipes');

it.each(RECIPES)('%s lacks nothing but its credentials', async (recipe, operations) => {
	const { page } = ui;
	const example = withCredentials(
		readExample(`${recipe}.json`),
		await createCredentials(ui.sandbox, { url: ui.standIn.url }),
	);
	// Without its notes it fits into a picture that can be read.
	const nodes = example.nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote');
	await ui.open({ ...example, nodes });

	for (const operation of operations) {
		await page.getByTestId('canvas-node').getByText(operation, { exact: true }).waitFor();
	}
	expect(await page.getByTestId('canvas-node').count()).toBe(nodes.length);
	expect(await page.getByTestId('node-issues').count()).toBe(0);
	await takeCanvasPicture(`recipe-${recipe}`, page);
});

describe('the form for a new case', () => {
	beforeAll(async () => {
		await addExamples(ui.sandbox, ['create-case-from-web-form.json']);
	});

	it.each([
		['a contact whom the CRM knows', 'Diana Torres', 'diana.torres@example.com', 0],
		['someone new', 'Jorge Peña', 'jorge.pena@example.com', 1],
	])('shows its number to %s', async (_who, name, email, newContacts) => {
		const contacts = ui.standIn.records.length;
		const form = await ui.page.context().browser()!.newPage();
		await form.goto(`${ui.n8n.url}/form/new-case`);
		await form.getByLabel('Email').fill(email);
		await form.getByLabel('Name').fill(name);
		await form.getByLabel('What happened').fill('I was charged twice.');
		await form.locator('input[type=file]').setInputFiles({
			name: REPORT.name,
			mimeType: REPORT.type,
			buffer: REPORT.bytes,
		});
		await form.getByRole('button', { name: 'Send' }).click();
		await form.getByText('Thank you').waitFor();

		const created = ui.standIn.cases.at(-1)!;
		await form.getByText(`The number of your case is ${created.number}.`).waitFor();
		expect(created).toMatchObject({
			fields: { contact: email, description: 'I was charged twice.' },
			attachments: [{ name: REPORT.name, sha256: REPORT_SHA256 }],
		});
		expect(ui.standIn.records).toHaveLength(contacts + newContacts);
		await form.close();
	});
});

it('the browser reports no errors or warnings', () => {
	expect(ui.browserErrors).toEqual([]);
});
