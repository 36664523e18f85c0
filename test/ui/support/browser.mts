import type { Browser, ConsoleMessage, Page } from 'playwright-core';
import { chromium, selectors } from 'playwright-core';

import { OWNER, type N8n } from '../../../tools/n8n.mts';

export interface Editor {
	page: Page;
	/** Errors and warnings of the browser since the owner signed in. */
	browserErrors: string[];
	close(): Promise<void>;
}

/** Opens n8n in Chromium, signed in as its owner. */
export async function openEditor(n8n: N8n): Promise<Editor> {
	selectors.setTestIdAttribute('data-test-id');
	const browser = await launch();
	const page = await browser.newPage({
		viewport: { width: 1280, height: 840 },
		deviceScaleFactor: 1.5,
	});
	page.setDefaultTimeout(30_000);
	// The editor requests lists from n8n's own servers, which must not decide what a test sees.
	await page.route(
		(url) => url.origin !== n8n.url,
		(route) => route.abort(),
	);
	await signIn(page, n8n);
	return { page, browserErrors: collectBrowserErrors(page, n8n), close: () => browser.close() };
}

async function launch(): Promise<Browser> {
	return await chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
}

async function signIn(page: Page, n8n: N8n) {
	await page.goto(`${n8n.url}/signin`);
	await page.locator('input[name=emailOrLdapLoginId]').fill(OWNER.email);
	await page.locator('input[type=password]').fill(OWNER.password);
	await page.keyboard.press('Enter');
	await page.waitForURL((url) => !url.pathname.includes('signin'));
}

function collectBrowserErrors(page: Page, n8n: N8n) {
	const browserErrors: string[] = [];
	page.on('pageerror', ({ message }) => browserErrors.push(message));
	page.on('console', (message) => {
		if (isBrowserError(message, n8n))
			browserErrors.push(`${message.text()} ${message.location().url}`);
	});
	return browserErrors;
}

function isBrowserError(message: ConsoleMessage, n8n: N8n) {
	if (!['error', 'warning'].includes(message.type())) return false;
	const { url } = message.location();
	// The editor requests a sample of a node's output, which some of n8n's nodes do not have.
	if (url.startsWith(`${n8n.url}/schemas/n8n-nodes-base.`)) return false;
	// Other addresses are blocked above, which the browser reports as errors.
	return url === '' || url.startsWith(n8n.url);
}
