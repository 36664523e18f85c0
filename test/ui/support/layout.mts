import type { Locator } from 'playwright-core';

/**
 * The texts in a panel that do not fit into their place: labels, hints, and the text or placeholder of
 * fields, except for n8n's own list of a resource locator's modes.
 */
export async function cutOff(panel: Locator): Promise<string[]> {
	return await panel.evaluate((element: any) => {
		const { document, getComputedStyle } = globalThis as any;
		const isVisible = (one: any) => one.getClientRects().length > 0;
		const visible: any[] = [...element.querySelectorAll('*')].filter(isVisible);
		const clipped = visible
			.filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth)
			.map((one) => one.innerText);

		const canvas = document.createElement('canvas').getContext('2d');
		const isTooLong = (input: any) => {
			const style = getComputedStyle(input);
			canvas.font = style.font;
			const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
			return canvas.measureText(textOf(input)).width > input.clientWidth - padding;
		};
		const textOf = ({ value, placeholder }: any) => value || placeholder;
		const inputs = visible.filter(
			(one) => one.type === 'text' && !one.closest('[data-test-id="rlc-mode-selector"]'),
		);
		return [...clipped, ...inputs.filter(isTooLong).map(textOf)];
	});
}

/** The labels of the parameters that a panel shows, in order. */
export async function labels(panel: Locator): Promise<string[]> {
	const texts = await panel.locator('.n8n-input-label:visible, label:visible').allInnerTexts();
	return texts.map((text) => text.split('\n')[0].trim());
}
