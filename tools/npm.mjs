import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RUN_FOLDER, UserFacingError } from './common.mjs';

const KNOWN_ERRORS = [
	[
		/spawn npm\S* ENOENT/,
		'npm was not found. It comes with Node.js: install both, then try again.',
	],
	[/ENOSPC/, 'The disk is full. Free some space, then try again.'],
	[
		/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|network/i,
		'npm cannot reach its registry. Check the network connection, then try again.',
	],
];

/**
 * Runs npm and returns what it printed.
 * @param {string[]} args
 * @param {{ cwd: string, env?: Record<string, string> }} options
 * @returns {Promise<string>}
 * @throws {UserFacingError} with npm's errors, or what to do about them
 */
export async function npm(args, { cwd, env }) {
	const [command, ...first] = npmCommand();
	const options = {
		cwd,
		env: { ...process.env, ...env },
		maxBuffer: 2 ** 28,
		shell: command === 'npm.cmd',
	};
	try {
		return (await promisify(execFile)(command, [...first, ...args], options)).stdout;
	} catch (error) {
		throw toUserFacingError(args, `${error.stdout ?? ''}${error.stderr ?? ''}` || String(error));
	}
}

/** npm tells its scripts its own path, which saves Windows a shell. */
function npmCommand() {
	const cli = process.env.npm_execpath;
	if (cli && /npm-cli\.c?js$/.test(cli)) return [process.execPath, cli];
	return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

function toUserFacingError(args, output) {
	mkdirSync(RUN_FOLDER, { recursive: true });
	writeFileSync(join(RUN_FOLDER, 'npm.log'), output);
	// npm's warnings mention networks and the like without any failure.
	const errors = output.split('\n').filter((line) => /^npm (error|ERR!) \S|^Error/.test(line));
	const known = KNOWN_ERRORS.find(([pattern]) => pattern.test(errors.join('\n')));
	if (known) return new UserFacingError(known[1]);
	const shown = errors.length > 0 ? errors.slice(0, 8) : output.trim().split('\n').slice(-8);
	return new UserFacingError(
		`"npm ${args.slice(0, 2).join(' ')}" failed (see .sandbox/npm.log for the full output):\n${shown.join('\n')}`,
	);
}
