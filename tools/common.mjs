import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
/** Where n8n is installed. */
export const N8N_FOLDER = join(ROOT, 'tools', 'n8n');
/** What running n8ns store. */
export const RUN_FOLDER = join(ROOT, '.sandbox');
/** @type {string} */
export const N8N_VERSION = JSON.parse(readFileSync(join(N8N_FOLDER, 'package.json'), 'utf8'))
	.dependencies.n8n;

/** An error that the user can fix; its message is all they need to see. */
export class UserFacingError extends Error {}

/**
 * Runs one step and prints what it is, then how long it took.
 * @template T
 * @param {string} title
 * @param {() => T | Promise<T>} action
 */
export async function step(title, action) {
	const started = Date.now();
	process.stdout.write(`${title} ...`);
	try {
		const result = await action();
		process.stdout.write(` ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
		return result;
	} catch (error) {
		process.stdout.write(' failed\n');
		throw error;
	}
}

/** Prints the error and ends the process. */
export function exitWithError(error) {
	console.error(error instanceof UserFacingError ? `\n${error.message}` : error);
	process.exit(1);
}
