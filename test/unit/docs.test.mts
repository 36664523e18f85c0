import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { INodePropertyOptions } from 'n8n-workflow';

import { WolkvoxCrm } from '../../nodes/WolkvoxCrm/WolkvoxCrm.node';
import { OPERATIONS, UPSERTS } from '../support/operations.mts';

const ROOT = join(__dirname, '..', '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

it('the documents have no broken links', () => {
	expect(() =>
		execFileSync('npm', ['run', 'check:docs'], { cwd: ROOT, stdio: 'pipe' }),
	).not.toThrow();
});

it('each promise in docs/reliability.md names tests that exist', () => {
	const promises = read('docs/reliability.md').match(/^\| \*\*.*\|$/gm)!;
	for (const promise of promises) {
		const tests = [...promise.matchAll(/`((?:unit|engine|e2e)\/[\w-]+)`/g)].map(([, test]) => test);
		expect(tests).not.toEqual([]);
		const paths = tests.map((test) => join(ROOT, 'test', test));
		expect(paths.filter((path) => !existsSync(path) && !existsSync(`${path}.test.mts`))).toEqual(
			[],
		);
	}
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
		const tested = [...OPERATIONS, ...UPSERTS].map(
			({ parameters }) => `${parameters.resource}: ${parameters.operation}`,
		);
		const described = operations.map(({ resource, value }) => `${resource}: ${value}`);
		expect(new Set(tested)).toEqual(new Set(described));
	});
});

/** The examples that there are in Spanish, and what people type in them. */
const SPANISH_EXAMPLES: Record<string, string> = {
	'actualizar-casos-desde-excel': 'update-cases-from-spreadsheet',
	'buscar-y-cerrar-caso-con-agente-de-ia': 'find-and-close-case-by-ai-agent',
	'casos-abiertos-de-un-cliente': 'open-cases-of-a-customer',
	'cerrar-caso-desde-formulario': 'close-case-from-form',
	'crear-caso-desde-formulario-web': 'create-case-from-web-form',
};
const SPANISH_WORDS: Record<string, string> = {
	'Cerrar un caso': 'Close a case',
	'Número del caso': 'Case number',
	Caso: 'Case',
	Cerrado: 'closed',
	Correo: 'Email',
	Fecha: 'Date',
	Informe: 'Report',
};

// The Spanish README is not in the root folder: npm publishes every README there.
describe.each(readdirSync(join(ROOT, 'docs/es')))('docs/es/%s', (name) => {
	const english = page(name === 'README.md' ? name : `docs/${name}`);
	const spanish = page(`docs/es/${name}`);

	it('has the same structure, code, messages and names, section by section', () => {
		expect(sections(spanish.text)).toEqual(sections(english.text));
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

	function page(file: string) {
		return { file, text: read(file) };
	}

	/** What a translation does not change, under each heading; the order can differ inside a sentence. */
	function sections(markdown: string) {
		return markdown.split(/^(?=#+ )/m).map((section) => {
			const all = (pattern: RegExp) => section.match(pattern) ?? [];
			return {
				level: section.match(/^#+ /)?.[0],
				listItems: all(/^(-|\d+\.) /gm),
				pictures: all(/^ *<(source|img) /gm),
				columns: all(/^\|.*\|$/gm).map((row) => row.split('|').length),
				code: all(/^```[\s\S]*?^```/gm),
				names: all(/`[^`\n]+`/g)
					.map(inEnglishWords)
					.sort(),
			};
		});
	}

	/** A name or an expression, with what people type in their own language. */
	function inEnglishWords(name: string) {
		return Object.entries(SPANISH_WORDS).reduce(
			(text, [spanish, english]) => text.replaceAll(spanish, english),
			name,
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
		const [, example = ''] = /^examples\/es\/(.+)\.json$/.exec(target) ?? [];
		if (Object.hasOwn(SPANISH_EXAMPLES, example))
			return `examples/${SPANISH_EXAMPLES[example]}.json`;
		return target.replace('docs/es/README.md', 'README.md').replace(/^docs\/es\//, 'docs/');
	}

	function inSpanish(target: string) {
		const example = Object.keys(SPANISH_EXAMPLES).find(
			(name) => target === `examples/${SPANISH_EXAMPLES[name]}.json`,
		);
		if (example) return `examples/es/${example}.json`;
		return `docs/es/${inEnglish(target).replace(/^docs\//, '')}`;
	}
});

describe('docs/errors.md', () => {
	const code = sources('nodes', 'credentials').map(read).join('\n');
	const documented = [...read('docs/errors.md').matchAll(/^\| `(.+?)` \|/gm)].map(([, message]) =>
		message.replaceAll("'…'", '…'),
	);
	/** What the code throws, or keeps as the reason of a failed request; `…` stands for what it fills in. */
	const thrown = [
		...code.matchAll(
			/(?:throwUserError\(|new (?:UserError|OperationalError)\(|new RequestFailure\(\s*(?:'\w+'|\w+),)\s*(['"`])(.+?)\1/g,
		),
	].map(([, , text]) => text.replace(/(?:'?\$\{[^}]*\}'?)+/g, '…'));

	it.each([...new Set(thrown)])('explains: %s', (message) => {
		expect(documented).toContain(message);
	});

	it.each(documented)('explains only what the code says: %s', (message) => {
		for (const part of message.split('…')) expect(code).toContain(part);
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
