import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { INodePropertyOptions } from 'n8n-workflow';

import { WolkvoxCrm } from '../../nodes/WolkvoxCrm/WolkvoxCrm.node';
import { messagesIn } from '../support/messages.mts';
import { OPERATIONS } from '../support/operations.mts';

const ROOT = join(__dirname, '..', '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

it('the documents have no broken links', () => {
	expect(() =>
		execFileSync(process.execPath, [join(ROOT, 'scripts', 'check-docs.mjs')], { stdio: 'pipe' }),
	).not.toThrow();
});

describe('each operation', () => {
	const { properties } = new WolkvoxCrm().description;
	const operations = properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ displayOptions, options }) =>
			(options as INodePropertyOptions[]).map(({ name, value }) => {
				const [resource] = displayOptions!.show!.resource as string[];
				return { resource, name, value };
			}),
		);

	it.each(operations)('is in the README: $resource: $name', ({ resource, name }) => {
		const row = new RegExp(`^\\| \\*\\*${resource}:.*\\b${name}\\*\\*.*\\|$`, 'im');
		expect(read('README.md')).toMatch(row);
	});

	it('is in the tests of all operations', () => {
		const tested = OPERATIONS.map(
			({ parameters }) => `${parameters.resource}: ${parameters.operation}`,
		);
		const described = operations.map(({ resource, value }) => `${resource}: ${value}`);
		expect(new Set([...tested, 'case: update'])).toEqual(new Set(described));
	});
});

// The Spanish README is not in the root folder: npm publishes every README there.
describe.each(readdirSync(join(ROOT, 'docs/es')))('docs/es/%s', (name) => {
	const english = page(name === 'README.md' ? name : `docs/${name}`);
	const spanish = page(`docs/es/${name}`);

	it.each([
		['headings, by level and order', /^#+(?= )/gm],
		['list items', /^(-|\d+\.) /gm],
		['pictures', /^ *<(source|img) /gm],
	])('has the same %s', (_what, pattern) => {
		expect(spanish.text.match(pattern)).toEqual(english.text.match(pattern));
	});

	it('has tables of the same shape under the same headings', () => {
		expect(tables(spanish.text)).toEqual(tables(english.text));
	});

	it('has the same code blocks', () => {
		expect(spanish.text.match(CODE_BLOCK)).toEqual(english.text.match(CODE_BLOCK));
	});

	it('has the same messages, values and names under the same headings', () => {
		expect(inlineCode(spanish.text)).toEqual(inlineCode(english.text));
	});

	it('links to the same pages', () => {
		expect(targets(spanish).map(inEnglish).sort()).toEqual(targets(english).map(inEnglish).sort());
	});

	it('links to pages in Spanish where there are some', () => {
		const inOtherLanguage = targets(spanish).filter(
			(target) => target !== english.file && existsSync(join(ROOT, inSpanish(target))),
		);
		expect(inOtherLanguage.filter((target) => target !== inSpanish(target))).toEqual([]);
	});

	it('is linked with its other language', () => {
		expect(targets(english)).toContain(spanish.file);
		expect(targets(spanish)).toContain(english.file);
	});

	const CODE_BLOCK = /^```[\s\S]*?^```/gm;

	function page(file: string) {
		return { file, text: read(file) };
	}

	function sections(markdown: string) {
		return markdown.split(/^#+ .*$/m);
	}

	/** The number of columns of each row, by heading. */
	function tables(markdown: string) {
		return sections(markdown).map((section) =>
			(section.match(/^\|.*\|$/gm) ?? []).map((row) => row.split('|').length),
		);
	}

	/** By heading; the order can differ inside a sentence. */
	function inlineCode(markdown: string) {
		return sections(markdown.replace(CODE_BLOCK, '')).map((section) =>
			(section.match(/`[^`\n]+`/g) ?? []).sort(),
		);
	}

	/** Where the links and pictures of a page go, without headings; paths are relative to the root. */
	function targets({ file, text }: { file: string; text: string }) {
		return [...text.matchAll(/(?:\]\(|src(?:set)?=")([^)"]+)/g)].map(([, link]) => {
			const [path] = link.split('#');
			if (/^https?:/.test(link)) return link;
			return path === '' ? file : join(dirname(file), path);
		});
	}

	function inEnglish(target: string) {
		return target.replace('docs/es/README.md', 'README.md').replace(/^docs\/es\//, 'docs/');
	}

	function inSpanish(target: string) {
		return `docs/es/${inEnglish(target).replace(/^docs\//, '')}`;
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
