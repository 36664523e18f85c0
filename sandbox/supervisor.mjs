// Runs a command in a process group of its own, and ends the whole group when standard input closes.
// The system closes it however the process at the other end ended, even by SIGKILL.
import { spawn, spawnSync } from 'node:child_process';

const GRACE_MS = 15_000;
const [command, ...args] = process.argv.slice(2);

const child = spawn(command, args, {
	detached: true,
	stdio: ['ignore', 'inherit', 'inherit'],
	windowsHide: true,
});
child.on('error', (error) => {
	console.error(error.message);
	process.exit(1);
});
child.on('exit', (code) => {
	signalGroup('SIGKILL');
	process.exit(code ?? 1);
});

// For callers that cannot wait for the command to shut down cleanly.
process.on('SIGTERM', () => signalGroup('SIGKILL'));
process.stdin.resume().on('close', () => {
	signalGroup('SIGTERM');
	setTimeout(() => signalGroup('SIGKILL'), GRACE_MS);
});

function signalGroup(signal) {
	if (process.platform === 'win32') {
		spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f']);
		return;
	}
	try {
		process.kill(-child.pid, signal);
	} catch {
		// No process of the group is left.
	}
}
