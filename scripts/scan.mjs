// n8n's own scanner on what would be published: the unpacked tarball, and the source it is built from.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import {
	analyzePackage,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';

const MOST_BYTES = 60_000;
const LOADED_BY_N8N = /^dist\/(credentials|nodes|icons)\/.*(\.js|\.svg|\.node\.json)$/;
const ALSO_THERE = ['LICENSE', 'README.md', 'index.js', 'package.json'];

const root = resolve(fileURLToPath(import.meta.url), '../..');
// Inside the checkout, so that the linter finds its parser.
const scratch = mkdtempSync(join(root, '.scan-'));

function filesIn(folder) {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

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
	const [{ filename }] = JSON.parse(packed.toString());
	execFileSync('tar', ['-xzf', join(scratch, filename), '-C', scratch]);

	const unpacked = join(scratch, 'package');
	const files = filesIn(unpacked).map((path) => relative(unpacked, path));
	const bytes = files.reduce((sum, path) => sum + statSync(join(unpacked, path)).size, 0);
	const tarball = statSync(join(scratch, filename)).size;
	console.log(`${files.length} files, ${bytes} bytes unpacked, ${tarball} bytes packed`);

	const strangers = files.filter((path) => !LOADED_BY_N8N.test(path) && !ALSO_THERE.includes(path));
	if (strangers.length > 0) fail(`In the tarball without need: ${strangers.join(', ')}`);
	if (bytes > MOST_BYTES) fail(`The tarball is larger than ${MOST_BYTES} bytes unpacked`);

	await scan('tarball', unpacked, undefined);

	const source = join(scratch, 'source');
	for (const part of ['package.json', 'nodes', 'credentials', 'icons']) {
		cpSync(join(root, part), join(source, part), { recursive: true });
	}
	await scan('source', source, SOURCE_FILE_PATTERNS);
} finally {
	rmSync(scratch, { recursive: true, force: true });
}
