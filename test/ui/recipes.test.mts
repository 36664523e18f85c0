import type { Locator } from 'playwright-core';

import { REPORT, REPORT_SHA256 } from '../../sandbox/report.mts';
import { ensureWorkflow } from '../../tools/workflows.mts';
import { createCredentials, withCredentials } from '../e2e/support/examples.mts';
import { EXAMPLES, NOTE, readExample } from '../support/examples.mts';
import { takeCanvasPicture } from './support/picture.mts';
import { useEditor } from './support/useEditor.mts';

/** The examples whose nodes are shown in the guide. */
const RECIPES = [
	'close-case-from-form',
	'create-case-from-web-form',
	'update-cases-from-spreadsheet',
	'open-cases-of-a-customer',
	'add-follow-up-task',
	'find-and-close-case-by-ai-agent',
];
const WINDOW = { width: 1400, height: 900 };
/** Of n8n's usual size of text, which is small. */
const SMALLEST_ZOOM = 0.75;
/** How much of a note its text has to fill; older versions of n8n leave more space between its lines. */
const FILLED = 0.7;
/** What n8n's Production Checklist covers, from the upper left, once a workflow is first published. */
const CHECKLIST = { right: 420, bottom: 425 };

jest.setTimeout(120_000);

const ui = useEditor('ui-recipes');
let credentials: Awaited<ReturnType<typeof createCredentials>>;

beforeAll(async () => {
	credentials = await createCredentials(ui.sandbox, { url: ui.standIn.url });
	await ui.page.setViewportSize(WINDOW);
});

describe.each(EXAMPLES)('%s', (file) => {
	it('lacks nothing once it is imported, and its notes can be read at a glance', async () => {
		const { page } = ui;
		const { nodes } = readExample(file);

		await page.goto(`${ui.n8n.url}/workflow/new`);
		await page.getByTestId('workflow-import-input').setInputFiles(`examples/${file}`);
		await page.getByText('Credentials auto-added').waitFor();
		await page.getByTestId('zoom-to-fit').click();
		await page.waitForTimeout(1_000);

		const notes = await page.getByTestId('sticky').all();
		expect(await page.getByTestId('canvas-node').count()).toBe(
			nodes.filter(({ type }) => type !== NOTE).length,
		);
		expect(await page.getByTestId('node-issues').count()).toBe(0);
		expect(notes).not.toEqual([]);
		for (const note of notes) {
			const { x, y } = (await note.boundingBox())!;
			expect(x > CHECKLIST.right || y > CHECKLIST.bottom).toBe(true);
			const { zoom, box, text } = await measure(note);
			expect(zoom).toBeGreaterThanOrEqual(SMALLEST_ZOOM);
			expect(text).toBeLessThan(box);
			expect(text).toBeGreaterThan(box * FILLED);
		}
	});
});

it.each(RECIPES)('the nodes of %s fit into a picture', async (recipe) => {
	const example = withCredentials(readExample(`${recipe}.json`), credentials);
	const nodes = example.nodes.filter(({ type }) => type !== NOTE);
	await ui.open({ ...example, nodes });

	expect(await ui.page.getByTestId('node-issues').count()).toBe(0);
	await takeCanvasPicture(`recipe-${recipe}`, ui.page);
});

it.each([
	['close-case-from-form.json', ['Case number', 'Solution'], 'Close the case', 'closed'],
	['es/cerrar-caso-desde-formulario.json', ['Número del caso', 'Solución'], 'Cerrar', 'Cerrado'],
])('the form of %s closes a case', async (file, [number, solution], button, status) => {
	const example = readExample(file);
	await ensureWorkflow(ui.n8n, withCredentials(example, credentials));
	const [{ parameters }] = example.nodes;
	const { path } = parameters.options as { path: string };
	const target = ui.standIn.cases[EXAMPLES.indexOf(file) % 3];

	const form = await ui.page.context().browser()!.newPage();
	await form.goto(`${ui.n8n.url}/form/${path}`);
	await form.getByLabel(number).fill(target.number);
	await form.getByLabel(solution).fill('I paid it back.');
	await form.locator('input[type=file]').setInputFiles({
		name: REPORT.name,
		mimeType: REPORT.type,
		buffer: REPORT.bytes,
	});
	await form.getByRole('button', { name: button }).click();
	await form.locator('h1', { hasText: /Done|Listo/ }).waitFor();

	await form.getByText(target.number).waitFor();
	expect(target).toMatchObject({
		fields: { status, solution: 'I paid it back.' },
		attachments: [{ name: REPORT.name, sha256: REPORT_SHA256 }],
	});
	await form.close();
});

it('the browser reports no errors or warnings', () => {
	expect(ui.browserErrors).toEqual([]);
});

/** The heights of a note and of its text, and how large the canvas shows them. */
async function measure(note: Locator) {
	return await note.evaluate(
		(element: {
			offsetHeight: number;
			getBoundingClientRect(): { height: number };
			querySelector(selector: string): { scrollHeight: number };
		}) => ({
			zoom: element.getBoundingClientRect().height / element.offsetHeight,
			box: element.offsetHeight,
			text: element.querySelector(':scope > div > div').scrollHeight,
		}),
	);
}
