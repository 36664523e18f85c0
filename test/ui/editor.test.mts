import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Browser, Page } from 'playwright-core';
import { chromium, selectors } from 'playwright-core';

import { callExample, ensureExample } from '../../sandbox/example.mts';
import { OWNER } from '../../sandbox/n8n.mts';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.mts';
import { ROOT, RUN_FOLDER } from '../../sandbox/tools.cjs';

jest.setTimeout(120_000);

let sandbox: Sandbox;
let browser: Browser;
let page: Page;
let exampleId: string;
const complaints: string[] = [];

const picture = (name: string) => join(ROOT, 'docs', 'images', `${name}.png`);

beforeAll(async () => {
	execFileSync(process.execPath, [join(ROOT, 'sandbox', 'start.mjs'), '--prepare'], {
		stdio: 'inherit',
	});
	rmSync(join(RUN_FOLDER, 'ui'), { recursive: true, force: true });
	sandbox = await startSandbox({ name: 'ui' });
	exampleId = await ensureExample(sandbox);
	selectors.setTestIdAttribute('data-test-id');
	browser = await chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
	page = await browser.newPage({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1.5 });
	page.on('console', (message) => {
		if (message.type() === 'error' && /wolkvox/i.test(message.text()))
			complaints.push(message.text());
	});
	page.setDefaultTimeout(15_000);
	await signIn();
}, 20 * 60_000);

afterAll(async () => {
	await browser?.close();
	await sandbox?.stop();
});

async function signIn() {
	await page.goto(`${sandbox.n8n.url}/signin`);
	await page.locator('input[type=email], input[name=emailOrLdapLoginId]').first().fill(OWNER.email);
	await page.locator('input[type=password]').fill(OWNER.password);
	await page.keyboard.press('Enter');
	await page.waitForURL((url) => !url.pathname.includes('signin'));
}

const canvasNode = (name: string) =>
	page.locator('[data-test-id="canvas-node"]', { hasText: name });

describe('finding the node', () => {
	it.each(['wolkvox', 'case'])('by typing %s in the nodes panel', async (typed) => {
		await page.goto(`${sandbox.n8n.url}/workflow/new`);
		await page
			.getByTestId('canvas-plus-button')
			.or(page.getByTestId('canvas-add-button'))
			.first()
			.click();
		const search = page.getByTestId('node-creator-search-bar');
		await search.waitFor();
		await search.fill(typed);
		await page.getByText('Wolkvox CRM', { exact: true }).first().waitFor();
		if (typed === 'wolkvox') await page.screenshot({ path: picture('nodes-panel') });
	});

	it('adds it with its action, and shows no field in red', async () => {
		await page.getByText('Wolkvox CRM', { exact: true }).first().click();
		await page.getByText('Update case', { exact: true }).first().click();
		await page.getByText('Update Fields').first().waitFor();
		expect(await page.locator('[data-test-id="parameter-issues"]:visible').count()).toBe(0);
		await page.screenshot({ path: picture('fresh-node') });
	});
});

describe('the example', () => {
	it('says on the canvas what the node does', async () => {
		await callExample(sandbox.n8n, sandbox.standIn.cases[0].id);
		await page.goto(`${sandbox.n8n.url}/workflow/${exampleId}`);
		await canvasNode('Close the case').waitFor();
		expect(await canvasNode('Close the case').innerText()).toContain('Case: Update');
		await page
			.locator('[data-test-id="suggested-action-close"], .n8n-suggested-actions button')
			.first()
			.click({ timeout: 3000 })
			.catch(() => {});
		await page.keyboard.press('Escape');
		await page.screenshot({ path: picture('canvas') });
	});

	it('shows the fields of the node', async () => {
		await canvasNode('Close the case').dblclick();
		await page.getByText('Update Fields').first().waitFor();
		await page.getByText('Attachments').first().waitFor();
		await page.screenshot({ path: picture('node') });
	});
});

it('the browser complains of nothing that is ours', () => {
	expect(complaints).toEqual([]);
});
