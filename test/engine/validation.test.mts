import type { IDataObject } from 'n8n-workflow';

import { useServer } from '../support/server.mts';
import { credentialFor, locator, numbered, textFile, TOOL, update } from '../support/wolkvox.mts';

const server = useServer();

type Settings = Parameters<typeof update>[1];

/** Expects an update to be refused before anything is sent, and returns the advice. */
async function expectRefusal(message: string | RegExp, settings: Settings, item = 0) {
	const { error } = await update(server, settings);
	expect(error).toMatchObject({
		message:
			typeof message === 'string' ? `${message} [item ${item}]` : expect.stringMatching(message),
		context: { itemIndex: item },
	});
	expect(server.requests).toHaveLength(0);
	return error!.description;
}

describe('Case', () => {
	it.each<[string, unknown]>([
		['Case is empty', locator('id', '={{ $json.n === 1 ? " " : "x" }}')],
		['Case is empty', locator('id', '={{ $json.n === 1 ? undefined : "x" }}')],
		['Case is an object where a text is needed', locator('id', '={{ $json.n === 1 ? {} : "x" }}')],
		[
			'Case has an address without a case ID in it',
			locator('url', '={{ "https://crm.wolkvox.com/" + ($json.n === 1 ? "" : "x") }}'),
		],
		[
			'Case has an address without a case ID in it',
			locator('url', '={{ $json.n === 1 ? "c.test/" : "x" }}'),
		],
	])('%s: %j', async (message, caseId) => {
		await expectRefusal(message, { items: numbered(2), caseId }, 1);
	});
});

describe('Update Fields', () => {
	it.each<[string, IDataObject]>([
		['Update Fields has nothing to update', {}],
		['Update Fields has nothing to update', { status: '', attachments: '' }],
		['Status is an object where a text is needed', { status: '={{ {} }}' }],
		['Case Type is a list where a text is needed', { caseType: '={{ ["Request"] }}' }],
		['Custom Fields (JSON) is not valid JSON', { customFieldsJson: "{'a': 1}" }],
		['Custom Fields (JSON) is not a JSON object', { customFieldsJson: '[1]' }],
		['Custom Fields (JSON) is not a JSON object', { customFieldsJson: 'null' }],
		['Custom Fields (JSON) is not a JSON object', { customFieldsJson: '={{ 5 }}' }],
		[
			'Custom Fields has a value without a Name',
			{ customFields: { field: [{ name: ' ', value: 'x' }] } },
		],
		['Attachments: this item has no binary field "report"', { attachments: 'report' }],
		[
			'Attachments is neither the name of a binary field nor binary data',
			{ attachments: '={{ { a: 1 } }}' },
		],
		[
			'Attachments: n8n does not have the contents of "a.txt"',
			{
				attachments: '={{ { mimeType: "text/plain", fileName: "a.txt", id: "filesystem-v2:x" } }}',
			},
		],
	])('%s: %j', async (message, updateFields) => {
		expect(await expectRefusal(message, { updateFields })).toBeTruthy();
	});

	const values = ['Number($json.amount)', '1 / 0', 'new Date("x")'];

	it.each(values)('a calculation that failed: %s', async (value) => {
		const items = [{ json: { n: 0, amount: '1,200' } }];
		for (const [label, updateFields] of [
			['Status', { status: `={{ ${value} }}` }],
			[
				'Custom Fields: "Amount"',
				{ customFields: { field: [{ name: 'Amount', value: `={{ ${value} }}` }] } },
			],
			['Custom Fields: "Amount"', { customFieldsJson: `={{ ({ Amount: ${value} }) }}` }],
		] as Array<[string, IDataObject]>) {
			await expectRefusal(`${label} has a number or date that is not valid`, {
				items,
				updateFields,
			});
		}
	});

	it('says which binary fields the item has', async () => {
		const advice = await expectRefusal('Attachments: this item has no binary field "report"', {
			items: numbered(1, { data: textFile('a.txt') }),
			updateFields: { attachments: 'report' },
		});
		expect(advice).toMatch(/^The item has: data\. /);
	});

	it('refuses a binary field that holds no file', async () => {
		await expectRefusal('Attachments: the binary field "data" holds no file', {
			items: [{ json: { n: 0 }, binary: { data: { mimeType: 'text/plain', fileName: 'a.txt' } } }],
			updateFields: { attachments: 'data' },
		});
	});

	it('refuses attachments if an AI agent calls the node', async () => {
		await expectRefusal(
			/^Attachments cannot be used when an AI agent calls this node \[item 0\]\. /,
			{ node: TOOL, updateFields: { attachments: 'data' } },
		);
	});

	it.each(['default', 'filesystem'] as const)(
		'advises an expression that works (binary data: %s)',
		async (binaryMode) => {
			const items = numbered(1, { data: textFile('a.txt') });
			const advice = await expectRefusal(
				'Attachments is neither the name of a binary field nor binary data',
				{ binaryMode, items, updateFields: { attachments: '={{ 5 }}' } },
			);
			const [advised] = /\{\{.*\}\}/.exec(advice!)!;
			await update(server, { binaryMode, items, updateFields: { attachments: `=${advised}` } });
			expect(server.requests.map(({ files }) => files[0].name)).toEqual(['a.txt']);
		},
	);
});

describe('the credential', () => {
	it.each([
		['Token of the Wolkvox CRM credential is empty', { token: ' ' }],
		['CRM Operation Name of the Wolkvox CRM credential is empty', { operation: '' }],
		['Custom Server of the Wolkvox CRM credential is empty', { customServer: '' }],
		[
			'Custom Server of the Wolkvox CRM credential is not a server name: "a@b"',
			{ customServer: 'http://a@b/' },
		],
		[
			'Token of the Wolkvox CRM credential has characters that no token has, such as a blank or an accent',
			{ token: 'a\r\nX-Evil: 1' },
		],
	])('%s', async (message, change) => {
		const credential = { ...credentialFor(server.url), ...change };
		await expectRefusal(message, { items: numbered(3), credential });
	});
});

describe('Request Options', () => {
	it.each([{ allowUnauthorizedCerts: true }, {}])(
		'a proxy that could read the token is refused: %j',
		async (options) => {
			await expectRefusal(/^Proxy cannot be used together with Ignore SSL Issues.* \[item 0\]$/, {
				requestOptions: { proxy: server.url, ...options },
			});
		},
	);
});
