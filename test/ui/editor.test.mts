import type { Page } from 'playwright-core';

import { CLOSE_CASE } from '../../sandbox/demos.mts';
import { addExamples } from '../../sandbox/examples.mts';
import { REPORT, REPORT_SHA256 } from '../../sandbox/report.mts';
import type { Sandbox } from '../support/sandbox.mts';
import {
	chooseServer,
	newCredential,
	openedCredential,
	saveCredential,
} from './support/credential.mts';
import {
	addField,
	addNode,
	chooseCredential,
	drag,
	executeStep,
	inputPanel,
	leaveField,
	nodePanel,
	openedNode,
	outputPanel,
	parameter,
	readTable,
	searchNodes,
	setExpression,
	setOnError,
	setText,
	setTexts,
	showAs,
} from './support/node.mts';
import { takePicture } from './support/picture.mts';
import { useEditor } from './support/useEditor.mts';
import { binaryOf, inputWorkflow } from './support/workflow.mts';

const MINUTE = 60_000;
const CREDENTIAL = 'Wolkvox CRM account';
const CUSTOMERS = ['Carlos Restrepo', 'Clínica San Rafael'];
const SOLUTIONS = ['The second charge was paid back.', 'A copy was sent.'];

jest.setTimeout(2 * MINUTE);

const ui = useEditor('ui');
let sandbox: Sandbox;
let page: Page;

beforeAll(() => {
	({ sandbox, page } = ui);
});

const canvasNode = (name: string) =>
	page.locator('[data-test-id="canvas-node"]', { hasText: name });

describe('the credential', () => {
	it('is rejected with a wrong token, and says why', async () => {
		await newCredential(page, sandbox.n8n, 'Wolkvox CRM API');
		await chooseServer(page, 'Custom');
		await setTexts(page, {
			customServer: sandbox.standIn.url,
			operation: 'demo',
			token: 'wrong-token',
		});
		await saveCredential(page);

		const credential = openedCredential(page);
		await credential.getByText('Couldn’t connect with these settings').waitFor();
		await credential.getByText('More details').click();
		await credential
			.getByText('Wolkvox does not recognize this token (401): copy it again from the CRM')
			.waitFor();
		await takePicture('credential-refused', credential);
	});

	it('is accepted with the right token', async () => {
		await setTexts(page, { token: sandbox.standIn.token });
		await saveCredential(page);

		await openedCredential(page).getByText('Connection tested successfully').waitFor();
		expect(sandbox.standIn.log.map(({ method, code }) => [method, code])).toEqual([
			['GET', 401],
			['GET', 200],
		]);
		await takePicture('credential', openedCredential(page));
	});
});

describe('finding the node', () => {
	it.each(['case', 'wolkvox'])('by typing %s in the nodes panel', async (typed) => {
		await page.goto(`${sandbox.n8n.url}/workflow/new`);
		await searchNodes(page, page.getByTestId('canvas-add-button').first(), typed);
		await page.getByText('Wolkvox CRM', { exact: true }).waitFor();
	});
});

