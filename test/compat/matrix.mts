import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../sandbox/tools.cjs';
import { between, table } from '../support/markdown.mts';

interface Result {
	isGood: boolean;
}

/** What became of one version of n8n; what was not run is not there. */
export interface Row {
	version: string;
	core?: Result & { passed: number; failed: number; skipped: number };
	full?: Result;
}

const DOCUMENTS = {
	'README.md': ['n8n', 'Engine tests', 'Full n8n'],
	'docs/README.es.md': ['n8n', 'Pruebas del motor', 'n8n completo'],
};

export function printMatrix(rows: Row[]) {
	const line = (cells: string[]) =>
		console.log(cells.map((cell, index) => cell.padEnd([10, 36, 0][index])).join('  '));
	console.log();
	line(['n8n', 'engine tests', 'in a full n8n']);
	for (const { version, core, full } of rows) {
		const counts = core && `${core.passed} passed, ${core.failed} failed, ${core.skipped} skipped`;
		line([version, counts ?? '-', full ? (full.isGood ? 'passed' : 'failed') : '-']);
	}
}

/** Puts the matrix into both READMEs. */
export async function writeMatrix(rows: Row[]) {
	const cells = rows.map(({ version, core, full }) => [version, mark(core), mark(full)]);
	for (const [document, heads] of Object.entries(DOCUMENTS)) {
		const file = join(ROOT, document);
		const text = await readFile(file, 'utf8');
		await writeFile(file, between(text, 'tested', table(heads, cells)));
	}
}

function mark(result?: Result) {
	if (!result) return '';
	return result.isGood ? '✓' : '✗';
}
