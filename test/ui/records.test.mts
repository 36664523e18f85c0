import type { Page } from 'playwright-core';

import {
	addAfter,
	choose,
	closeNode,
	executeStep,
	nodePanel,
	outputPanel,
	parameter,
	readTable,
	setText,
	showAs,
} from './support/node.mts';
import { useEditor } from './support/useEditor.mts';
import { INPUT, inputWorkflow } from './support/workflow.mts';

/** Calls per day that the stand-in allows. */
const QUOTA = 4800;
const CONTACT = { namecontact: 'Jorge Vega', emailcontact: 'jorge.vega@example.com' };

jest.setTimeout(60_000);

const ui = useEditor('ui-records');
let page: Page;

beforeAll(async () => {
	({ page } = ui);
	await ui.addCredential();
	await ui.open(inputWorkflow('Records', [{ json: {} }]));
}, 60_000);

afterEach(async () => {
	if (await page.getByTestId('ndv-close-button').isVisible()) await closeNode(page);
});

it('Create record creates a contact from rows of names and values', async () => {
	await addAfter(page, INPUT, 'Create record');
	await addRows(CONTACT);
	await executeStep(page);

	const { id, module, fields } = ui.standIn.records.at(-1)!;
	expect({ module, fields }).toEqual({ module: 'contacts', fields: CONTACT });
	expect(await outputTable(['msg', 'data'])).toEqual([
		{ msg: 'Succesfully insert record', data: expect.stringContaining(id) },
	]);
});

it('Get many records finds a contact by a field', async () => {
	await addAfter(page, INPUT, 'Get many records');
	await setText(parameter(page, 'fieldName'), 'emailcontact');
	await setText(parameter(page, 'value'), 'diana.torres@example.com');
	await executeStep(page);

	expect(await outputTable(['namecontact'])).toEqual([{ namecontact: 'Diana Torres' }]);
});

it('Get many records finds the contacts of a period', async () => {
	await addAfter(page, INPUT, 'Get many records');
	await choose(parameter(page, 'filterBy'), 'Date Range');
	await setText(parameter(page, 'from'), '2025-02-18 00:00');
	await setText(parameter(page, 'to'), '2025-03-02 23:59');
	await executeStep(page);

	expect(await outputTable(['namecontact'])).toEqual([
		{ namecontact: 'Clínica San Rafael' },
		{ namecontact: 'Beatriz Ochoa' },
	]);
});

it('Update record changes what its rows name', async () => {
	const [carlos] = ui.standIn.records;
	const before = { ...carlos.fields };
	await addAfter(page, INPUT, 'Update record');
	await setText(parameter(page, 'recordId').getByTestId('rlc-input-container'), carlos.id);
	await addRows({ emailcontact: 'carlos@example.com' });
	await executeStep(page);

	expect(await outputTable(['msg'])).toEqual([{ msg: 'Succesfully update record' }]);
	expect(carlos.fields).toEqual({ ...before, emailcontact: 'carlos@example.com' });
});

it('Get token quota shows how many calls are left', async () => {
	await addAfter(page, INPUT, 'Get token quota');
	await executeStep(page);

	const used = ui.standIn.log.length;
	expect(await outputTable(['token_use_today', 'available_consumition_options'])).toEqual([
		{ token_use_today: String(used), available_consumition_options: String(QUOTA - used) },
	]);
});

it('the browser reports no errors or warnings', () => {
	expect(ui.browserErrors).toEqual([]);
});

/** Adds rows of names and values to Fields. */
async function addRows(fields: Record<string, string>) {
	for (const [index, [name, value]] of Object.entries(fields).entries()) {
		await nodePanel(page).getByTestId('fixed-collection-fields').getByText('Add Field').click();
		await setText(parameter(page, 'name').nth(index), name);
		await setText(parameter(page, 'value').nth(index), value);
	}
}

async function outputTable(columns: string[]) {
	await outputPanel(page).getByTestId('ndv-run-data-display-mode').waitFor();
	await showAs(outputPanel(page), 'Table');
	return await readTable(outputPanel(page), columns);
}