describe('a node that is set up with mouse and keyboard', () => {
	let ids: string[];

	beforeAll(async () => {
		ids = sandbox.standIn.cases.map(({ id }) => id).slice(0, 2);
		const workflow = await sandbox.n8n.request<{ id: string }>(
			'POST',
			'/rest/workflows',
			closeCases(ids),
		);
		await page.goto(`${sandbox.n8n.url}/workflow/${workflow.id}`);
		await canvasNode('Solved cases').waitFor();
	});

	beforeEach(() => {
		sandbox.standIn.log.length = 0;
	});

	it('is added with its action, and no field is marked as invalid', async () => {
		await searchNodes(page, page.getByTestId('canvas-handle-plus'), 'wolkvox');
		await addNode(page, 'Wolkvox CRM', 'Update case');

		await parameter(page, 'caseId').waitFor();
		expect(await page.locator('[data-test-id="parameter-issues"]:visible').count()).toBe(0);
	});

	it('accepts a credential, and a file of its input by name', async () => {
		await chooseCredential(page, CREDENTIAL);
		await page.getByTestId('execute-previous-node').click();
		await addField(page, 'Update Fields', 'Attachments');
		await setText(parameter(page, 'attachments'), 'report');

		await inputPanel(page).getByText(REPORT.name).first().waitFor();
		await leaveField(page);
		await takePicture('attachments', inputPanel(page), nodePanel(page));
	});

	it('updates the cases', async () => {
		await showAs(inputPanel(page), 'Schema');
		await setExpression(page, 'caseId', '$json.caseId', ids[0]);
		await addField(page, 'Update Fields', 'Status');
		await setText(parameter(page, 'status'), 'closed');
		await addField(page, 'Update Fields', 'Solution');
		await drag(page, 'solution', parameter(page, 'solution'), SOLUTIONS[0]);
		await addField(page, 'Update Fields', 'Case Type');
		await parameter(page, 'caseType').getByTestId('rlc-input-container').click();
		await page.getByTestId('rlc-item').getByText('Claims').click();
		await addField(page, 'Update Fields', 'Custom Fields');
		await addCustomField(0, 'Paid back');
		await setText(parameter(page, 'value').nth(0), 'yes');
		await addCustomField(1, 'Customer');
		await drag(page, 'customer', parameter(page, 'value').nth(1), CUSTOMERS[0]);

		await executeStep(page);

		const output = outputPanel(page);
		await output.getByText('2 items').waitFor();
		expect(await readTable(output, ['code', 'msg', 'data'])).toEqual(
			ids.map((id) => ({
				code: '200',
				msg: 'Succesfully update record',
				data: expect.stringContaining(id),
			})),
		);
		expect(sandbox.standIn.log.map(({ fields }) => fields)).toEqual(
			ids.map((id, index) => ({
				operation: 'demo',
				'wolkvox-id': id,
				'case-type': 'Claims',
				status: 'closed',
				solution: SOLUTIONS[index],
				form: JSON.stringify({ 'Paid back': 'yes', Customer: CUSTOMERS[index] }),
			})),
		);
		expect(sandbox.standIn.log.flatMap(({ files }) => files)).toEqual(
			ids.map(() => ({
				part: 'files',
				name: REPORT.name,
				type: REPORT.type,
				size: REPORT.bytes.length,
				sha256: REPORT_SHA256,
			})),
		);
		await showAs(output, 'Schema');
		await parameter(page, 'resource').scrollIntoViewIfNeeded();
		await takePicture('node', openedNode(page));
	});

	it('shows in its output what was wrong', async () => {
		await setText(parameter(page, 'attachments'), 'reprot');
		await executeStep(page);

		const output = outputPanel(page);
		await output
			.getByTestId('node-error-message')
			.getByText(`'Attachments': this item has no file named "reprot" [item 0]`)
			.waitFor();
		await output.getByTestId('node-error-description').getByText('The item has: report').waitFor();
		expect(sandbox.standIn.log).toEqual([]);
		await takePicture('error', nodePanel(page), output);
	});

	it('sends failed items to the error output, with their input', async () => {
		await setText(parameter(page, 'attachments'), 'report');
		await setOnError(page, 'Continue (using error output)');
		const [, lost] = sandbox.standIn.cases.splice(0, 2, sandbox.standIn.cases[0]);
		await executeStep(page);

		const output = outputPanel(page);
		await output.getByText('Success Branch (1 item)').waitFor();
		await output.getByText('Error Branch (1 item)').click();
		await showAs(output, 'Table');
		expect(await readTable(output, ['error', 'caseId', 'customer', 'solution'])).toEqual([
			{
				caseId: lost.id,
				customer: CUSTOMERS[1],
				solution: SOLUTIONS[1],
				error: `There is no case with the id ${lost.id}`,
			},
		]);
		await showAs(output, 'Schema');
		await takePicture('error-output', nodePanel(page), output);
	});

	async function addCustomField(index: number, name: string) {
		await page.getByTestId('fixed-collection-customFields').getByText('Add Custom Field').click();
		await setText(parameter(page, 'name').nth(index), name);
	}
});

describe('the examples', () => {
	it('show on the canvas what the node does', async () => {
		const [{ id }] = await addExamples(sandbox, [CLOSE_CASE.file]);
		await CLOSE_CASE.call(sandbox.n8n, sandbox.standIn.cases[0]);
		await page.goto(`${sandbox.n8n.url}/workflow/${id}`);
		await canvasNode('Close case').getByText('Case: Close').waitFor();
	});

	it('show what a search is called in the lists of n8n', async () => {
		const [{ id }] = await addExamples(sandbox, ['open-cases-of-a-customer.json']);
		await page.goto(`${sandbox.n8n.url}/workflow/${id}`);
		await canvasNode('Get cases').getByText('Case: Get Many').waitFor();
	});
});

it('the browser reports no errors or warnings', () => {
	expect(ui.browserErrors).toEqual([]);
});

/** A workflow that is started manually and has a case and a report in each of its items. */
function closeCases(ids: string[]) {
	const items = ids.map((caseId, index) => ({
		json: { caseId, customer: CUSTOMERS[index], solution: SOLUTIONS[index] },
		binary: { report: binaryOf(REPORT) },
	}));
	return inputWorkflow('Close cases', items, { inputName: 'Solved cases' });
}
