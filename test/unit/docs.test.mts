import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { messagesIn } from '../support/messages.mts';

const ROOT = join(__dirname, '..', '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

it('the documents have no broken links', () => {
	expect(() =>
		execFileSync(process.execPath, [join(ROOT, 'scripts', 'check-docs.mjs')], { stdio: 'pipe' }),
	).not.toThrow();
});

// Not in the root folder: npm publishes every README there.
describe('docs/README.es.md', () => {
	const [english, spanish] = [read('README.md'), read('docs/README.es.md')];

	it.each([
		['headings, by level and order', /^#+(?= )/gm],
		['table rows', /^\|(?=.*\|$)/gm],
		['code blocks', /^```\w+/gm],
		['list items', /^- /gm],
		['pictures', /^ *<(source|img) /gm],
	])('has the same %s', (_what, pattern) => {
		const inEnglish = english.match(pattern);
		expect(inEnglish).not.toBeNull();
		expect(spanish.match(pattern)).toEqual(inEnglish);
	});

	it('has tables of the same shape under the same headings', () => {
		expect(tables(spanish)).toEqual(tables(english));
	});

	it('links to the same places outside itself', () => {
		expect(linksOut('docs', spanish)).toEqual(linksOut('', english));
	});

	it('has the same commands and data', () => {
		expect(codeBlocks(spanish)).toEqual(codeBlocks(english));
	});

	/** The number of columns of each row, by heading. */
	function tables(markdown: string) {
		return markdown
			.split(/^#+ .*$/m)
			.map((part) => (part.match(/^\|.*\|$/gm) ?? []).map((row) => row.split('|').length));
	}

	/** Targets of links, relative to the root, except headings and the other language. */
	function linksOut(folder: string, markdown: string) {
		return [...markdown.matchAll(/(?:\]\(|src(?:set)?=")([^)"]+)/g)]
			.map(([, link]) => (/^https?:/.test(link) ? link : join(folder, link)))
			.filter((link) => !/#|README/.test(link))
			.sort();
	}

	function codeBlocks(markdown: string) {
		return markdown.match(/^```[\s\S]*?^```/gm);
	}
});

describe('docs/errors.md', () => {
	const documented = [...read('docs/errors.md').matchAll(/^\| `(.+?)` \|/gm)].map(
		([, text]) => text,
	);
	const messages = new Set(
		sources('nodes', 'credentials').flatMap((file) => messagesIn(read(file))),
	);

	it.each([...messages])('explains: %s', (message) => {
		expect(documented).toContain(message);
	});

	it.each(documented)('explains only what the code says: %s', (message) => {
		expect([...messages]).toContain(message);
	});
});

describe('CONTRIBUTING.md', () => {
	const [, map] = /^```text\n([\s\S]*?)^```/m.exec(read('CONTRIBUTING.md'))!;
	const mapped = map.match(/^\S+\/(?= )/gm)!.map((folder) => folder.slice(0, -1));

	it('maps only folders that exist', () => {
		expect(mapped.filter((folder) => !existsSync(join(ROOT, folder)))).toEqual([]);
	});

	it('maps every folder with sources', () => {
		const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
			cwd: ROOT,
			encoding: 'utf8',
		});
		const folders = new Set(
			tracked
				.split('\n')
				.filter((file) => file.includes('/') && existsSync(join(ROOT, file)))
				.map((file) => file.slice(0, file.lastIndexOf('/'))),
		);
		expect([...folders].filter((folder) => !isMapped(folder))).toEqual([]);
	});

	/** The node is mapped folder by folder; elsewhere a folder may stand for its subfolders. */
	function isMapped(folder: string) {
		const isNode = folder.startsWith('nodes/');
		return mapped.some((one) => folder === one || (!isNode && folder.startsWith(`${one}/`)));
	}
});

function sources(...folders: string[]) {
	return folders.flatMap((folder) =>
		readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
			.filter((file) => file.endsWith('.ts'))
			.map((file) => join(folder, file)),
	);
}
