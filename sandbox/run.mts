import { join } from 'node:path';
import { exitWithError, RUN_FOLDER, step } from '../tools/common.mjs';
import { OWNER, startN8n, type N8n } from '../tools/n8n.mts';
import { installPackage } from '../tools/package.mts';
import { untilAskedToStop } from '../tools/signals.mts';
import { CLOSE_CASE, UPDATE_BY_NUMBER, type Demo } from './demos.mts';
import { watchSources } from './dev.mts';
import { addExamples, type Example } from './examples.mts';
import type { Case } from './standin/cases.mts';
import { startStandInThread, type StandInThread } from './standInThread.mts';

const HOME = join(RUN_FOLDER, 'n8n');
const onlyOnce = process.argv.includes('--once');
const isDev = process.argv.includes('--dev');

main().catch(exitWithError);

async function main() {
	let isUp = false;
	const askedToStop = untilAskedToStop();
	// Until n8n is up there is nothing to shut down cleanly: it ends when we are gone.
	void askedToStop.then(() => isUp || process.exit(130));

	await step('Installing the node in n8n', () => installPackage(HOME));
	const standIn = await startStandInThread(Number(process.env.WOLKVOX_SANDBOX_PORT));
	const n8n = await step('Starting n8n', () =>
		startN8n({
			home: HOME,
			logFile: `${HOME}.log`,
			port: Number(process.env.WOLKVOX_SANDBOX_N8N_PORT),
			env: isDev ? { N8N_DEV_RELOAD: 'true' } : {},
		}),
	);
	isUp = true;
	try {
		const examples = await step('Adding the examples and their credential', () =>
			addExamples({ n8n, standIn, home: HOME }),
		);
		const shown: boolean[] = [];
		for (const demo of [CLOSE_CASE, UPDATE_BY_NUMBER]) {
			shown.push(await show(demo, examples, n8n, standIn));
		}
		process.exitCode = shown.every(Boolean) ? 0 : 1;
		if (!onlyOnce) await stay(examples, n8n, standIn, askedToStop);
	} finally {
		await n8n.stop();
	}
	process.exit();
}

/** Runs an example, prints its case before and after, and returns whether the stand-in received everything. */
async function show(demo: Demo, examples: Example[], n8n: N8n, standIn: StandInThread) {
	const { name, unpublished } = examples.find(({ file }) => file === demo.file)!;
	if (unpublished) {
		console.log(`\nThe workflow "${name}" is not shown, because it is not published.`);
		return false;
	}
	const before = await casesOf(standIn);
	const target = before[demo.index];
	console.log(`\nThe case ${target.number} before:\n${describe(target)}`);
	const response = await demo.call(n8n, target);
	console.log(`\nThe workflow "${name}" returned: ${response}`);
	const after = await casesOf(standIn);
	console.log(`\nThe case after:\n${describe(after[demo.index])}`);

	const worked = demo.worked(before, after);
	console.log(
		`\n${worked ? 'It worked' : 'Something went wrong. It should be so'}: ${demo.outcome}.`,
	);
	return worked;
}

async function casesOf({ url }: StandInThread) {
	const response = await fetch(`${url}/cases.json`);
	return (await response.json()) as Case[];
}

function describe({ id, fields, customFields, attachments }: Case) {
	const files = attachments.map(
		({ name, size, sha256 }) => `${name}, ${size} bytes, SHA-256 ${sha256}`,
	);
	const rows = Object.entries({
		case: id,
		...fields,
		...customFields,
		attachments: files.join('; ') || 'none',
	});
	return rows.map(([name, value]) => `  ${name.padEnd(12)} ${value}`).join('\n');
}

async function stay(
	examples: Example[],
	n8n: N8n,
	standIn: StandInThread,
	askedToStop: Promise<void>,
) {
	printAddresses(examples, n8n, standIn, await casesOf(standIn));
	if (isDev) watchSources(HOME, standIn);
	const died = await Promise.race([askedToStop, n8n.died]);
	if (died) throw died;
	console.log('\nStopping n8n and the stand-in.');
	process.exitCode = 0;
}

function printAddresses(examples: Example[], n8n: N8n, standIn: StandInThread, cases: Case[]) {
	const open = cases[1];
	const longest = Math.max(...examples.map(({ name }) => name.length));
	const workflows = examples.map(
		({ id, name }) => `  ${name.padEnd(longest)}   ${n8n.url}/workflow/${id}`,
	);
	const unpublished = examples
		.filter((example) => example.unpublished)
		.map((example) => `  ${example.name}: ${example.unpublished}`);
	console.log(`
n8n is running. Open it in your browser:

  n8n           ${n8n.url}   (sign in as ${OWNER.email}, password ${OWNER.password})
  The stand-in  ${standIn.url}   (shows its cases and contacts live; it is a test double, not Wolkvox)

The examples:

${workflows.join('\n')}

These are not published:

${unpublished.join('\n') || '  none'}

To create a credential yourself: set Server to Custom with the stand-in's address, CRM Operation Name to demo, and Token to ${standIn.token}.
In this sandbox, the steps that the published examples list under "Before the first run" are done.

To close a case or to create one, fill in a form (the first case that is open is ${open.number}):
  ${n8n.url}/form/close-case
  ${n8n.url}/form/new-case
The same in Spanish:
  ${n8n.url}/form/cerrar-caso
  ${n8n.url}/form/nuevo-caso
To update a case as another program does, use a second terminal:
  curl -d number=${open.number} -d note=Hello ${n8n.url}/webhook/update-case-by-number
These runs appear under Executions. To watch one in the editor, click Execute workflow first
and use /webhook-test/ or /form-test/ instead of /webhook/ or /form/.

The Docs links in n8n work after the first release; until then, read docs/ in this folder.

Press Ctrl-C to stop.`);
}
