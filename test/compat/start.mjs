// `npm run test:compat`: the engine tests and the packed package in each n8n that people run.
// `npm run test:compat core 2.20` and `npm run test:compat full 1.123` run a part.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import tools from '../../sandbox/tools.cjs';

execFileSync(process.execPath, [join(tools.ROOT, 'sandbox', 'start.mjs'), '--prepare'], {
	stdio: 'inherit',
});

const { status } = spawnSync(
	tools.nodeForN8n(),
	[
		'--disable-warning=ExperimentalWarning',
		join(import.meta.dirname, 'run.mts'),
		...process.argv.slice(2),
	],
	{ stdio: 'inherit' },
);
process.exitCode = status ?? 1;
