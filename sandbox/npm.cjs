const { spawn } = require('node:child_process');
const { mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { RUN_FOLDER, UserFacingError } = require('./tools.cjs');

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
 */
function npm(args, { cwd, env = {} }) {
	const { command, prefix = [], shell = false } = npmCommand();
	return new Promise((resolve, reject) => {
		const child = spawn(command, [...prefix, ...args], {
			cwd,
			env: { ...process.env, ...env },
			shell,
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let output = '';
		child.stdout.on('data', (chunk) => (output += chunk));
		child.stderr.on('data', (chunk) => (output += chunk));
		child.on('error', (error) => reject(toUserFacingError(args, String(error))));
		child.on('close', (code) =>
			code === 0 ? resolve(output) : reject(toUserFacingError(args, output)),
		);
	});
}

/** npm tells its scripts its own path, which saves Windows a shell. */
function npmCommand() {
	const cli = process.env.npm_execpath;
	if (cli && /npm-cli\.c?js$/.test(cli)) return { command: process.execPath, prefix: [cli] };
	return process.platform === 'win32' ? { command: 'npm.cmd', shell: true } : { command: 'npm' };
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

module.exports = { npm };
