import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/sandbox.mts';
import { ROOT, RUN_FOLDER } from '../../sandbox/tools.cjs';

/** A real n8n without data of earlier runs. Installs and builds what is missing, which can take minutes. */
export async function startFreshSandbox(options: SandboxOptions): Promise<Sandbox> {
	execFileSync(process.execPath, [join(ROOT, 'sandbox', 'start.mjs'), '--prepare'], {
		stdio: 'inherit',
	});
	rmSync(join(RUN_FOLDER, options.name), { recursive: true, force: true });
	return await startSandbox(options);
}
