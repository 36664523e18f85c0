// Plain CommonJS: `npm start` needs it before anything is installed, and jest needs it too.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');
const N8N_FOLDER = join(__dirname, 'n8n');
const RUN_FOLDER = join(ROOT, '.sandbox');
/** @type {string} */
const N8N_VERSION = JSON.parse(readFileSync(join(N8N_FOLDER, 'package.json'), 'utf8')).dependencies
	.n8n;

/** An error that the user can fix; its message is all they need to see. */
class UserFacingError extends Error {}

/**
 * Runs one step and prints what it is, then how long it took.
 * @template T
 * @param {string} title
 * @param {() => T | Promise<T>} action
 */
async function step(title, action) {
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
function exitWithError(error) {
	console.error(error instanceof UserFacingError ? `\n${error.message}` : error);
	process.exit(1);
}

module.exports = {
	ROOT,
	N8N_FOLDER,
	N8N_VERSION,
	RUN_FOLDER,
	UserFacingError,
	step,
	exitWithError,
};
