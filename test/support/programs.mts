import { execFileSync } from 'node:child_process';

/**
 * Whether a program that tests need is there. In CI it must be: a missing one fails the run instead
 * of skipping tests.
 *
 * @param packageName what Debian calls its package
 */
export function hasProgram(command: string, args: string[], packageName: string): boolean {
	try {
		execFileSync(command, args, { stdio: 'ignore' });
		return true;
	} catch {
		const advice = `${command} is missing (Debian: apt-get install ${packageName})`;
		if (process.env.CI) throw new Error(advice);
		console.warn(`${advice}: the tests that need it are left out. CI installs it.`);
		return false;
	}
}
