import type { INodeProperties } from 'n8n-workflow';

import { WolkvoxCrm } from '../../nodes/WolkvoxCrm/WolkvoxCrm.node';
import { complaints, cutOff, labels } from './support/layout.mts';
import {
	addAfter,
	closeNode,
	nodePanel,
	openNode,
	searchNodes,
	showActions,
} from './support/node.mts';
import { inEachTheme } from './support/picture.mts';
import { useEditor } from './support/useEditor.mts';
import { INPUT, inputWorkflow, wolkvoxNode } from './support/workflow.mts';

/** The actions in the order of n8n's panel, and the parameters that a new node shows; an asterisk marks those that the user must fill. */
const ACTIONS = {
	'Close case': ['Case*', 'Status*', 'Solution*', 'Additional Fields', 'Options'],
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
	'Create contact': ['Contact Fields', 'Email', 'Name', 'Options'],
	'Create or update contact': ['Match By', 'Contact Fields', 'Email', 'Name', 'Options'],
	'Delete contact': ['Contact*', 'Options'],
	'Get many contacts': ['Filter By', 'Search By', 'Value*', 'Return All', 'Limit', 'Options'],
	'Update contact': ['Contact*', 'Contact Fields', 'Email', 'Name', 'Options'],
	'Create record': ['Module', 'Fields', 'Options'],
	'Create or update record': ['Module', 'Field to Match*', 'Fields', 'Options'],
	'Delete record': ['Module', 'Record*', 'Options'],
	'Get many records': [
		'Module',
		'Filter By',
		'Field Name*',
		'Value*',
		'Return All',
		'Limit',
		'Options',
	],
	'Update record': ['Module', 'Record*', 'Fields', 'Options'],
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
	const actions = await showActions(ui.page, 'Wolkvox CRM');

	expect(await actions.allInnerTexts()).toEqual(Object.keys(ACTIONS));
	await ui.page.keyboard.press('Escape');
});

describe.each(Object.entries(ACTIONS))('%s', (action, marked) => {
	const withoutMark = (label: string) => label.replace('*', '');

	it('shows only what it needs, and nothing in red', async () => {
		await addAfter(ui.page, INPUT, action);

		const panel = nodePanel(ui.page);
		expect(await labels(panel)).toEqual([
			'Credential',
			'Resource',
			'Operation',
			...marked.map(withoutMark),
		]);
		expect(await complaints(panel)).toEqual([]);
		await seeNothingCutOff();
	});

	it('asks for what is required once it is opened again', async () => {
		await closeNode(ui.page);
		await openNode(ui.page, action);

		const required = marked.filter((label) => label.endsWith('*')).map(withoutMark);
		expect(await complaints(nodePanel(ui.page))).toEqual(required);
		await closeNode(ui.page);
	});
});

describe('a node with every field and option', () => {
	const { properties } = new WolkvoxCrm().description;

	it.each([
		['case', 'close', 'additionalFields'],
		['case', 'create', 'additionalFields'],
		['case', 'update', 'updateFields'],
		['contact', 'create', 'contactFields'],
	])('%s: %s shows them in full', async (resource, operation, collection) => {
		const parameters = {
			resource,
			operation,
			options: everythingIn('options', operation),
			[collection]: everythingIn(collection, operation),
		};
		const next = [wolkvoxNode('Full', parameters)];
		await ui.open(inputWorkflow('Every field', [{ json: {} }], { next }));
		await openNode(ui.page, 'Full');

		await seeNothingCutOff();
	});

	/** The fields of a collection that an operation has, as a user adds them. */
	function everythingIn(collection: string, operation: string) {
		const { options } = properties.find(({ name }) => name === collection)!;
		const fields = (options as INodeProperties[]).filter(({ displayOptions }) => {
			const operations = displayOptions?.show?.['/operation'];
			return operations === undefined || operations.includes(operation);
		});
		return Object.fromEntries(
			fields.map(({ name, type, default: value }) => [
				name,
				type === 'fixedCollection' ? { field: [{ name: '', value: '' }] } : value,
			]),
		);
	}
});

it('the browser reports no errors or warnings', () => {
	expect(ui.browserErrors).toEqual([]);
});

async function seeNothingCutOff() {
	await inEachTheme(ui.page, async () => expect(await cutOff(nodePanel(ui.page))).toEqual([]));
}
