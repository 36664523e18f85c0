// n8n's own scanner on what would be published: the unpacked tarball, and the source it is built from.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import {
	analyzePackage,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';

const MAX_PACKED_BYTES = 100_000;
const LOADED_BY_N8N = /^dist\/(credentials|nodes|icons)\/.*(\.js|\.svg|\.node\.json)$/;
const ALSO_ALLOWED = ['LICENSE', 'README.md', 'index.js', 'package.json'];

const root = resolve(fileURLToPath(import.meta.url), '../..');
// Inside the checkout, so that the linter finds its parser.
const scratch = mkdtempSync(join(root, '.scan-'));

function fail(message) {
	console.error(message);
	process.exitCode = 1;
}

async function scan(what, folder, patterns) {
	const { passed, message, details } = await analyzePackage(folder, patterns);
	if (passed) console.log(`${what}: passed`);
	else fail(`${what}: ${message}\n${details ?? ''}`);
}

try {
	const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', scratch], {
		cwd: root,
	});
	const [{ filename, files, size, unpackedSize }] = JSON.parse(packed.toString());
	console.log(`${files.length} files, ${size} bytes packed, ${unpackedSize} bytes unpacked`);
	if (size > MAX_PACKED_BYTES) fail(`The tarball is larger than ${MAX_PACKED_BYTES} bytes`);

	const paths = files.map(({ path }) => path);
	const unneeded = paths.filter(
		(path) => !LOADED_BY_N8N.test(path) && !ALSO_ALLOWED.includes(path),
	);
	if (unneeded.length > 0) fail(`Not needed in the tarball: ${unneeded.join(', ')}`);

	execFileSync('tar', ['-xzf', join(scratch, filename), '-C', scratch]);
	await scan('tarball', join(scratch, 'package'), undefined);

	const source = join(scratch, 'source');
	for (const part of ['package.json', 'nodes', 'credentials', 'icons']) {
		cpSync(join(root, part), join(source, part), { recursive: true });
	}
	await scan('source', source, SOURCE_FILE_PATTERNS);
} finally {
	rmSync(scratch, { recursive: true, force: true });
}
