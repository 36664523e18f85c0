import { freePort } from '../../sandbox/n8n.mts';
import { credentialData, ensureCredential } from '../../sandbox/workflows.mts';
import { closeNode, executeStep, openNode, outputPanel } from './support/node.mts';
import { useEditor } from './support/useEditor.mts';
import { inputWorkflow, withNode } from './support/workflow.mts';

/** The second has no email address. */
const ITEMS = [{ json: { email: 'diana.torres@example.com' } }, { json: { email: '' } }];
const NEW_CASE = {
	resource: 'case',
	operation: 'create',
	caseType: { __rl: true, mode: 'list', value: 'Claims', cachedResultName: 'Claims' },
	description: 'I was charged twice.',
	status: 'open',
	priority: 'low',
	responsible: 'laura.gomez@demo',
	owner: 'ana.ruiz@demo',
};
const NODES = {
	'Empty contact': { ...NEW_CASE, contact: '={{ $json.email }}' },
	'Unknown contact': { ...NEW_CASE, contact: 'nobody@example.com' },
	'Unknown case': {
		resource: 'case',
		operation: 'get',
		caseId: { __rl: true, mode: 'id', value: 'CASO-1001' },
	},
};

jest.setTimeout(60_000);

const ui = useEditor('ui-errors');
let unreachable: string;

beforeAll(async () => {
	const credential = await ui.addCredential();
	unreachable = `127.0.0.1:${await freePort()}`;
	const nowhere = await ensureCredential(ui.n8n, {
		name: 'Nowhere',
		type: 'wolkvoxCrmApi',
		data: credentialData(`http://${unreachable}`, ui.standIn.token),
	});
	const workflow = Object.entries(NODES).reduce(
		(before, [name, parameters]) => withNode(before, name, parameters, credential),
		inputWorkflow('What can go wrong', ITEMS),
	);
	await ui.open(withNode(workflow, 'Unreachable server', NODES['Unknown case'], nowhere));
	await ui.page.getByTestId('zoom-to-fit').click();
}, 60_000);

beforeEach(() => {
	ui.standIn.log.length = 0;
});

it('a required value is empty: its label, the item, and what happened before', async () => {
	await seeError('Empty contact', {
		message: 'Contact is empty [item 1]',
		advice:
			'Wolkvox requires it for a new case. An expression may have found nothing for this item. No case was created before this.',
	});
	expect(ui.standIn.log).toEqual([]);
});

it('Wolkvox rejects the contact: its own words, and what to check', async () => {
	await seeError('Unknown contact', {
		message: 'There is no contact nobody@example.com [item 0]',
		advice: 'Check the values: Contact must exist in the CRM',
	});
	expect(ui.standIn.log.map(({ code }) => code)).toEqual([412]);
});

it('no case has the ID: which one, and how to look for a number', async () => {
	await seeError('Unknown case', {
		message: 'Wolkvox found no case with the ID "CASO-1001" [item 0]',
		advice: 'To look for a case by its number, use Get Many.',
	});
});

it('the server cannot be reached: its name, and where it is set', async () => {
	await seeError('Unreachable server', {
		message: `The server ${unreachable} refused the connection [item 0]`,
		advice: 'Check Server in the credential. If it is right, Wolkvox may be under maintenance.',
	});
});

it('the browser reports no errors or warnings', () => {
	expect(ui.browserErrors).toEqual([]);
});

/** Executes a node in the editor, and looks for the error beside its parameters. */
async function seeError(node: string, { message, advice }: { message: string; advice: string }) {
	await openNode(ui.page, node);
	await executeStep(ui.page);
	const output = outputPanel(ui.page);
	await output.getByTestId('node-error-message').getByText(message, { exact: true }).waitFor();
	await output.getByTestId('node-error-description').getByText(advice).waitFor();
	await closeNode(ui.page);
}
