import { join } from 'node:path';
import { callExample, ensureExample, isClosedWithReport } from './example.mts';
import { OWNER } from './n8n.mts';
import { REPORT, REPORT_SHA256 } from './report.mts';
import { startSandbox, type Sandbox } from './sandbox.mts';
import { untilAskedToStop } from './signals.mts';
import type { Case } from './standin/cases.mts';
import { exitWithError, RUN_FOLDER, step } from './tools.cjs';
import { watchSources } from './watch.mts';

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
		const id = await step('Setting up the credential and the example', () =>
			ensureExample(sandbox),
		);
		process.exitCode = (await showExample(sandbox)) ? 0 : 1;
		if (!onlyOnce) await stay(sandbox, id, askedToStop);
	} finally {
		await sandbox.stop();
	}
	process.exit();
}

async function stay(sandbox: Sandbox, exampleId: string, askedToStop: Promise<void>) {
	printAddresses(sandbox, exampleId);
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

function printAddresses({ n8n, standIn }: Sandbox, exampleId: string) {
	const [, open] = standIn.cases;
	console.log(`
n8n is running. Open it in your browser:

  n8n           ${n8n.url}   (sign in as ${OWNER.email}, password ${OWNER.password})
  The example   ${n8n.url}/workflow/${exampleId}
  The stand-in  ${standIn.url}   (shows its cases live; it is a test double, not Wolkvox)

To create a credential yourself: set Server to Custom with the stand-in's address, CRM Operation Name to demo, and Token to ${standIn.token}.
To run the example again, on a case that is still open:
  curl -F caseId=${open.id} -F solution=Done -F report=@LICENSE ${n8n.url}/webhook/close-case
That run appears under Executions. To watch it in the editor, click Execute workflow first
and use /webhook-test/close-case instead.

Press Ctrl-C to stop.`);
}
