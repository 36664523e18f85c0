import {
	credentialData,
	ensureCredential,
	type Credential,
	type Workflow,
} from '../../../tools/workflows.mts';
import { startFreshSandbox, type Sandbox } from '../../support/sandbox.mts';
import { openEditor, type Editor } from './browser.mts';

const MINUTE = 60_000;

/** The editor of a real n8n, next to a stand-in for Wolkvox, for all tests of a file. */
export function useEditor(name: string) {
	let sandbox: Sandbox;
	let editor: Editor;

	// The first run installs n8n.
	beforeAll(async () => {
		sandbox = await startFreshSandbox({ name });
		editor = await openEditor(sandbox.n8n);
	}, 20 * MINUTE);

	afterAll(async () => {
		await editor?.close();
		await sandbox?.stop();
	});

	return {
		get sandbox() {
			return sandbox;
		},
		get n8n() {
			return sandbox.n8n;
		},
		get standIn() {
			return sandbox.standIn;
		},
		get page() {
			return editor.page;
		},
		/** Errors and warnings of the browser since the owner signed in. */
		get browserErrors() {
			return editor.browserErrors;
		},
		/** A credential for the stand-in, which n8n selects in every new node. */
		async addCredential(): Promise<Credential> {
			return await ensureCredential(sandbox.n8n, {
				name: 'Wolkvox CRM account',
				type: 'wolkvoxCrmApi',
				data: credentialData(sandbox.standIn.url, sandbox.standIn.token),
			});
		},
		/** Imports a workflow and shows it on the canvas. */
		async open(workflow: Workflow) {
			const body = { ...workflow, active: false };
			const { id } = await sandbox.n8n.request<{ id: string }>('POST', '/rest/workflows', body);
			await editor.page.goto(`${sandbox.n8n.url}/workflow/${id}`);
			await editor.page.getByTestId('canvas-node').first().waitFor();
		},
	};
}
