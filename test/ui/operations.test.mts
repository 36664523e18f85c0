import { cutOff, labels } from './support/layout.mts';
import { nodePanel, openNode, parameter, searchNodes } from './support/node.mts';
import { useEditor } from './support/useEditor.mts';
import { inputWorkflow } from './support/workflow.mts';

/** The actions in the order of n8n's panel, and the parameters that a new node shows; an asterisk marks those that the user must fill. */
const ACTIONS = {
	'Create case': {
		resource: 'case',
		operation: 'create',
		shows: [
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
	},
	'Get case': { resource: 'case', operation: 'get', shows: ['Case*', 'Options'] },
	'Get many cases': {
		resource: 'case',
		operation: 'getMany',
		shows: ['Search By', 'Value*', 'Return All', 'Limit', 'Options'],
	},
	'Update case': {
		resource: 'case',
		operation: 'update',
		shows: ['Case*', 'Update Fields', 'Options'],
	},
	'Create record': {
		resource: 'record',
		operation: 'create',
		shows: ['Module', 'Fields', 'Fields (JSON)', 'Options'],
	},
	'Get many records': {
		resource: 'record',
		operation: 'getMany',
		shows: ['Module', 'Filter By', 'Field Name*', 'Value*', 'Return All', 'Limit', 'Options'],
	},
	'Update record': {
		resource: 'record',
		operation: 'update',
		shows: ['Module', 'Record*', 'Fields', 'Fields (JSON)', 'Options'],
	},
	'Get token quota': { resource: 'token', operation: 'getQuota', shows: ['Options'] },
};

jest.setTimeout(60_000);

const ui = useEditor('ui-operations');

beforeAll(async () => {
	await ui.addCredential();
}, 60_000);

it('the panel of nodes lists every action', async () => {
	await ui.page.goto(`${ui.n8n.url}/workflow/new`);
	await searchNodes(ui.page, ui.page.getByTestId('canvas-add-button').first(), 'wolkvox');
	const names = ui.page.getByTestId('node-creator-item-name');
	await names.getByText('Wolkvox CRM', { exact: true }).click();
	await names.getByText('Create case').waitFor();

	expect((await names.allInnerTexts()).filter((name) => name in ACTIONS)).toEqual(
		Object.keys(ACTIONS),
	);
});

describe.each(Object.entries(ACTIONS))('%s', (action, { shows, ...parameters }) => {
	it('shows in a new node only what it needs, in full, and asks for what is required', async () => {
		await ui.open(workflowOf(action, parameters));
		await openNode(ui.page, action);

		const panel = nodePanel(ui.page);
		await parameter(ui.page, 'operation').waitFor();
		expect(await labels(panel)).toEqual(
			expect.arrayContaining(shows.map((label) => label.replace('*', ''))),
		);
		expect(await cutOff(panel)).toEqual([]);
		expect(await panel.locator('[data-test-id="parameter-issues"]:visible').count()).toBe(
			shows.filter((label) => label.endsWith('*')).length,
		);
	});
});

it('the browser reports no errors or warnings', () => {
	expect(ui.browserErrors).toEqual([]);
});

/** A node with nothing but its operation, as the panel adds it. */
function workflowOf(name: string, parameters: object) {
	const workflow = inputWorkflow(`New: ${name}`, [{ json: {} }]);
	workflow.nodes.push({
		id: 'node',
		name,
		type: 'n8n-nodes-wolkvox.wolkvoxCrm',
		typeVersion: 1,
		position: [440, 0],
		parameters,
	});
	return workflow;
}
