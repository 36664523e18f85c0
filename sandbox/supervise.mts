import { spawn } from 'node:child_process';
import { join } from 'node:path';

const SUPERVISOR = join(import.meta.dirname, 'supervisor.mjs');

/** Starts a command that ends, with its children, when this process does, whatever ended it. */
export function supervise(
	command: string[],
	{ cwd, env, log }: { cwd: string; env?: NodeJS.ProcessEnv; log?: number },
) {
	const output = log ?? 'ignore';
	const child = spawn(process.execPath, [SUPERVISOR, ...command], {
		cwd,
		env,
		// Ctrl-C in the terminal must not reach it: stop() decides when it ends.
		detached: true,
		stdio: ['pipe', output, output],
		windowsHide: true,
	});
	const ended = new Promise<Error | undefined>((resolve) => {
		child.once('error', resolve);
		child.once('exit', () => resolve(undefined));
	});
	const killNow = () => child.kill('SIGTERM');
	process.once('exit', killNow);
	void ended.then(() => process.off('exit', killNow));
	return {
		pid: child.pid,
		/** Settles when the command has ended, with an error if it did not start. */
		ended,
		/** Lets the command shut down cleanly. */
		stop: async () => {
			child.stdin?.destroy();
			await ended;
		},
		/** Ends it by SIGKILL, as a machine that goes down does. */
		kill: async () => {
			killNow();
			await ended;
		},
	};
}
