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

it('the browser reports no errors or warnings', () => {
	expect(ui.browserErrors).toEqual([]);
});
