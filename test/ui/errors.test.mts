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

	await seeError(
		'There is no contact nobody@example.com',
		'Check the values: Contact must exist in the CRM',
	);
	expect(ui.standIn.log.map(({ code }) => code)).toEqual([412]);
});

it('no case has the ID: which one, and what to use for a number', async () => {
	await execute({ resource: 'case', operation: 'get', caseId: byId('CASO-1001') });

	await seeError(
		'Wolkvox found no case with the ID "CASO-1001" [item 0]',
		'To look for a case by its number, use Get Many.',
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
