import { join } from 'node:path';
import { callExample, ensureExample, isClosedWithReport } from './example.mts';
import { OWNER } from './n8n.mts';
import { REPORT, REPORT_SHA256 } from './report.mts';
import { startSandbox, type Sandbox } from './sandbox.mts';
import type { Case } from './standin/cases.mts';
import { RUN_FOLDER, step, Trouble } from './tools.cjs';
import { watchSources } from './watch.mts';

const onlyOnce = process.argv.includes('--once');
const isDev = process.argv.includes('--dev');

main().catch((error: unknown) => {
	console.error(`\n${error instanceof Trouble ? error.message : String(error)}`);
	process.exit(1);
});

async function main() {
	let isUp = false;
	const askedToStop = untilAskedToStop();
	// Until n8n is up there is nothing to end in good order; its warden sees us leave.
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

/** Resolves on Ctrl-C and its like, and when the process that started this one is gone. */
function untilAskedToStop() {
	return new Promise<void>((resolve) => {
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve());
		process.on('disconnect', () => resolve());
	});
}

/** Closes a case through the example's webhook, and tells whether the stand-in got it all. */
async function showExample({ n8n, standIn }: Sandbox) {
	const [target] = standIn.cases;
	console.log(`\nBefore:\n${describe(target)}`);
	const reply = await callExample(n8n, target.id);
	console.log(`\nThe workflow "Close a case with its report" answered: ${reply}`);
	console.log(`\nAfter:\n${describe(target)}`);

	const asExpected = isClosedWithReport(target);
	console.log(
		asExpected
			? `\nThe case is closed, and its attachment is the file that was sent, byte for byte.`
			: `\nThe case is not as expected: it should be closed, with ${REPORT.name} of SHA-256 ${REPORT_SHA256}.`,
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
  n8n          ${n8n.url}   (${OWNER.email}, password ${OWNER.password})
  the example  ${n8n.url}/workflow/${exampleId}
  stand-in     ${standIn.url}   (its cases, live; a test double, not Wolkvox)

For a credential of your own: Server Custom with the stand-in's address, operation demo, token ${standIn.token}
To run the example again, on a case that is still open:
  curl -F caseId=${open.id} -F solution=Done -F report=@LICENSE ${n8n.url}/webhook/close-case

Press Ctrl-C to stop.`);
}
