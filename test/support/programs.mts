import { execFileSync } from 'node:child_process';

/**
 * Whether a program that tests need is installed. In CI it must be: there a missing one fails the
 * run, elsewhere its tests are skipped.
 *
 * @param packageName the Debian package
 */
export function hasProgram(command: string, args: string[], packageName: string): boolean {
	try {
		execFileSync(command, args, { stdio: 'ignore' });
		return true;
	} catch {
		const advice = `${command} is missing (Debian: apt-get install ${packageName})`;
		if (process.env.CI) throw new Error(advice);
		console.warn(`${advice}: the tests that need it are skipped. CI installs it.`);
		return false;
	}
}
