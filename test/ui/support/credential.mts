import type { Page } from 'playwright-core';

import type { N8n } from '../../../tools/n8n.mts';
import { choose, parameter } from './node.mts';

/** The window of the credential that is open. */
export function openedCredential(page: Page) {
	return page.getByTestId('editCredential-modal');
}

/** Begins a new credential on n8n's page of credentials. */
export async function newCredential(page: Page, n8n: N8n, type: string) {
	await page.goto(`${n8n.url}/home/credentials`);
	await page.getByTestId('add-resource-credential').click();
	await page.getByTestId('new-credential-type-select').locator('input').fill(type);
	await page.getByTestId('new-credential-type-select-option').getByText(type).click();
	await page.getByTestId('new-credential-type-button').click();
	await openedCredential(page).waitFor();
}

export async function chooseServer(page: Page, server: string) {
	await choose(parameter(page, 'server'), server);
}

/** Saves the credential, which n8n then tests. */
export async function saveCredential(page: Page) {
	await page.getByTestId('credential-save-button').click();
}
