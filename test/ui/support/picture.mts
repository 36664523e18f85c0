import { join } from 'node:path';

import type { Locator, Page } from 'playwright-core';

import { ROOT } from '../../../sandbox/tools.cjs';
import { WRITES_REPORT } from '../../support/report.mts';

const THEMES = [
	{ colorScheme: 'dark', ending: '-dark' },
	{ colorScheme: 'light', ending: '' },
] as const;
/** n8n's notifications come and go, and the node before this one overlaps the edge. */
const HIDDEN = '.el-notification, [data-test-id="floating-nodes"] { visibility: hidden }';

/** Takes a picture of neighbouring parts of the editor in each theme; REPORT=1 puts it into the documents. */
export async function takePicture(name: string, ...parts: Locator[]) {
	const page = parts[0].page();
	await page.mouse.move(0, 0);
	for (const { colorScheme, ending } of THEMES) {
		await page.emulateMedia({ colorScheme });
		await showIcon(page, colorScheme);
		await page.screenshot({
			...(WRITES_REPORT && { path: join(ROOT, 'docs', 'images', `${name}${ending}.png`) }),
			clip: await around(parts),
			animations: 'disabled',
			style: HIDDEN,
		});
	}
}

/** n8n changes the node's icon a moment after the browser has changed the colours. */
async function showIcon(page: Page, colorScheme: 'dark' | 'light') {
	const file = colorScheme === 'dark' ? 'wolkvox.dark.svg' : '/wolkvox.svg';
	await page.locator(`img[src$="${file}"]:visible`).first().waitFor();
}

async function around(parts: Locator[]) {
	const boxes = await Promise.all(parts.map(async (part) => (await part.boundingBox())!));
	const left = Math.min(...boxes.map(({ x }) => x));
	const top = Math.min(...boxes.map(({ y }) => y));
	return {
		x: left,
		y: top,
		width: Math.max(...boxes.map(({ x, width }) => x + width)) - left,
		height: Math.max(...boxes.map(({ y, height }) => y + height)) - top,
	};
}
