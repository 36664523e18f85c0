import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const FILE = resolve(__dirname, '../../docs/reliability.md');

const HEAD = [
	'# Reliability',
	'',
	'What the tests saw, written by the test run itself (`npm test`, and `npm run test:e2e` for the real n8n). Do not edit by hand.',
].join('\n');

/** Test files run side by side and write into one document. */
function alone(work: () => void): void {
	const lock = join(tmpdir(), 'wolkvox-report.lock');
	for (let tries = 0; ; tries++) {
		try {
			mkdirSync(lock);
			break;
		} catch (error) {
			if (tries > 200) throw error;
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
		}
	}
	try {
		work();
	} finally {
		rmdirSync(lock);
	}
}

/** Puts a section into docs/reliability.md, in the place of what an earlier run wrote there. */
export function writeSection(title: string, text: string): void {
	// The document tells of one n8n, the newest.
	if (process.env.COMPAT_VERSION) return;
	alone(() => {
		const old = existsSync(FILE) ? readFileSync(FILE, 'utf8') : HEAD;
		const [head, ...sections] = old.split(/^(?=## )/m);
		const others = sections.filter((section) => !section.startsWith(`## ${title}\n`));
		const all = [...others, `## ${title}\n\n${text.trim()}\n`].map((section) => section.trim());
		writeFileSync(FILE, `${[head.trim(), ...all.sort()].join('\n\n')}\n`);
	});
}
