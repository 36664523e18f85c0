import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../tools/common.mjs';
import { between, table } from '../support/markdown.mts';

interface Result {
	isGood: boolean;
}

/** The results for one version of n8n; what was not run is missing. */
export interface Row {
	version: string;
	core?: Result & { counts: string };
	full?: Result;
}

const DOCUMENTS = {
	'README.md': ['n8n', 'Engine tests', 'Full n8n'],
	'docs/es/README.md': ['n8n', 'Pruebas del motor', 'n8n completo'],
};

export function printMatrix(rows: Row[]) {
	const cells = rows.map(({ version, core, full }) => [version, core?.counts ?? '', mark(full)]);
	console.log(`\n${table(DOCUMENTS['README.md'], cells)}`);
}

/** Writes the matrix to both READMEs. */
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
