import type { Locator } from 'playwright-core';

/** What is used here of a browser, whose types would clash with those of Node.js. */
interface Browser {
	document: {
		createElement(name: 'canvas'): {
			getContext(kind: '2d'): { font: string; measureText(text: string): { width: number } };
		};
	};
	getComputedStyle(element: PageElement): Record<'font' | 'paddingLeft' | 'paddingRight', string>;
}

interface PageElement {
	clientWidth: number;
	scrollWidth: number;
	innerText: string;
	value: string;
	placeholder: string;
	matches(selector: string): boolean;
	closest(selector: string): PageElement;
	querySelectorAll(selector: string): Iterable<PageElement>;
}

/** The texts in a panel that do not fit into their place: labels, hints, and the text or placeholder of fields. */
export async function cutOff(panel: Locator): Promise<string[]> {
	return await panel.evaluate((element: PageElement) => {
		const { document, getComputedStyle } = globalThis as unknown as Browser;
		const canvas = document.createElement('canvas').getContext('2d');
		const textOf = ({ value, placeholder }: PageElement) => value || placeholder;
		const isTooLong = (input: PageElement) => {
			const { font, paddingLeft, paddingRight } = getComputedStyle(input);
			canvas.font = font;
			const space = input.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
			return canvas.measureText(textOf(input)).width > space;
		};

		const visible = [...element.querySelectorAll('*')].filter((one) => one.clientWidth > 0);
		const clipped = visible.filter((one) => one.scrollWidth > one.clientWidth);
		// The choice between a list and a name is n8n's own.
		const inputs = visible.filter((one) =>
			one.matches('input:not([type=checkbox], [data-test-id="rlc-mode-selector"] *)'),
		);
		return [...clipped.map((one) => one.innerText), ...inputs.filter(isTooLong).map(textOf)];
	});
}

/** The labels of the parameters that a panel shows, in order. */
export async function labels(panel: Locator): Promise<string[]> {
	const texts = await panel.locator('.n8n-input-label:visible, label:visible').allInnerTexts();
	return texts.map(firstLine);
}

/** The labels of the parameters that a panel marks in red. */
export async function complaints(panel: Locator): Promise<string[]> {
	// It checks JSON a moment after it has shown it.
	if ((await panel.locator('.cm-content').count()) > 0) await panel.page().waitForTimeout(1_000);
	const marks = panel.locator('[data-test-id="parameter-issues"]:visible, .cm-lint-marker-error');
	const texts = await marks.evaluateAll((all: PageElement[]) =>
		all.map((mark) => mark.closest('[data-test-id="input-label"]').innerText),
	);
	return texts.map(firstLine);
}

/** The choice between a fixed value and an expression follows. */
function firstLine(text: string) {
	return text.split('\n')[0].trim();
}
