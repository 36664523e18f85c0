import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT } from '../../tools/common.mjs';
import { npm } from '../../tools/npm.mjs';
import { pack } from '../../tools/package.mts';

jest.setTimeout(120_000);

// n8n has a copy of n8n-workflow; with a second one, it would not recognize the errors of this package.
it('npm installs the package alone, without a copy of n8n-workflow', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'wolkvox-package-'));
	try {
		await npm(['run', 'build'], { cwd: ROOT });
		await npm(['install', await pack(ROOT, folder)], { cwd: folder });

		const lockfile = readFileSync(join(folder, 'node_modules', '.package-lock.json'), 'utf8');
		const { packages } = JSON.parse(lockfile) as { packages: object };
		expect(Object.keys(packages)).toEqual(['node_modules/n8n-nodes-wolkvox']);
	} finally {
		rmSync(folder, { recursive: true });
	}
});
