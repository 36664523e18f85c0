import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const FILE = resolve(__dirname, '../../docs/reliability.md');

const HEAD = `# Reliability

What the tests saw, written by the tests themselves (\`REPORT=1 npm test\`, and \`REPORT=1 npm run test:e2e\` for a real n8n). Do not edit by hand.`;

/** Whether this run writes the documents and pictures that come from tests: only when asked to. */
export const WRITES_REPORT = process.env.REPORT === '1' && !process.env.COMPAT_VERSION;

/** Replaces a section of docs/reliability.md. jest.config.cjs lets only one file at a time write it. */
export function writeSection(title: string, text: string): void {
	if (!WRITES_REPORT) return;
	const [, ...sections] = readFileSync(FILE, 'utf8').split(/^(?=## )/m);
	const others = sections.filter((section) => !section.startsWith(`## ${title}\n`));
	const all = [...others, `## ${title}\n\n${text}`].map((section) => section.trim()).sort();
	writeFileSync(FILE, `${[HEAD, ...all].join('\n\n')}\n`);
}
