// `npm run bench`: what the node costs beside an empty one and beside the HTTP Request node.
import { execFileSync, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
execFileSync(process.execPath, [join(root, 'sandbox', 'start.mjs'), '--prepare'], {
	stdio: 'inherit',
});

const { default: tools } = await import('../sandbox/tools.cjs');
const { status } = spawnSync(
	tools.nodeForN8n(),
	[
		'--disable-warning=ExperimentalWarning',
		join(root, 'bench', 'main.mts'),
		...process.argv.slice(2),
	],
	{ stdio: 'inherit' },
);
process.exitCode = status ?? 1;
