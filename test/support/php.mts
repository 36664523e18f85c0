import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../tools/ports.mts';
import { hasProgram } from './programs.mts';

/** Wolkvox is written in PHP; this is how PHP itself reads a multipart request. */
export interface PhpRequest {
	fields: Record<string, string>;
	/** The custom fields, as PHP's json_decode reads them. */
	form: unknown;
	/** A JSON body, likewise. */
	json: unknown;
	files: Record<string, unknown>;
	headers: Record<string, string>;
}

export const describeWithPhp = hasProgram('php', ['--version'], 'php-cli')
	? describe
	: describe.skip;

/** PHP's built-in server, which responds like Wolkvox and echoes what it received. */
export function usePhp(): { url: string } {
	const php = { url: '' };
	let child: ChildProcess;

	beforeAll(async () => {
		const host = `127.0.0.1:${await freePort()}`;
		const limits = ['upload_max_filesize=64M', 'post_max_size=64M', 'max_file_uploads=50'];
		const settings = limits.flatMap((limit) => ['-d', limit]);
		const script = resolve(__dirname, 'echo.php');
		child = spawn('php', [...settings, '-S', host, script], { stdio: 'ignore' });
		php.url = `http://${host}`;
		for (let waited = 0; !(await fetch(php.url).catch(() => undefined)); waited += 20) {
			if (waited > 10_000) throw new Error('PHP did not start within 10 seconds');
			await sleep(20);
		}
	}, 20_000);
	afterAll(() => child.kill());
	return php;
}
