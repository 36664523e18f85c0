// Installs the packed package in one n8n and uses it there: `full.mts <folder of n8n>`.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { step } from '../../tools/common.mjs';
import { credentialData, ensureCredential, type Credential } from '../../tools/workflows.mts';
import {
	chain,
	formWorkflow,
	listWorkflow,
	run,
	UPDATE,
	webhook,
} from '../e2e/support/workflow.mts';
import { startFreshSandbox, type Sandbox } from '../support/sandbox.mts';
import { isSince } from '../support/version.mts';

const NODE = 'n8n-nodes-wolkvox.wolkvoxCrm';
const CASE = '64cb1f0a9d3e5c27b8a41d02';
const NO_CASE = '0123456789abcdef01234567';

interface NodeType {
	displayName: string;
	credentials: Array<{ name: string }>;
}

await main(process.argv[2]);

async function main(n8nFolder: string) {
	const name = `compat-${process.env.COMPAT_VERSION}`;
	// Versions before 2.41 do not know the module that the sandbox disables, and would not start.
	const env: Record<string, string> = isSince('2.41') ? {} : { N8N_DISABLED_MODULES: '' };
	const sandbox = await startFreshSandbox({ name, n8nFolder, env });
	try {
		await step('Loading the node', () => checkNode(sandbox));
		const credential = await createCredential(sandbox, sandbox.standIn.token);
		await step('Testing the credential', () => checkCredentialTest(sandbox, credential));
		await step('Updating a case with a file', () => checkFile(sandbox, credential));
		await step('Pairing items on both outputs', () => checkPairing(sandbox, credential));
		await step('Every other operation', () => checkOtherOperations(sandbox, credential));
	} finally {
		await sandbox.stop();
	}
}

async function createCredential({ n8n, standIn }: Sandbox, token: string) {
	const data = credentialData(standIn.url, token);
	// Before 2.41 the credential's own server must be in the list too.
	const allowedDomains = `${data.allowedDomains}, 127.0.0.1`;
	return await ensureCredential(n8n, {
		name: `Wolkvox (${token})`,
		type: 'wolkvoxCrmApi',
		data: { ...data, allowedDomains },
	});
}

async function checkNode({ n8n }: Sandbox) {
	const nodeInfos = [{ name: NODE, version: 1 }];
	const path = '/rest/node-types';
	const [node] = await n8n.request<NodeType[]>('POST', path, { nodeInfos });
	assert.equal(node.displayName, 'Wolkvox CRM');
	assert.deepEqual(
		node.credentials.map(({ name }) => name),
		['wolkvoxCrmApi'],
	);
}

async function checkCredentialTest(sandbox: Sandbox, good: Credential) {
	const test = async (credentials: Credential) =>
		await sandbox.n8n.request<{ status: string; message: string }>(
			'POST',
			'/rest/credentials/test',
			{ credentials },
		);
	assert.equal((await test(good)).status, 'OK');
	const refused = await test(await createCredential(sandbox, 'wrong'));
	assert.equal(refused.status, 'Error');
	assert.match(refused.message, /token/i);
}

async function checkFile({ n8n, standIn }: Sandbox, credential: Credential) {
	const bytes = randomBytes(300_000);
	const form = new FormData();
	form.append('caseId', CASE);
	form.append('report', new File([bytes], 'informe ñ.pdf', { type: 'application/pdf' }));
	const workflow = formWorkflow('With a file', {
		caseId: '={{ $json.body.caseId }}',
		updateFields: { status: 'open', attachments: 'report' },
	});

	const execution = await run(n8n, credential, workflow, form);

	assert.deepEqual(execution.items(UPDATE), [
		{
			json: { code: 200, msg: 'Succesfully update record', data: { wolkvox_id: CASE } },
			pairedItem: { item: 0 },
		},
	]);
	const { fields, files } = standIn.log.at(-1)!;
	assert.deepEqual(fields, { operation: 'demo', 'wolkvox-id': CASE, status: 'open' });
	assert.deepEqual(files, [
		{
			part: 'files',
			name: 'informe ñ.pdf',
			type: 'application/pdf',
			size: bytes.length,
			sha256: createHash('sha256').update(bytes).digest('hex'),
		},
	]);
}

