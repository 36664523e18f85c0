import { setTimeout as sleep } from 'node:timers/promises';
import type { N8n } from './n8n.mts';

/** The last page of a form, which is empty if the workflow ended without one. */
export interface LastPage {
	title: string;
	message: string;
	files: Array<{ name: string; bytes: Buffer }>;
}

/** Does what a browser does with a form of n8n: submits it, waits, and loads the last page. Files belong to the last question. */
export async function submitForm(
	{ url }: Pick<N8n, 'url'>,
	path: string,
	values: Array<string | File>,
): Promise<LastPage> {
	const form = new FormData();
	const texts = values.filter((value) => typeof value === 'string').length;
	values.forEach((value, index) => form.append(`field-${Math.min(index, texts)}`, value));
	const response = await fetch(`${url}/form/${path}`, { method: 'POST', body: form });
	const { formWaitingUrl } = (await response.json()) as { formWaitingUrl: string };
	if ((await statusOf(formWaitingUrl)) !== 'form-waiting') {
		return { title: '', message: '', files: [] };
	}
	const page = await getText(formWaitingUrl);
	// The last page tells n8n that the form has ended.
	await fetch(formWaitingUrl, { method: 'POST' });
	return read(page);
}

/** Waits until the execution of a form shows a page or has ended. */
async function statusOf(formWaitingUrl: string) {
	const address = new URL(formWaitingUrl);
	address.pathname += '/n8n-execution-status';
	for (;;) {
		const [status] = /form-waiting|success|error/.exec(await getText(address)) ?? [];
		if (status) return status;
		await sleep(100);
	}
}

function read(page: string): LastPage {
	const [, title = ''] = /<h1>([^]*?)<\/h1>/.exec(page) ?? [];
	const [, message = ''] = /<\/h1>\s*<p[^>]*>([^]*?)<\/p>/.exec(page) ?? [];
	const [, binaries = '%5B%5D'] = /binaries = "([^"]+)"/.exec(page) ?? [];
	const files = JSON.parse(decodeURIComponent(binaries)) as Array<{
		fileName: string;
		data: { data: number[] };
	}>;
	return {
		title,
		message,
		files: files.map(({ fileName, data }) => ({ name: fileName, bytes: Buffer.from(data.data) })),
	};
}

export async function getText(url: string | URL) {
	return await (await fetch(url)).text();
}
