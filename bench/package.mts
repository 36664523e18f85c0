import { execFileSync } from 'node:child_process';

import { ROOT } from '../sandbox/tools.cjs';
import { HOME } from './bed.mts';
import { median } from './figures.mts';

/** What n8n's own loader takes for the package, in a fresh process that has n8n-core loaded, and its size. */
export function measurePackage(): string[][] {
	const script = `
		require('reflect-metadata');
		const { PackageDirectoryLoader } = require('n8n-core');
		const started = performance.now();
		new PackageDirectoryLoader(${JSON.stringify(ROOT)}).loadAll().then(() => console.log(performance.now() - started));`;
	const times = Array.from({ length: 7 }, () =>
		Number(
			execFileSync(process.execPath, ['-e', script], {
				cwd: ROOT,
				env: { ...process.env, N8N_USER_FOLDER: HOME, N8N_LOG_LEVEL: 'silent' },
			}).toString(),
		),
	);
	const [{ size, unpackedSize }] = JSON.parse(
		execFileSync('npm', ['pack', '--dry-run', '--json'], {
			cwd: ROOT,
			stdio: ['ignore', 'pipe', 'ignore'],
		}).toString(),
	);
	return [
		["time the package adds to n8n's start", `${median(times).toFixed(0)} ms`, '≤ 50 ms', ''],
		[
			'size of the tarball, and unpacked',
			`${(size / 1000).toFixed(0)} kB, ${(unpackedSize / 1000).toFixed(0)} kB`,
			'≤ 60 kB',
			'',
		],
	];
}
