import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '..', '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

it('has no broken link', () => {
	expect(() =>
		execFileSync(process.execPath, [join(ROOT, 'scripts', 'check-docs.mjs')], { stdio: 'pipe' }),
	).not.toThrow();
});

// Not at the root: npm publishes every README that it finds there.
describe('docs/README.es.md', () => {
	const [english, spanish] = [read('README.md'), read('docs/README.es.md')];

	it.each([
		['headings, by level and order', /^#+(?= )/gm],
		['rows of tables', /^\|(?=.*\|$)/gm],
		['blocks of code', /^```\w+/gm],
		['points of lists', /^- /gm],
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

	/** For each heading, how many columns the rows below it have. */
	function tables(markdown: string) {
		return markdown
			.split(/^#+ .*$/m)
			.map((part) => (part.match(/^\|.*\|$/gm) ?? []).map((row) => row.split('|').length));
	}

	/** Where the links lead, seen from the root, but for those to headings and to the other language. */
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
	const documented = new Set(
		[...read('docs/errors.md').matchAll(/^\| `(.+?)` \|/gm)].map(([, message]) => message),
	);

	it.each(sources('nodes', 'credentials').flatMap(messagesOf))('explains: %s', (message) => {
		expect(documented).toContain(message);
	});

	/** The texts for people in a file: what it refuses with, and what is called a message. */
	function messagesOf(file: string) {
		const isCredential = file.startsWith('credentials');
		const found = new Set<string>();
		const visit = (node: ts.Node): void => {
			texts(messageIn(node, isCredential)).forEach((text) => found.add(text));
			ts.forEachChild(node, visit);
		};
		visit(ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true));
		return [...found].filter((text) => /[a-z] /.test(text));
	}

	/** The credential's test keeps its messages in a table by code, and gives them as a third argument. */
	function messageIn(node: ts.Node, isCredential: boolean): ts.Node | undefined {
		if (ts.isPropertyAssignment(node)) {
			const isByCode = isCredential && ts.isNumericLiteral(node.name);
			return isByCode || node.name.getText() === 'message' ? node.initializer : undefined;
		}
		if (ts.isVariableDeclaration(node)) {
			return /^(message|error)$/.test(node.name.getText()) ? node.initializer : undefined;
		}
		if (ts.isCallExpression(node) && /^(refuse|unsure)$/.test(node.expression.getText())) {
			return node.arguments[isCredential ? 2 : 0];
		}
		if (ts.isNewExpression(node) && node.expression.getText() === 'UserError') {
			return node.arguments?.[0];
		}
		return undefined;
	}

	/** The texts that an expression may give, with … for what is put in. */
	function texts(node?: ts.Node): string[] {
		if (node === undefined) return [];
		if (ts.isStringLiteralLike(node)) return [node.text];
		if (ts.isTemplateExpression(node)) {
			return [node.head.text + node.templateSpans.map((span) => `…${span.literal.text}`).join('')];
		}
		if (ts.isConditionalExpression(node)) {
			return [...texts(node.whenTrue), ...texts(node.whenFalse)];
		}
		if (ts.isBinaryExpression(node)) return texts(node.right);
		return [];
	}
});

describe('CONTRIBUTING.md', () => {
	const [, map] = /^```text\n([\s\S]*?)^```/m.exec(read('CONTRIBUTING.md'))!;
	const mapped = map.match(/^\S+\/(?= )/gm)!.map((folder) => folder.slice(0, -1));

	it('maps folders that are there', () => {
		expect(mapped.filter((folder) => !existsSync(join(ROOT, folder)))).toEqual([]);
	});

	it('maps every folder of the sources', () => {
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

	/** The node is mapped folder by folder; elsewhere a folder may stand for those in it. */
	function isMapped(folder: string) {
		const isNode = folder.startsWith('nodes/');
		return mapped.some((one) => folder === one || (!isNode && folder.startsWith(`${one}/`)));
	}
});

it('is published with a README that leaves room for the code', () => {
	expect(statSync(join(ROOT, 'README.md')).size).toBeLessThan(7_500);
});

function sources(...folders: string[]) {
	return folders.flatMap((folder) =>
		readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
			.filter((file) => file.endsWith('.ts'))
			.map((file) => join(folder, file)),
	);
}
