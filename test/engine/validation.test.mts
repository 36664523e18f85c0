import type { IDataObject } from 'n8n-workflow';

import type { ScriptedServer } from '../support/server.mts';
import { startServer } from '../support/server.mts';
import { byId, credentialFor, numbered, TOKEN, update } from '../support/wolkvox.mts';

let server: ScriptedServer;

beforeEach(async () => {
	server = await startServer();
});

afterEach(async () => await server.close());

describe('input that will not do is refused before anything is sent, with the label and the item', () => {
	it.each<[string, IDataObject]>([
		['Case is empty [item 1]', { caseId: byId('={{ $json.n === 1 ? " " : "x" }}') }],
		['Case is empty [item 1]', { caseId: byId('={{ $json.n === 1 ? undefined : "x" }}') }],
		[
			'Case is an object where a text is needed [item 1]',
			{ caseId: byId('={{ $json.n === 1 ? {} : "x" }}') },
		],
		[
			'Case has an address without a case ID in it [item 1]',
			{
				caseId: {
					__rl: true,
					mode: 'url',
					value: '={{ "https://crm.wolkvox.com/" + ($json.n === 1 ? "" : "x") }}',
				},
			},
		],
	])('%s', async (message, parameters) => {
		const { error } = await update(server.url, { items: numbered(2), ...parameters });
		expect(error).toMatchObject({ message, context: { itemIndex: 1 } });
		expect(server.requests).toHaveLength(0);
	});

	it.each<[string, IDataObject]>([
		['Update Fields has nothing to update [item 0]', {}],
		['Update Fields has nothing to update [item 0]', { status: '', attachments: '' }],
		['Status is an object where a text is needed [item 0]', { status: '={{ {} }}' }],
		['Case Type is a list where a text is needed [item 0]', { caseType: '={{ ["Request"] }}' }],
		['Custom Fields (JSON) is not valid JSON [item 0]', { customFieldsJson: "{'a': 1}" }],
		['Custom Fields (JSON) is not a JSON object [item 0]', { customFieldsJson: '[1]' }],
		['Custom Fields (JSON) is not a JSON object [item 0]', { customFieldsJson: 'null' }],
		['Custom Fields (JSON) is not a JSON object [item 0]', { customFieldsJson: '={{ 5 }}' }],
		[
			'Custom Fields has a value without a Name [item 0]',
			{ customFields: { field: [{ name: ' ', value: 'x' }] } },
		],
		['Attachments: this item has no binary field "report" [item 0]', { attachments: 'report' }],
		[
			'Attachments is neither the name of a binary field nor binary data [item 0]',
			{ attachments: '={{ { a: 1 } }}' },
		],
	])('%s: %j', async (message, updateFields) => {
		const { error } = await update(server.url, { updateFields });
		expect(error).toMatchObject({ message, context: { itemIndex: 0 } });
		expect(error!.description).toBeTruthy();
		expect(server.requests).toHaveLength(0);
	});

	it('a file that n8n does not have any more', async () => {
		const gone = { mimeType: 'text/plain', fileName: 'a.txt', id: 'filesystem-v2:nowhere' };
		const { error } = await update(server.url, {
			updateFields: { attachments: `={{ ${JSON.stringify(gone)} }}` },
		});
		expect(error!.message).toBe('Attachments: n8n does not have the contents of "a.txt" [item 0]');
		expect(server.requests).toHaveLength(0);
	});

	it('names the files that an item has', async () => {
		const { error } = await update(server.url, {
			updateFields: { attachments: 'report' },
			items: [{ json: { n: 0 }, files: { data: { contents: Buffer.from('x') } } }],
		});
		expect(error!.description).toBe('The item has: data. No case was updated before this.');
	});

	it.each([
		['Token of the Wolkvox CRM credential is empty [item 0]', { token: ' ' }],
		['CRM Operation Name of the Wolkvox CRM credential is empty [item 0]', { operation: '' }],
		['Custom Server of the Wolkvox CRM credential is empty [item 0]', { customServer: '' }],
		[
			'Custom Server of the Wolkvox CRM credential is not a server name: "a@b" [item 0]',
			{ customServer: 'http://a@b/' },
		],
		[
			'Token of the Wolkvox CRM credential has characters that no token has, such as a blank or an accent [item 0]',
			{ token: 'a\r\nX-Evil: 1' },
		],
	])('%s', async (message, change) => {
		const { error } = await update(server.url, {
			items: numbered(3),
			credential: { ...credentialFor(server.url), ...change },
		});
		expect(error!.message).toBe(message);
		expect(server.requests).toHaveLength(0);
	});

	it('blanks around the token and the operation name are not sent', async () => {
		await update(server.url, {
			credential: { ...credentialFor(server.url), token: `\t${TOKEN} \n`, operation: ' demo ' },
		});
		expect(server.requests[0].headers['wolkvox-token']).toBe(TOKEN);
		expect(server.requests[0].fields[0]).toEqual(['operation', 'demo']);
	});

	it.each([{ allowUnauthorizedCerts: true }, {}])(
		'a proxy that could read the token: %j',
		async (options) => {
			const { error } = await update(server.url, {
				requestOptions: { proxy: server.url, ...options },
			});
			expect(error!.message).toMatch(
				/^Proxy cannot be used together with Ignore SSL Issues.* \[item 0\]$/,
			);
			expect(server.requests).toHaveLength(0);
		},
	);
});

