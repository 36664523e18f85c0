import { freePort } from '../../tools/ports.mts';
import { credentialData, ensureCredential, type Credential } from '../../tools/workflows.mts';
import { executeStep, openNode, outputPanel } from './support/node.mts';
import { useEditor } from './support/useEditor.mts';
import { inputWorkflow, wolkvoxNode } from './support/workflow.mts';

const NEW_CASE = {
	resource: 'case',
	operation: 'create',
	caseType: { __rl: true, mode: 'list', value: 'Claims', cachedResultName: 'Claims' },
	contact: 'diana.torres@example.com',
	description: 'I was charged twice.',
	status: 'open',
	priority: 'low',
	responsible: 'laura.gomez@demo',
	owner: 'ana.ruiz@demo',
};

jest.setTimeout(60_000);

const ui = useEditor('ui-errors');
let credential: Credential;

beforeAll(async () => {
	credential = await ui.addCredential();
}, 60_000);

beforeEach(() => {
	ui.standIn.log.length = 0;
});

it('a required value is empty in one item: the label and the item', async () => {
	const items = [{ json: { email: NEW_CASE.contact } }, { json: {} }];
	await execute({ ...NEW_CASE, contact: '={{ $json.email }}' }, items);

	await seeError(
		"'Contact' is empty [item 1]",
		'Wolkvox requires it for a new case. An expression may have found nothing for this item.',
	);
});

it('Wolkvox rejects a contact who does not exist: its own words, and what to check', async () => {
	await execute({ ...NEW_CASE, contact: 'nobody@example.com' });

	await seeError('There is no contact nobody@example.com', "'Contact' must exist in the CRM");
	expect(ui.standIn.log.map(({ code }) => code)).toEqual([412]);
});

it('By ID holds a number: which one, and how to choose By Number', async () => {
	await execute({ resource: 'case', operation: 'get', caseId: byId('CASO-1001') });

	await seeError(
		`'Case' is "CASO-1001", which looks like a case number and not like a Wolkvox ID [item 0]`,
		'To name a case by its number, choose By Number',
	);
	expect(ui.standIn.log).toEqual([]);
});

it('no case has the ID: which one, and where to find the right one', async () => {
	const id = '65f0c3b7e81d4a6690b2c7ff';
	await execute({ resource: 'case', operation: 'get', caseId: byId(id) });

	await seeError(
		`Wolkvox found no case with the ID "${id}" [item 0]`,
		'By ID needs the whole Wolkvox ID, the last part of the URL of the open case.',
	);
});

it('the server cannot be reached: its name, and where it is set', async () => {
	const server = `127.0.0.1:${await freePort()}`;
	credential = await ensureCredential(ui.n8n, {
		name: 'Wolkvox CRM account',
		type: 'wolkvoxCrmApi',
		data: credentialData(`http://${server}`, ui.standIn.token),
	});
	await execute(NEW_CASE);

	await seeError(
		`The server ${server} refused the connection`,
		"Check 'Server' in the credential. If it is right, Wolkvox may be under maintenance.",
	);
});

/** Executes the Wolkvox node in the editor, with these parameters and items. */
async function execute(parameters: object, items: object[] = [{ json: {} }]) {
	const next = [wolkvoxNode('Wolkvox CRM', parameters, credential)];
	await ui.open(inputWorkflow('What went wrong', items, { next }));
	await openNode(ui.page, 'Wolkvox CRM');
	await executeStep(ui.page);
}

async function seeError(message: string, advice: string) {
	const output = outputPanel(ui.page);
	await output.getByTestId('node-error-message').getByText(message, { exact: true }).waitFor();
	await output.getByTestId('node-error-description').getByText(advice).waitFor();
}

function byId(value: string) {
	return { __rl: true, mode: 'id', value };
}
