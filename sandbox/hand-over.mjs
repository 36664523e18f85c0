import { spawn } from 'node:child_process';
import { install } from './install.mjs';
import { Trouble } from './tools.cjs';

/**
 * Installs what is missing, and runs a script on Node.js 24, which runs TypeScript as it is. Needs no
 * more than a bare Node.js 20, and ends with the script's exit code.
 */
export async function handOver(script) {
	try {
		process.exitCode = await run(await install(), script);
	} catch (error) {
		if (!(error instanceof Trouble)) throw error;
		console.error(`\n${error.message}`);
		process.exitCode = 1;
	}
}

function run(node, script) {
	const args = ['--disable-warning=ExperimentalWarning', script, ...process.argv.slice(2)];
	const child = spawn(node, args, { stdio: 'inherit' });
	// Ctrl-C reaches both of them; the child ends what it started, and then this process ends.
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
		process.on(signal, () => child.kill(signal));
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('exit', (code) => resolve(code ?? 1));
	});
}
