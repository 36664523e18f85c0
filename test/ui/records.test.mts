import type { Page } from 'playwright-core';

import {
	addAfter,
	choose,
	closeNode,
	executeStep,
	leaveField,
	outputPanel,
	parameter,
	readTable,
	setText,
	setTexts,
	showAs,
} from './support/node.mts';
import { useEditor } from './support/useEditor.mts';
import { INPUT, inputWorkflow } from './support/workflow.mts';

jest.setTimeout(60_000);

const ui = useEditor('ui-records');
let page: Page;

beforeAll(async () => {
	({ page } = ui);
	await ui.addCredential();
	// A new node has the module Leads.
	for (const record of ui.standIn.records) record.module = 'leads';
	await ui.open(inputWorkflow('Records', [{ json: {} }]));
}, 60_000);

describe('Create record', () => {
	it('creates a record from names and values, and returns its ID', async () => {
		await addAfter(page, INPUT, 'Create record');
		await addRow(0, 'namecontact', 'Ana Ruiz');
		await addRow(1, 'emailcontact', 'ana@example.com');
		await executeStep(page);

		const created = ui.standIn.records.at(-1)!;
		expect(created).toMatchObject({
			module: 'leads',
			fields: { namecontact: 'Ana Ruiz', emailcontact: 'ana@example.com' },
		});
		expect(await outputRows('msg', 'data')).toEqual([
			{ msg: 'Succesfully insert record', data: expect.stringContaining(created.id) },
		]);
		await closeNode(page);
	});
});

describe('Update record', () => {
	it('changes the fields that are named, and no others', async () => {
		const [contact] = ui.standIn.records;
		const before = { ...contact.fields };
		await addAfter(page, INPUT, 'Update record');
		await setText(parameter(page, 'recordId').getByTestId('rlc-input-container'), contact.id);
		await addRow(0, 'emailcontact', 'carlos@example.com');
		await executeStep(page);

		expect(await outputRows('msg')).toEqual([{ msg: 'Succesfully update record' }]);
		expect(contact.fields).toEqual({ ...before, emailcontact: 'carlos@example.com' });
		await closeNode(page);
	});
});

describe('Get many records', () => {
	it('finds a record by a field', async () => {
		await addAfter(page, INPUT, 'Get many records');
		await setTexts(page, { fieldName: 'emailcontact', value: 'beatriz.ochoa@example.com' });
		await executeStep(page);

		expect(await outputRows('namecontact', 'wolkvox_id')).toEqual([
			{ namecontact: 'Beatriz Ochoa', wolkvox_id: ui.standIn.records[2].id },
		]);
	});

	it('finds the records of a period', async () => {
		await choose(parameter(page, 'filterBy'), 'Date Range');
		await setTexts(page, { from: '2025-02-01', to: '2025-02-28 23:59' });
		await leaveField(page);
		await executeStep(page);

		expect(await outputRows('namecontact')).toEqual([
			{ namecontact: 'Carlos Restrepo' },
			{ namecontact: 'Clínica San Rafael' },
		]);
		await closeNode(page);
	});
});

describe('Get token quota', () => {
	it('needs nothing but the credential', async () => {
		await addAfter(page, INPUT, 'Get token quota');
		const calls = ui.standIn.log.length;
		await executeStep(page);

		expect(await outputRows('token_use_today')).toEqual([{ token_use_today: String(calls + 1) }]);
	});
});

it('the browser reports no errors or warnings', () => {
	expect(ui.browserErrors).toEqual([]);
});

async function outputRows(...columns: string[]) {
	await showAs(outputPanel(page), 'Table');
	return await readTable(outputPanel(page), columns);
}

async function addRow(index: number, name: string, value: string) {
	await page.getByTestId('fixed-collection-fields').getByText('Add Field').click();
	await setText(parameter(page, 'name').nth(index), name);
	await setText(parameter(page, 'value').nth(index), value);
}
