import { credentialData, ensureCredential, type Credential } from '../../sandbox/workflows.mts';
import { executeStep, openNode, outputPanel } from './support/node.mts';
import { useEditor } from './support/useEditor.mts';
import { inputWorkflow, withNode } from './support/workflow.mts';

const UNKNOWN = 'ffffffffffffffffffffffff';
const NEW_CASE = {
	resource: 'case',
	operation: 'create',
	caseType: { __rl: true, mode: 'name', value: 'Request' },
	description: 'Asks for a copy of the report.',
	status: 'open',
	priority: 'low',
	responsible: 'laura.gomez@demo',
	owner: 'ana.ruiz@demo',
};
const GET_CASE = {
	resource: 'case',
	operation: 'get',
	caseId: { __rl: true, mode: 'id', value: UNKNOWN },
};

jest.setTimeout(60_000);

const ui = useEditor('ui-errors');

it('names the field that an expression left empty, and the item', async () => {
	expect(await errorOf({ ...NEW_CASE, contact: '={{ $json.email }}' })).toEqual({
		message: 'Contact is empty [item 0]',
		description:
			'Wolkvox requires it for a new case. An expression may have found nothing for this item. No case was created before this.',
	});
});

it('shows the words of Wolkvox, and what to check', async () => {
	expect(await errorOf({ ...NEW_CASE, contact: 'nobody@example.com' })).toEqual({
		message: 'There is no contact nobody@example.com',
		description: expect.stringContaining('Contact must exist in the CRM'),
	});
});

it('says that there is no such case, and where to find one by its number', async () => {
	expect(await errorOf(GET_CASE)).toEqual({
		message: `Wolkvox found no case with the ID "${UNKNOWN}" [item 0]`,
		description: expect.stringContaining('To look for a case by its number, use Get Many.'),
	});
});

it('says that the server cannot be reached', async () => {
	const nowhere = await ensureCredential(ui.n8n, {
		name: 'Nowhere',
		type: 'wolkvoxCrmApi',
		data: credentialData('http://127.0.0.1:1', 'token'),
	});

	const error = await errorOf({ ...GET_CASE, options: { maxRetries: 0 } }, nowhere);
	expect(error).toEqual({
		message: 'The server 127.0.0.1:1 refused the connection',
		description:
			'Check Server in the credential. If it is right, Wolkvox may be under maintenance.',
	});
});

it('the browser reports no errors or warnings', () => {
	expect(ui.browserErrors).toEqual([]);
});

/** What the output panel shows after a node has failed. */
async function errorOf(parameters: object, credential?: Credential) {
	const used = credential ?? (await ui.addCredential());
	await ui.open(withNode(inputWorkflow('Errors', [{ json: {} }]), 'Failing', parameters, used));
	await openNode(ui.page, 'Failing');
	await executeStep(ui.page);
	const output = outputPanel(ui.page);
	const [message, description] = await Promise.all([
		output.getByTestId('node-error-message').innerText(),
		output.getByTestId('node-error-description').innerText(),
	]);
	return { message, description };
}
