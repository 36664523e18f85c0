import type { Page } from 'playwright-core';

import { REPORT, REPORT_SHA256 } from '../../sandbox/report.mts';
import {
	addAfter,
	addField,
	choose,
	chooseFromList,
	closeNode,
	executeStep,
	inputPanel,
	leaveField,
	nodePanel,
	openList,
	outputPanel,
	parameter,
	readTable,
	setText,
	setTexts,
	showAs,
} from './support/node.mts';
import { takePicture } from './support/picture.mts';
import { useEditor } from './support/useEditor.mts';
import { binaryOf, INPUT, inputWorkflow } from './support/workflow.mts';

const CUSTOMER = 'diana.torres@example.com';

jest.setTimeout(60_000);

const ui = useEditor('ui-cases');
let page: Page;

beforeAll(async () => {
	({ page } = ui);
	await ui.addCredential();
	await ui.open(inputWorkflow('Cases', [{ json: {}, binary: { report: binaryOf(REPORT) } }]));
}, 60_000);

beforeEach(() => {
	ui.standIn.log.length = 0;
});

describe('Create case', () => {
	it('creates a case with a file, and returns its ID', async () => {
		await addAfter(page, INPUT, 'Create case');
		await page.getByTestId('execute-previous-node').click();
		await inputPanel(page).getByText(REPORT.name).waitFor();
		await chooseFromList(page, 'caseType', 'Request');
		await setTexts(page, {
			contact: CUSTOMER,
			description: 'Asks for a copy of the report.',
			status: 'open',
			priority: 'low',
			responsible: 'laura.gomez@demo',
			owner: 'ana.ruiz@demo',
		});
		await addField(page, 'Additional Fields', 'Attachments');
		await setText(parameter(page, 'attachments'), 'report');

		await executeStep(page);

		const created = ui.standIn.cases.at(-1)!;
		await outputPanel(page).getByText('1 item').waitFor();
		await showAs(outputPanel(page), 'Table');
		expect(await readTable(outputPanel(page), ['msg', 'data'])).toEqual([
			{ msg: 'Succesfully insert record', data: expect.stringContaining(created.id) },
		]);
		expect(created).toMatchObject({
			fields: {
				'case-type': 'Request',
				contact: CUSTOMER,
				description: 'Asks for a copy of the report.',
				status: 'open',
				priority: 'low',
				responsible: 'laura.gomez@demo',
				owner: 'ana.ruiz@demo',
			},
			attachments: [{ name: REPORT.name, sha256: REPORT_SHA256 }],
		});
		await showAs(outputPanel(page), 'Schema');
		await page.getByText('Case Type', { exact: true }).evaluate((label) => label.scrollIntoView());
		await takePicture('create', nodePanel(page), outputPanel(page));
	});

	it('shows the new case in the CRM', async () => {
		const crm = await page.context().browser()!.newPage();
		await crm.goto(ui.standIn.url);
		await crm.getByText(ui.standIn.cases.at(-1)!.number).first().waitFor();
		await crm.getByText(REPORT.name).first().waitFor();
		await crm.close();
	});

	afterAll(async () => await closeNode(page));
});

describe('Get many cases', () => {
	it('searches by Case Number unless told otherwise', async () => {
		await addAfter(page, INPUT, 'Get many cases');
		await setText(parameter(page, 'value'), 'CASO-1002');
		await executeStep(page);

		const output = outputPanel(page);
		await output.getByText('1 item').waitFor();
		await showAs(output, 'Table');
		expect(await readTable(output, ['wolkvox_id', 'idPrefijo'])).toEqual([
			{ wolkvox_id: ui.standIn.cases[1].id, idPrefijo: 'CASO-1002' },
		]);
		await showAs(output, 'Schema');
		await takePicture('get-many', nodePanel(page), output);
	});

	it('offers 26 fields by readable names, the frequent ones first, and typing narrows them down', async () => {
		const entries = await openList(page, 'searchBy');
		// The chosen one is there first.
		await entries.nth(1).waitFor();
		expect(await entries.count()).toBe(26);

		await page.getByTestId('rlc-search').fill('contact');
		await entries.getByText('Case Type').waitFor({ state: 'detached' });
		await entries.getByText('Contact Email').waitFor();
		expect(await entries.allInnerTexts()).toEqual([
			'Case Number', // n8n keeps the chosen one.
			'Contact Email',
			'Contact Phone',
			'Contact Identification',
			'Contact Name',
			'Contact Wolkvox ID',
		]);
		await entries.getByText('Contact Email').click();
		expect(await search(CUSTOMER)).toEqual({ field: 'email contact', value: CUSTOMER });
		await outputPanel(page).getByText('1 item').waitFor();
	});

	it('accepts another field by its name', async () => {
		await choose(parameter(page, 'searchBy').getByTestId('rlc-mode-selector'), 'By Name');
		await setText(parameter(page, 'searchBy').getByTestId('rlc-input-container'), 'contact phone');
		expect(await search('3016677889')).toEqual({ field: 'contact phone', value: '3016677889' });
		await outputPanel(page).getByText('1 item').waitFor();
	});

	it('returns no items without a match, and no error', async () => {
		expect(await search('1')).toEqual({ field: 'contact phone', value: '1' });
		await outputPanel(page).getByText('No output data returned').waitFor();
		expect(await page.getByTestId('node-error-message').count()).toBe(0);
	});

	/** Searches for a value; returns what was sent. */
	async function search(text: string) {
		ui.standIn.log.length = 0;
		await setText(parameter(page, 'value'), text);
		await leaveField(page);
		await executeStep(page);
		const { operation, ...query } = ui.standIn.log[0].body!;
		return query;
	}
});

it('the browser reports no errors or warnings', () => {
	expect(ui.browserErrors).toEqual([]);
});
