// Checks each relative link and anchor in the Markdown files, and lists the broken ones.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
// New files count before they are committed; ignored ones do not.
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', '*.md'], {
	cwd: root,
	encoding: 'utf8',
})
	.split('\n')
	.filter((file) => file !== '' && existsSync(join(root, file)));

function textOf(file) {
	return readFileSync(join(root, file), 'utf8');
}

function withoutCode(markdown) {
	return markdown.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}

/** The anchors that GitHub and npm create for headings. */
function anchorsOf(file) {
	const headings = textOf(file)
		.replace(/^```[\s\S]*?^```/gm, '')
		.matchAll(/^#+ (.+)$/gm);
	const seen = new Map();
	return [...headings].map(([, heading]) => {
		const name = heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
			.replaceAll(' ', '-');
		const count = seen.get(name) ?? 0;
		seen.set(name, count + 1);
		return count === 0 ? name : `${name}-${count}`;
	});
}

function linksOf(file) {
	const text = withoutCode(textOf(file));
	const links = text.matchAll(/\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)?)\)/g);
	const images = text.matchAll(/<(?:img|source) [^>]*\bsrc(?:set)?="([^"]+)"/g);
	return [...links, ...images].map(([, link]) => link).filter((link) => !/^[a-z]+:/i.test(link));
}

function problemOf(file, link) {
	const [path, anchor] = decodeURI(link).split('#');
	const target = path === '' ? file : join(dirname(file), path);
	if (!existsSync(join(root, target))) return `${file}: ${link} does not exist`;
	if (!anchor || !target.endsWith('.md')) return undefined;
	return anchorsOf(target).includes(anchor)
		? undefined
		: `${file}: ${link} names a heading that does not exist`;
}

const links = files.flatMap((file) => linksOf(file).map((link) => [file, link]));
const problems = links.map(([file, link]) => problemOf(file, link)).filter(Boolean);

for (const problem of problems) console.error(problem);
console.log(`${files.length} files, ${links.length} relative links, ${problems.length} broken`);
if (problems.length > 0) process.exit(1);
