// `npm run test:queue`: n8n in queue mode, with a worker that is killed. Runs on a bare Node 20.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { install } from '../../sandbox/install.mjs';
import { Trouble } from '../../sandbox/tools.cjs';

try {
	process.exitCode = await run(await install());
} catch (error) {
	if (!(error instanceof Trouble)) throw error;
	console.error(`\n${error.message}`);
	process.exitCode = 1;
}

/** Hands over to Node 24, which runs TypeScript as it is; gives its exit code. */
function run(node) {
	const script = join(import.meta.dirname, 'run.mts');
	const child = spawn(node, ['--disable-warning=ExperimentalWarning', script], {
		stdio: 'inherit',
	});
	// Ctrl-C reaches both of them; the child ends what it started, and then this process ends.
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
		process.on(signal, () => child.kill(signal));
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('exit', (code) => resolve(code ?? 1));
	});
}