describe('as a tool of an AI agent', () => {
	const node = { type: 'n8n-nodes-wolkvox.wolkvoxCrmTool' };

	it('updates a case', async () => {
		const { outputs } = await update(server.url, { node });
		expect(outputs[0]).toHaveLength(1);
	});

	it('says that files cannot be attached', async () => {
		const { error } = await update(server.url, { node, updateFields: { attachments: 'data' } });
		expect(error!.message).toMatch(
			/^Attachments cannot be used when an AI agent calls this node \[item 0\]\. /,
		);
		expect(server.requests).toHaveLength(0);
	});

	it('puts the advice into the message, because a model is shown nothing else', async () => {
		await server.close();
		server = await startServer(() => (response) => response.destroy());
		const { error } = await update(server.url, { node });
		expect(error!.message).toMatch(
			/broke before Wolkvox answered\. .*look at the case before you repeat it/,
		);
		expect(server.requests).toHaveLength(1);
	});
});

describe('answers that are not a success', () => {
	it.each<[unknown, number, string]>([
		[{ code: 401, error: 'UNAUTHORIZED', msg: 'Bad token' }, 200, 'Bad token'],
		[{ code: '401', error: 'UNAUTHORIZED', msg: 'Bad token' }, 200, 'Bad token'],
		[{ code: '417', error: 'EXPECTATION FAILED' }, 200, 'EXPECTATION FAILED'],
		[{ code: 400, error: 'null', msg: '' }, 200, 'Wolkvox did not update the case (code 400)'],
		[{ error: 'null' }, 200, 'The answer does not say whether the case was updated'],
		['<html>Login</html>', 200, 'sent a web page where Wolkvox sends JSON'],
		['<b>Notice</b>: x{"code":200}', 200, 'sent a web page where Wolkvox sends JSON'],
		['Notice: x {"code":200}', 200, 'sent a text where Wolkvox sends JSON'],
		['', 200, 'sent an empty answer where Wolkvox sends JSON'],
		['null', 200, 'sent an empty answer where Wolkvox sends JSON'],
		['[{"code":200}]', 200, 'sent other data where Wolkvox sends JSON'],
		['{"code":200,', 200, 'sent a text where Wolkvox sends JSON'],
		['<html>', 502, 'answered with HTTP 502 and no explanation'],
	])('%j with HTTP %i', async (body, status, message) => {
		await server.close();
		server = await startServer(() => ({ body, status }));
		const { error } = await update(server.url);
		expect(error!.message).toContain(message);
		expect(error!.description).toBeTruthy();
		expect(server.requests).toHaveLength(1);
	});

	it('a redirect names where it points, and is not followed', async () => {
		const other = await startServer();
		await server.close();
		server = await startServer(() => ({
			status: 307,
			headers: { location: `${other.url}/login` },
		}));
		const { error } = await update(server.url);
		await other.close();
		expect(error).toMatchObject({
			message: `127.0.0.1:${server.port} does not serve the API: it points to 127.0.0.1:${other.port}`,
			httpCode: '307',
		});
		expect(other.requests).toHaveLength(0);
	});

	it('a timeout is not sent again and says so', async () => {
		await server.close();
		server = await startServer(() => () => {});
		const { error } = await update(server.url, { requestOptions: { timeout: 200 } });
		expect(error!.message).toBe('Wolkvox did not answer within 0.2 seconds');
		expect(error!.description).toContain('so it is not sent again');
		expect(server.requests).toHaveLength(1);
	});

	it('a refused connection and an unknown host are tried again, then explained', async () => {
		await server.close();
		const refused = await update(server.url, { options: { maxRetries: 1 } });
		expect(refused.error!.message).toBe(
			`The server 127.0.0.1:${server.port} refused the connection`,
		);

		const unknown = await update('sv0001.crmvox.invalid', { options: { maxRetries: 0 } });
		expect(unknown.error!.message).toBe('The server sv0001.crmvox.invalid is not known');
	});

	it('a token of digits does not harm the numbers of an answer', async () => {
		const { outputs } = await update(server.url, {
			credential: { ...credentialFor(server.url), token: '200' },
		});
		expect(outputs[0][0].json.code).toBe(200);
	});

	it('never repeats the token, even when the server does', async () => {
		await server.close();
		server = await startServer((_, number) => ({
			body: { code: number === 0 ? 401 : 200, msg: `Token ${TOKEN}`, data: { [TOKEN]: TOKEN } },
		}));
		const { run, outputs } = await update(server.url, {
			items: numbered(2),
			node: { onError: 'continueErrorOutput' },
		});
		expect(JSON.stringify([run, outputs])).not.toContain(TOKEN);
		expect(outputs[0][0].json.msg).toBe('Token [token]');
		expect(outputs[1][0].json.error).toBe('Token [token]');
	});
});
