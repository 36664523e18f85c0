import { spawn } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { resolve } from 'node:path';

import type FormData from 'form-data';

import { freePort } from '../../sandbox/n8n.mts';
import { hasProgram } from './programs.mts';

/** Wolkvox is PHP; this is PHP's own reading of a multipart request. */
export interface PhpRequest {
	fields: Record<string, string>;
	files: Record<string, unknown>;
	headers: Record<string, string>;
}

/** Whether PHP is there, see {@link hasProgram}. */
export function hasPhp(): boolean {
	return hasProgram('php', ['--version'], 'php-cli');
}

async function isUp(url: string): Promise<boolean> {
	return await fetch(url).then(
		() => true,
		() => false,
	);
}

/** Starts PHP's built-in server with a script that answers like Wolkvox and echoes what it got. */
export async function startPhp(): Promise<{ url: string; close(): void }> {
	const url = `127.0.0.1:${await freePort()}`;
	const limits = ['upload_max_filesize=64M', 'post_max_size=64M', 'max_file_uploads=50'];
	const child = spawn(
		'php',
		[...limits.flatMap((limit) => ['-d', limit]), '-S', url, resolve(__dirname, 'echo.php')],
		{ stdio: 'ignore' },
	);
	const started = Date.now();
	while (!(await isUp(`http://${url}/`))) {
		if (Date.now() - started > 10_000) throw new Error('PHP did not start within 10 seconds');
		await new Promise((done) => setTimeout(done, 20));
	}
	return { url: `http://${url}`, close: () => child.kill() };
}

/** Posts a form of the `form-data` package, the reference for ours, and gives what PHP received. */
export async function postFormData(url: string, form: FormData): Promise<PhpRequest> {
	return await new Promise((resolve, reject) => {
		const request = httpRequest(url, { method: 'POST', headers: form.getHeaders() });
		request.on('error', reject);
		request.on('response', async (response) => {
			const chunks: Buffer[] = [];
			for await (const chunk of response) chunks.push(chunk as Buffer);
			resolve(JSON.parse(Buffer.concat(chunks).toString()).received as PhpRequest);
		});
		form.pipe(request);
	});
}

/** Line breaks as every browser sends them in a form; `form-data` leaves them as they are. */
export function withCrlf(text: string): string {
	return text.replace(/\r\n|\r|\n/g, '\r\n');
}
