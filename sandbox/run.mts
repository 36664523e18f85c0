import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
	callExample,
	callNumberExample,
	ensureExample,
	isClosedWithReport,
	isUpdatedAlone,
} from './example.mts';
import { OWNER } from './n8n.mts';
import { REPORT, REPORT_SHA256 } from './report.mts';
import { startSandbox, type Sandbox } from './sandbox.mts';
import { untilAskedToStop } from './signals.mts';
import type { Case } from './standin/cases.mts';
import { exitWithError, RUN_FOLDER, step } from './tools.cjs';
import { watchSources } from './watch.mts';

/** Ids of the example workflows in n8n. */
type Examples = Awaited<ReturnType<typeof ensureExamples>>;

/** For the command that runs the example again. */
const REPORT_FILE = join(RUN_FOLDER, REPORT.name);

const onlyOnce = process.argv.includes('--once');
const isDev = process.argv.includes('--dev');

main().catch(exitWithError);

async function main() {
	let isUp = false;
	const askedToStop = untilAskedToStop();
	// Until n8n is up there is nothing to shut down cleanly; its supervisor notices that we are gone.
	void askedToStop.then(() => isUp || process.exit(130));

	const sandbox = await startSandbox({
		name: 'n8n',
		n8nPort: Number(process.env.WOLKVOX_SANDBOX_N8N_PORT),
		standIn: { port: Number(process.env.WOLKVOX_SANDBOX_PORT) },
		env: isDev ? { N8N_DEV_RELOAD: 'true' } : {},
	});
	isUp = true;
	try {
		const examples = await step('Setting up the credential and the examples', () =>
			ensureExamples(sandbox),
		);
		const results = [await showExample(sandbox), await showNumberExample(sandbox)];
		process.exitCode = results.every(Boolean) ? 0 : 1;
		if (!onlyOnce) await stay(sandbox, examples, askedToStop);
	} finally {
		await sandbox.stop();
	}
	process.exit();
}

async function ensureExamples(sandbox: Sandbox) {
	return {
		closeCase: await ensureExample(sandbox),
		byNumber: await ensureExample(sandbox, 'find-case-by-number-and-update.json'),
		webForm: await ensureExample(sandbox, 'create-case-from-web-form.json'),
	};
}

async function stay(sandbox: Sandbox, examples: Examples, askedToStop: Promise<void>) {
	writeFileSync(REPORT_FILE, REPORT.bytes);
	printAddresses(sandbox, examples);
	if (isDev) watchSources(join(RUN_FOLDER, 'n8n'));
	const died = await Promise.race([askedToStop, sandbox.n8n.died]);
	if (died) throw died;
	console.log('\nStopping n8n and the stand-in.');
	process.exitCode = 0;
}

/** Closes a case through the example's webhook, and returns whether the stand-in received everything. */
async function showExample({ n8n, standIn }: Sandbox) {
	const [target] = standIn.cases;
	console.log(`\nThe case before:\n${describe(target)}`);
	const response = await callExample(n8n, target.id);
	console.log(`\nThe workflow "Close a case with its report" returned: ${response}`);
	console.log(`\nThe case after:\n${describe(target)}`);

	const asExpected = isClosedWithReport(target);
	console.log(
		asExpected
			? '\nIt worked: the case is closed, and the file attached to it is identical to the one that was sent.'
			: `\nSomething went wrong: the case should be closed, with the attachment ${REPORT.name} (SHA-256 ${REPORT_SHA256}).`,
	);
	return asExpected;
}

/** Updates a case of which only the number is known, and returns whether that case alone changed. */
async function showNumberExample({ n8n, standIn }: Sandbox) {
	const target = standIn.cases[2];
	const before = structuredClone(standIn.cases);
	console.log(`\nA case number comes in: ${target.number}. The case before:\n${describe(target)}`);
	const response = await callNumberExample(n8n, target.number);
	console.log(`\nThe workflow "Find a case by its number and update it" returned: ${response}`);
	console.log(`\nThe case after:\n${describe(target)}`);

	const asExpected = isUpdatedAlone(target, before, standIn.cases);
	console.log(
		asExpected
			? `\nIt worked: ${target.number} has the new status and the note, and no other case has changed.`
			: `\nSomething went wrong: only ${target.number} should have changed, with a new status and a note.`,
	);
	return asExpected;
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

function printAddresses({ n8n, standIn }: Sandbox, { closeCase, byNumber, webForm }: Examples) {
	const [, open] = standIn.cases;
	console.log(`
n8n is running. Open it in your browser:

  n8n           ${n8n.url}   (sign in as ${OWNER.email}, password ${OWNER.password})
  The stand-in  ${standIn.url}   (shows its cases and contacts live; it is a test double, not Wolkvox)

The examples:

  Close a case with its report              ${n8n.url}/workflow/${closeCase}
  Find a case by its number and update it   ${n8n.url}/workflow/${byNumber}
  Create a case from a web form             ${n8n.url}/workflow/${webForm}

To create a credential yourself: set Server to Custom with the stand-in's address, CRM Operation Name to demo, and Token to ${standIn.token}.
In this sandbox, the steps that the examples list under "Before the first run" are done.

To create a case, fill in the form:
  ${n8n.url}/form/new-case
To run the other two again, on a case that is still open, use a second terminal:
  curl -F caseId=${open.id} -F solution=Done -F "report=@${REPORT_FILE}" ${n8n.url}/webhook/close-case
  curl -d number=${open.number} -d note=Hello ${n8n.url}/webhook/update-case-by-number
These runs appear under Executions. To watch one in the editor, click Execute workflow first
and use /webhook-test/ or /form-test/ instead of /webhook/ or /form/.

The Docs links in n8n work after the first release; until then, read docs/ in this folder.

Press Ctrl-C to stop.`);
}
