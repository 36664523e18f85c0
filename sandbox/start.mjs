// `npm start`: a real n8n with this package in it, beside a stand-in for Wolkvox.
// Runs on a bare Node 20.15 in a fresh clone; what it installs, it installs once.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { checkPorts } from './ports.mjs';
import { install } from './install.mjs';
import { Trouble } from './tools.cjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

try {
	const [major, minor] = process.versions.node.split('.').map(Number);
	if (major < 20 || (major === 20 && minor < 15))
		throw new Trouble('Node.js 20.15 or later is needed.');
	const [mode] = process.argv.slice(2);
	if (mode !== '--prepare') await checkPorts();
	const node = await install();
	process.exitCode = mode === '--prepare' ? 0 : await run(node, process.argv.slice(2));
} catch (error) {
	if (!(error instanceof Trouble)) throw error;
	console.error(`\n${error.message}`);
	process.exitCode = 1;
}

/** npm's shell dies of a signal without passing it on, and leaves its script to run for ever. */
function whenAbandoned(act) {
	const parent = process.ppid;
	if (!process.env.npm_lifecycle_event) return;
	const check = () => process.ppid === parent || act();
	setInterval(check, 500).unref();
}

/** Hands over to Node 24, which runs TypeScript as it is; gives its exit code. */
function run(node, args) {
	const script = join(import.meta.dirname, 'run.mts');
	// The channel tells the child when this process is gone, however it went.
	const child = spawn(node, ['--disable-warning=ExperimentalWarning', script, ...args], {
		stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
	});
	for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
	whenAbandoned(() => child.kill());
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('exit', (code) => resolve(code ?? 1));
	});
}
