import { addNode, closeNode, nodePanel, openNode, searchNodes } from './support/node.mts';
import { cutOff, labels } from './support/layout.mts';
import { inputWorkflow } from './support/workflow.mts';
import { useEditor } from './support/useEditor.mts';

/** The actions in the order of n8n's panel, and the parameters that a new node shows; an asterisk marks those that the user must fill. */
const ACTIONS = {
	'Create case': [
		'Case Type*',
		'Contact*',
		'Description*',
		'Status*',
		'Priority*',
		'Responsible*',
		'Owner*',
		'Additional Fields',
		'Options',
	],
	'Get case': ['Case*', 'Options'],
	'Get many cases': ['Search By', 'Value*', 'Return All', 'Limit', 'Options'],
	'Update case': ['Case*', 'Update Fields', 'Options'],
	'Create record': ['Module', 'Fields', 'Fields (JSON)', 'Options'],
	'Get many records': [
		'Module',
		'Filter By',
		'Field Name*',
		'Value*',
		'Return All',
		'Limit',
		'Options',
	],
	'Update record': ['Module', 'Record*', 'Fields', 'Fields (JSON)', 'Options'],
	'Get token quota': ['Options'],
};

jest.setTimeout(60_000);

const ui = useEditor('ui-operations');

beforeAll(async () => {
	await ui.addCredential();
	await ui.open(inputWorkflow('Every operation', [{ json: {} }]));
}, 60_000);

it('the panel of nodes lists every action', async () => {
	await searchNodes(ui.page, ui.page.getByTestId('node-creator-plus-button'), 'wolkvox');
	const names = ui.page.getByTestId('node-creator-item-name');
	await names.getByText('Wolkvox CRM', { exact: true }).click();
	await names.getByText('Create case').waitFor();

	expect(await names.allInnerTexts()).toEqual(Object.keys(ACTIONS));
	await ui.page.keyboard.press('Escape');
});

describe.each(Object.entries(ACTIONS))('%s', (action, parameters) => {
	it('shows in a new node only what it needs, in full and without complaints', async () => {
		await searchNodes(ui.page, ui.page.getByTestId('node-creator-plus-button'), 'wolkvox');
		await addNode(ui.page, 'Wolkvox CRM', action);

		expect(await labels(nodePanel(ui.page))).toEqual([
			'Credential',
			'Resource',
			'Operation',
			...parameters.map((label) => label.replace('*', '')),
		]);
		expect(await cutOff(nodePanel(ui.page))).toEqual([]);
		expect(await complaints()).toEqual([]);
	});

	it('asks for what is required when it is opened again', async () => {
		await closeNode(ui.page);
		await openNode(ui.page, action);

		expect(await complaints()).toEqual(
			parameters.filter((label) => label.endsWith('*')).map((label) => label.replace('*', '')),
		);
		await closeNode(ui.page);
	});
});

it('the browser reports no errors or warnings', () => {
	expect(ui.browserErrors).toEqual([]);
});

/** The labels of the parameters that n8n marks in red. */
async function complaints() {
	const panel = nodePanel(ui.page);
	expect(await panel.locator('.cm-lint-marker-error').count()).toBe(0);
	const marked = panel.getByTestId('parameter-item').filter({
		has: ui.page.locator('[data-test-id="parameter-issues"]:visible'),
	});
	return await labels(marked);
}
