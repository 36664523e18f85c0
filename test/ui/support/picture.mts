import { join } from 'node:path';

import type { Locator, Page } from 'playwright-core';

import { ROOT } from '../../../tools/common.mjs';

/** Whether this run puts its pictures into the documents. */
const WRITES_PICTURES = process.env.REPORT === '1';

const THEMES = [
	{ colorScheme: 'dark', ending: '-dark' },
	{ colorScheme: 'light', ending: '' },
] as const;
/** What comes and goes, overlaps the edge, or serves only to edit. */
const HIDDEN = `
	.el-notification,
	[data-test-id="floating-nodes"],
	[data-test-id="canvas-handle-plus-wrapper"],
	div:has(> [data-test-id="node-creator-plus-button"]) {
		visibility: hidden;
	}
`;
/** The name of a node stands below it and is wider than it; those of its outputs stand to the right. */
const AROUND_NODES = { left: 50, right: 80, top: 24, bottom: 64 };

interface Box {
	x: number;
	y: number;
	width: number;
	height: number;
}

/** Takes a picture of neighbouring parts of the editor in each theme; REPORT=1 puts it into the documents. */
export async function takePicture(name: string, ...parts: Locator[]) {
	const page = parts[0].page();
	await page.mouse.move(0, 0);
	await inEachTheme(page, async (ending) => {
		await shoot(page, `${name}${ending}`, await around(parts));
	});
}

/** The same for the nodes on the canvas. */
export async function takeCanvasPicture(name: string, page: Page) {
	await page.getByTestId('zoom-to-fit').click();
	const nodes = page.getByTestId('canvas-node');
	await untilStill(nodes.last());
	await page.mouse.move(0, 0);
	await inEachTheme(page, async (ending) => {
		const { x, y, width, height } = await around(await nodes.all());
		const { left, right, top, bottom } = AROUND_NODES;
		await shoot(page, `${name}${ending}`, {
			x: x - left,
			y: y - top,
			width: width + left + right,
			height: height + top + bottom,
		});
	});
}

/** Does something in each theme, whose pictures end differently; the light one stays. */
export async function inEachTheme(page: Page, act: (ending: string) => Promise<void>) {
	for (const { colorScheme, ending } of THEMES) {
		await page.emulateMedia({ colorScheme });
		await showIcon(page, colorScheme);
		await act(ending);
	}
}

async function shoot(page: Page, name: string, clip: Box) {
	await page.screenshot({
		...(WRITES_PICTURES && { path: join(ROOT, 'docs', 'images', `${name}.png`) }),
		clip,
		animations: 'disabled',
		style: HIDDEN,
	});
}

/** n8n changes the node's icon a moment after the browser has changed the colours. */
async function showIcon(page: Page, colorScheme: 'dark' | 'light') {
	const file = colorScheme === 'dark' ? 'wolkvox.dark.svg' : '/wolkvox.svg';
	await page.locator(`img[src$="${file}"]:visible`).first().waitFor();
}

/** The canvas glides to a new place. */
async function untilStill(part: Locator) {
	let before: Box | null = null;
	for (;;) {
		const box = await part.boundingBox();
		if (JSON.stringify(box) === JSON.stringify(before)) return;
		before = box;
		await part.page().waitForTimeout(100);
	}
}

async function around(parts: Locator[]): Promise<Box> {
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