async function checkPairing({ n8n }: Sandbox, credential: Credential) {
	const items = [CASE, NO_CASE, '', CASE].map((caseId, ref) => ({ ref, caseId }));
	const workflow = listWorkflow('Pairing', {
		updateFields: { priority: 'low' },
		onError: 'continueErrorOutput',
	});

	const execution = await run(n8n, credential, workflow, { items });

	const pairing = (output: number) =>
		execution.items(UPDATE, output).map(({ pairedItem }) => pairedItem);
	assert.deepEqual(pairing(0), [{ item: 0 }, { item: 3 }]);
	assert.deepEqual(pairing(1), [{ item: 1 }, { item: 2 }]);
	assert.deepEqual(
		execution.items(UPDATE, 1).map(({ json }) => json.ref),
		[1, 2],
	);
	// With the xlsx from the registry, `$('Cases')` fails in every expression of n8n 1.123.
	if (!isSince('2.0')) return;
	const refs = (node: string) => execution.items(node).map(({ json }) => json.ref);
	assert.deepEqual(
		[refs('Done'), refs('Failed')],
		[
			[0, 3],
			[1, 2],
		],
	);
}

/** A contact is created, found and changed, then a case for it; each node uses what the one before found. */
async function checkOtherOperations({ n8n, standIn }: Sandbox, credential: Credential) {
	const email = 'compat@example.com';
	const contacts = { resource: 'record', module: locator('list', 'contacts') };
	const name = 'Every operation';
	const workflow = chain(name, [
		webhook(name),
		node('Create contact', { ...contacts, operation: 'create', ...rows('emailcontact', email) }),
		node('Find contact', {
			...contacts,
			operation: 'getMany',
			fieldName: 'emailcontact',
			value: email,
		}),
		node('Update contact', {
			...contacts,
			operation: 'update',
			recordId: locator('id', '={{ $json.wolkvox_id }}'),
			...rows('namecontact', 'Añil'),
		}),
		node('Create case', {
			operation: 'create',
			caseType: locator('list', 'Request'),
			contact: email,
			description: 'Made in an older n8n',
			status: 'open',
			priority: 'low',
			responsible: 'laura.gomez@demo',
			owner: 'ana.ruiz@demo',
		}),
		node('Get case', {
			operation: 'get',
			caseId: locator('id', '={{ $json.data.wolkvox_id }}'),
		}),
		node('Find case', {
			operation: 'getMany',
			searchBy: locator('list', 'idPrefijo'),
			value: '={{ $json.idPrefijo }}',
		}),
		node('Get quota', { resource: 'token', operation: 'getQuota' }),
	]);

	const execution = await run(n8n, credential, workflow, {});

	assert.equal(execution.error, undefined);
	const json = (nodeName: string) => execution.items(nodeName).map((item) => item.json);
	const created = standIn.cases.at(-1)!;
	const [contact] = json('Find contact');
	assert.equal(contact.emailcontact, email);
	assert.deepEqual(json('Update contact')[0].data, { wolkvox_id: contact.wolkvox_id });
	assert.equal(created.fields.contact, email);
	assert.equal(json('Get case')[0].idPrefijo, created.number);
	assert.deepEqual(
		json('Find case').map(({ wolkvox_id: id }) => id),
		[created.id],
	);
	assert.equal(typeof json('Get quota')[0].token_limit, 'number');
}

function node(name: string, parameters: object) {
	return {
		name,
		type: NODE,
		typeVersion: 1,
		parameters: { resource: 'case', ...parameters },
	};
}

function locator(mode: string, value: string) {
	return { __rl: true, mode, value };
}

function rows(name: string, value: string) {
	return { fields: { field: [{ name, value }] } };
}
