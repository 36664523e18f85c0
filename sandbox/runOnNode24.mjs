import { spawn } from 'node:child_process';
import { install } from './install.mjs';

/**
 * Installs what is missing, then runs a script on Node.js 24, which runs TypeScript directly. Needs only
 * Node.js 20.15, and sets the script's exit code.
 */
export async function runOnNode24(args) {
	const node = await install();
	// The channel tells the child when this process is gone, however it ended.
	const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...args], {
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
