import { addExamples } from '../../sandbox/examples.mts';
import {
	credentialData,
	publishWorkflow,
	saveCredential,
	saveWorkflow,
	withCredential,
	type StoredWorkflow,
} from '../../tools/workflows.mts';
import { startFreshSandbox, startSandbox, type Sandbox } from '../support/sandbox.mts';
import { readExample } from '../support/examples.mts';
import { chain, run, webhook } from './support/workflow.mts';

const MINUTE = 60_000;
const FOLDER = { name: 'e2e-sandbox' };
const WEB_FORM = 'create-case-from-web-form.json';

jest.setTimeout(5 * MINUTE);

let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startFreshSandbox(FOLDER);
}, 20 * MINUTE);

afterAll(async () => await sandbox?.stop());

it("its credential lets n8n's HTTP Request node call the stand-in", async () => {
	await addExamples(sandbox, []);
	const [credential] = await sandbox.n8n.request<Array<{ id: string; name: string }>>(
		'GET',
		'/rest/credentials',
	);
	const name = 'Read the quota';
	const workflow = chain(name, [webhook(name), httpRequest('Quota', credential)]);

	const execution = await run(sandbox.n8n, { ...credential, ...TYPE }, workflow, {});

	expect(execution.error).toBeUndefined();
	expect(execution.items('Quota')[0].json.data).toHaveProperty('token_limit');
});

it('starts twice beside an example that somebody imported and published, and does not touch it', async () => {
	const [own] = await addExamples(sandbox, [WEB_FORM]);
	expect(own.unpublished).toBeUndefined();
	await sandbox.n8n.request('POST', `/rest/workflows/${own.id}/deactivate`);
	const imported = await importExample();
	const stored = async () =>
		await sandbox.n8n.request<StoredWorkflow>('GET', `/rest/workflows/${imported.id}`);
	const before = await stored();

	for (let start = 0; start < 2; start++) {
		await sandbox.stop();
		sandbox = await startSandbox(FOLDER);
		const [again] = await addExamples(sandbox, [WEB_FORM]);

		const address = `${sandbox.n8n.url}/workflow/${imported.id}`;
		expect(again).toMatchObject({
			id: own.id,
			unpublished: expect.stringContaining(`"${imported.name}" (${address})`),
		});
		expect(await stored()).toEqual(before);
	}
});

const TYPE = { type: 'wolkvoxCrmApi', data: {} };

/** Imports the example under its own name, as anybody can, and publishes it. */
async function importExample() {
	const { n8n, standIn } = sandbox;
	const credential = await saveCredential(n8n, {
		name: 'Mine',
		type: 'wolkvoxCrmApi',
		data: credentialData(standIn.url, standIn.token),
	});
	const imported = await saveWorkflow(n8n, withCredential(readExample(WEB_FORM), credential));
	await publishWorkflow(n8n, imported);
	return imported;
}

function httpRequest(name: string, { id, name: credentialName }: { id: string; name: string }) {
	return {
		name,
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: {
			url: `${sandbox.standIn.url}/server/API/v2/token/tokenInformation.php?operation=demo`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'wolkvoxCrmApi',
			options: {},
		},
		credentials: { wolkvoxCrmApi: { id, name: credentialName } },
	};
}
