import type { Locator, Page } from 'playwright-core';

/** Opens the panel of nodes and types into its search. */
export async function searchNodes(page: Page, plus: Locator, typed: string) {
	await plus.click();
	await page.getByTestId('node-creator-search-bar').fill(typed);
}

/** Chooses a node in the panel, which then lists its actions. */
export async function showActions(page: Page, node: string) {
	const items = page.getByTestId('node-creator-item-name');
	await items.getByText(node, { exact: true }).click();
	await items.getByText(node, { exact: true }).waitFor({ state: 'detached' });
	return items;
}

/** Chooses a node in the panel, and one of its actions, which opens the node. */
export async function addNode(page: Page, node: string, action: string) {
	const actions = await showActions(page, node);
	await actions.getByText(action, { exact: true }).click();
	await openedNode(page).waitFor();
}

/** A node on the canvas. */
export function canvasNode(page: Page, name: string) {
	return page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
}

/** Adds an action of the Wolkvox node after another node. */
export async function addAfter(page: Page, name: string, action: string) {
	await canvasNode(page, name).click();
	await searchNodes(page, page.getByTestId('node-creator-plus-button'), 'wolkvox');
	await addNode(page, 'Wolkvox CRM', action);
}

/** Opens a node on the canvas. */
export async function openNode(page: Page, name: string) {
	await canvasNode(page, name).dblclick();
	await openedNode(page).waitFor();
}

/** Goes back to the canvas. */
export async function closeNode(page: Page) {
	await page.getByTestId('ndv-close-button').click();
	await openedNode(page).waitFor({ state: 'hidden' });
}

/** The window of the node that is open. */
export function openedNode(page: Page) {
	return page.getByTestId('ndv');
}

export function inputPanel(page: Page) {
	return page.getByTestId('ndv-input-panel');
}

/** The panel in the middle: parameters or settings. */
export function nodePanel(page: Page) {
	return page.locator('.node-settings');
}

export function outputPanel(page: Page) {
	return page.getByTestId('output-panel');
}

/** A parameter, by the name that the node's description gives it. */
export function parameter(page: Page, name: string) {
	return page.getByTestId(`parameter-input-${name}`);
}

/** Chooses how a panel shows its data: Schema, Table, JSON or Binary. */
export async function showAs(panel: Locator, view: string) {
	await panel.getByTestId('ndv-run-data-display-mode').getByText(view, { exact: true }).click();
}

/** Clicks beside the fields: what n8n shows under the focused one covers those below. */
export async function leaveField(page: Page) {
	await inputPanel(page).getByText('Input', { exact: true }).click();
}

/** Types into a parameter. n8n accepts text 100 ms after the last key, and shows no sign of it. */
export async function setText(field: Locator, text: string) {
	await field.locator('input').fill(text);
	await field.page().evaluate(() => new Promise((resolve) => setTimeout(resolve, 150)));
}

/** Chooses one of the options that open at a click. */
export async function choose(opener: Locator, option: string) {
	await opener.click();
	const label = opener.page().getByText(option, { exact: true });
	await opener.page().getByRole('option').filter({ has: label }).click();
}

export async function chooseCredential(page: Page, name: string) {
	await page.getByTestId('node-credentials-select').click();
	await page.locator('[data-test-id^="node-credentials-select-item"]', { hasText: name }).click();
}

/** Adds a field of a collection, by the labels of both. */
export async function addField(page: Page, collection: string, field: string) {
	await leaveField(page);
	const label = page.getByText(collection, { exact: true });
	const item = page.getByTestId('parameter-item').filter({ has: label });
	await choose(item.getByTestId('collection-parameter-add'), field);
}

/**
 * Switches a parameter to an expression and types it; the editor closes the braces.
 *
 * @param result what the editor has to show below, for the first item
 */
export async function setExpression(page: Page, name: string, expression: string, result: string) {
	const field = parameter(page, name);
	await field.hover();
	await page
		.getByTestId(`${name}-parameter-input-options-container`)
		.getByTestId('radio-button-expression')
		.click();
	await field.locator('.cm-content').click();
	await page.keyboard.type(`{{${expression}`);
	await leaveField(page);
	await seeResult(field, result);
}

/**
 * Drags a field of the input to a parameter, as n8n advises.
 *
 * @param result what the editor has to show below, for the first item
 */
export async function drag(page: Page, input: string, field: Locator, result: string) {
	await leaveField(page);
	await inputPanel(page).getByText(input, { exact: true }).dragTo(field);
	await leaveField(page);
	await seeResult(field, result);
}

/** Until then n8n has not accepted the expression, and would execute the node without it. */
async function seeResult(field: Locator, result: string) {
	const around = field.locator('xpath=ancestor::*[@data-test-id="parameter-input"][1]');
	await around.getByTestId('parameter-input-hint').getByText(result).waitFor();
}

/** Chooses what the node does on error, on its tab of settings. */
export async function setOnError(page: Page, choice: string) {
	await page.getByTestId('tab-settings').click();
	await choose(parameter(page, 'onError'), choice);
}

/** Executes the open node and waits until n8n has finished. */
export async function executeStep(page: Page) {
	const button = page.getByTestId('node-execute-button');
	const started = page.waitForResponse((response) => response.url().endsWith('/run'));
	await button.click();
	await started;
	await button.locator('.n8n-spinner').waitFor({ state: 'detached' });
}

/** The rows of a panel's table: the text of each cell by the name of its column. */
export async function readTable(panel: Locator, columns: string[]) {
	await panel.locator('th', { hasText: columns[0] }).waitFor();
	const names = await panel.locator('th').allInnerTexts();
	const places = columns.map((column) => names.indexOf(column));
	const rows = await panel.locator('tbody tr').all();
	return await Promise.all(
		rows.map(async (row) => {
			const cells = (await row.locator('td').allInnerTexts()).map((text) => text.trim());
			return Object.fromEntries(columns.map((column, index) => [column, cells[places[index]]]));
		}),
	);
}
