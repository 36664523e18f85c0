import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

import { ensureExample } from '../../sandbox/example.mts';
import { OWNER } from '../../sandbox/n8n.mts';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.mts';
import { ROOT, RUN_FOLDER } from '../../sandbox/tools.cjs';

jest.setTimeout(120_000);

let sandbox: Sandbox;
let browser: Browser;
let page: Page;
let exampleId: string;

const picture = (name: string) => join(ROOT, 'docs', 'images', `${name}.png`);

beforeAll(async () => {
	execFileSync(process.execPath, [join(ROOT, 'sandbox', 'start.mjs'), '--prepare'], {
		stdio: 'inherit',
	});
	rmSync(join(RUN_FOLDER, 'ui'), { recursive: true, force: true });
	sandbox = await startSandbox({ name: 'ui' });
	exampleId = await ensureExample(sandbox);
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
	await page.goto(`${sandbox.n8n.url}/signin`);
	await page
		.getByTestId('emailOrLdapLoginId')
		.locator('input')
		.fill(OWNER.email)
		.catch(async () => {
			await page
				.locator('input[type=email], input[name=emailOrLdapLoginId]')
				.first()
				.fill(OWNER.email);
		});
	await page.locator('input[type=password]').fill(OWNER.password);
	await page.keyboard.press('Enter');
	await page.waitForURL((url) => !url.pathname.includes('signin'));
}, 20 * 60_000);

afterAll(async () => {
	await browser?.close();
	await sandbox?.stop();
});

it('shows what the node does on the canvas', async () => {
	await page.goto(`${sandbox.n8n.url}/workflow/${exampleId}`);
	const node = page.locator('[data-test-id="canvas-node"]', { hasText: 'Close the case' });
	await node.waitFor();
	expect(await node.innerText()).toContain('Case: Update');
	await page.screenshot({ path: picture('canvas') });
});

it('shows its fields', async () => {
	const node = page.locator('[data-test-id="canvas-node"]', { hasText: 'Close the case' });
	await node.dblclick();
	await page.getByText('Update Fields').first().waitFor();
	await page.waitForTimeout(1000);
	await page.screenshot({ path: picture('node') });
});
