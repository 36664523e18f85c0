// What workflows, servers and networks do now and then, and nobody expects.
import { truncateSync } from 'node:fs';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';

import { makeCertificates } from '../support/certificates.mts';
import { fieldOf, startServer } from '../support/server.mts';
import { update } from '../support/wolkvox.mts';

// After the support, which sets what n8n reads while it loads.
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';

const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const TOOL = 'n8n-nodes-wolkvox.wolkvoxCrmTool';
const ID = '647f6ff1660dff48d803ffe6';
const OTHER_ID = '5f3b2c1d4e5f6a7b8c9d0e1f';

const file = (name: string) => ({ name, type: 'text/plain', contents: Buffer.from('x') });

async function listen(server: net.Server, host = '127.0.0.1'): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, host, resolve));
	return (server.address() as AddressInfo).port;
}

/** A port at which nothing listens. */
async function closedPort(): Promise<number> {
	const server = net.createServer();
	const port = await listen(server);
	await new Promise((resolve) => server.close(resolve));
	return port;
}

describe('not sent again by Retry On Fail', () => {
	it('a tool call whose answer was lost', async () => {
		const server = await startServer(() => (response) => response.destroy());
		await update(server.url, { node: { type: TOOL, ...RETRY } });
		await server.close();
		expect(server.requests).toHaveLength(1);
	});

	it.each([
		['plain text', Buffer.from('<html>Gateway error</html>')],
		[
			'a record that cannot be decrypted',
			Buffer.from([23, 3, 3, 0, 32, ...Array<number>(32).fill(7)]),
		],
	])('an update after which the encryption breaks: %s', async (_, bytes) => {
		let taken = 0;
		const clients: Socket[] = [];
		const inner = https.createServer(makeCertificates().good, (request) => {
			request.resume();
			request.on('end', () => {
				taken++;
				clients.at(-1)!.write(bytes);
			});
		});
		const innerPort = await listen(inner);
		const front = net.createServer((client) => {
			const up = net.connect(innerPort, '127.0.0.1');
			clients.push(client);
			client.on('error', () => {});
			up.on('error', () => {});
			client.pipe(up);
			up.pipe(client);
		});
		const port = await listen(front, 'localhost');
		const { error } = await update(`https://localhost:${port}`, { node: RETRY });
		inner.closeAllConnections();
		inner.close();
		front.close();

		expect(taken).toBe(1);
		expect(error!.message).toMatch(/^The secure connection to localhost:\d+ broke: [a-z0-9 ]+$/);
		expect(error!.description).toContain('may have the update');
	});

	it.each([
		{ code: '', msg: 'Succesfully update record', data: { wolkvox_id: '64cb' } },
		{ code: 0, msg: 'x' },
		{ code: false, msg: 'x' },
		{ code: 302, msg: 'x' },
	])('an answer that is no verdict: %j', async (body) => {
		const server = await startServer((_request, number) => (number === 1 ? { body } : {}));
		await update(server.url, {
			node: RETRY,
			items: [{ json: { n: 0 }, files: { a: file('a'), b: file('b') } }],
			updateFields: { attachments: 'a, b' },
		});
		await server.close();
		expect(server.requests.map(({ files }) => files[0].name)).toEqual(['a', 'b']);
	});

	it.each([520, 524])('an update after which a gateway answers %i', async (status) => {
		const server = await startServer(() => ({ status, body: '' }));
		await update(server.url, { node: RETRY });
		await server.close();
		expect(server.requests).toHaveLength(1);
	});
});

describe('Case', () => {
	it.each([
		['an ID in the path and another in the query', `https://c.test/case/${ID}?owner=${OTHER_ID}`],
		['an ID in a fragment', `https://c.test/#/case/${ID}?owner=${OTHER_ID}`],
		['an ID in the query alone', `https://c.test/case?id=${ID}`],
		['no scheme', `c.test/crm/case/${ID}`],
	])('%s', async (_, value) => {
		const server = await startServer();
		for (const mode of ['id', 'url'])
			await update(server.url, { caseId: { __rl: true, mode, value } });
		await server.close();
		expect(server.requests.map((request) => fieldOf(request, 'wolkvox-id'))).toEqual([ID, ID]);
	});

	it('is not a host', async () => {
		const server = await startServer();
		const { error } = await update(server.url, {
			caseId: { __rl: true, mode: 'url', value: 'c.test/' },
		});
		await server.close();
		expect(error!.message).toBe('Case has an address without a case ID in it [item 0]');
	});
});

describe('a calculation that failed is refused, and blanks nothing', () => {
	const expressions = [
		'={{ Number($json.amount) }}',
		'={{ 1 / 0 }}',
		'={{ new Date("x") }}',
	] as const;
	const places = [
		['Status', (value: string) => ({ status: value })],
		[
			'Custom Fields: "Amount"',
			(value: string) => ({ customFields: { field: [{ name: 'Amount', value }] } }),
		],
		[
			'Custom Fields: "Amount"',
			(value: string) => ({
				customFieldsJson: `={{ ({ Amount: ${value.slice(4, -3)} }) }}`,
			}),
		],
	] as const;

	it.each(
		places.flatMap(([label, fields]) => expressions.map((one) => [label, one, fields] as const)),
	)('%s: %s', async (label, expression, fields) => {
		const server = await startServer();
		const { error } = await update(server.url, {
			items: [{ json: { n: 0, amount: '1,200' } }],
			updateFields: fields(expression),
		});
		await server.close();
		expect(error!.message).toBe(`${label} has a number or date that is not valid [item 0]`);
		expect(server.requests).toHaveLength(0);
	});
});

describe('Attachments', () => {
	it.each(['default', 'filesystem'] as const)(
		'takes the expression that the advice names, with binary data kept by %s',
		async (binaryMode) => {
			const server = await startServer();
			const items = [{ json: { n: 0 }, files: { data: file('a.txt') } }];
			const refused = await update(server.url, {
				binaryMode,
				items,
				updateFields: { attachments: '={{ 5 }}' },
			});
			const [advised] = /\{\{.*\}\}/.exec(refused.error!.description!)!;
			await update(server.url, {
				binaryMode,
				items,
				updateFields: { attachments: `=${advised}` },
			});
			await server.close();
			expect(server.requests.map(({ files }) => files[0].name)).toEqual(['a.txt']);
		},
	);

	it('that n8n has lost a part of do not keep the server waiting', async () => {
		const server = await startServer();
		const contents = Buffer.alloc(100_000);
		const { run } = await update(server.url, {
			items: [{ json: { n: 0 }, files: { data: { name: 'a.txt', contents } } }],
		});
		const stored = run.data.resultData.runData.Source[0].data!.main[0]![0].binary!.data;
		truncateSync(Container.get(BinaryDataService).getPath(stored.id!), 50_000);
		const start = performance.now();
		const { error } = await update(server.url, {
			updateFields: { attachments: `={{ ${JSON.stringify(stored)} }}` },
			requestOptions: { timeout: 20_000 },
		});
		const seconds = (performance.now() - start) / 1000;
		await server.close();
		expect(error!.message).toBe('Attachments: "a.txt" could not be read to its end');
		expect(seconds).toBeLessThan(5);
	});

	it('is refused where the binary field holds no file', async () => {
		const server = await startServer();
		const { error } = await update(server.url, {
			items: [{ json: { n: 0 }, binary: { data: { mimeType: 'text/plain', fileName: 'a.txt' } } }],
			updateFields: { attachments: 'data' },
		});
		await server.close();
		expect(error!.message).toBe('Attachments: the binary field "data" holds no file [item 0]');
		expect(server.requests).toHaveLength(0);
	});

	it('takes a file name that is a number', async () => {
		const server = await startServer();
		const binary = { data: 'eA==', mimeType: 'text/plain', fileName: 2024 };
		await update(server.url, { updateFields: { attachments: `={{ ${JSON.stringify(binary)} }}` } });
		await server.close();
		expect(server.requests[0].files[0].name).toBe('2024');
	});
});

describe('No connection', () => {
	it('names the proxy that refuses, not the server', async () => {
		const proxy = `http://127.0.0.1:${await closedPort()}`;
		const { error } = await update('https://localhost:1', {
			requestOptions: { proxy },
			options: { maxRetries: 0 },
		});
		expect(error!.message).toBe('The proxy 127.0.0.1 refused the connection');
		expect(error!.description).toMatch(/^Check Proxy under Settings > Request Options\. /);
	});
});

it('a tool that goes on after a failure gives the model the advice too', async () => {
	const server = await startServer(() => (response) => response.destroy());
	const { outputs } = await update(server.url, {
		node: { type: TOOL, onError: 'continueRegularOutput' },
	});
	await server.close();
	expect(outputs[0][0].json.error).toContain('may have the update');
});

it('limits that are no numbers neither hang nor repeat without end', async () => {
	const server = await startServer(() => ({ status: 429, headers: { 'Retry-After': '0' } }));
	await update(server.url, { options: { maxConcurrent: 'five', maxRetries: 'many' } });
	await server.close();
	expect(server.requests).toHaveLength(1);
});

it('a pause asked for after a full stop reads well', async () => {
	const server = await startServer(() => ({
		status: 429,
		headers: { 'Retry-After': '60' },
		body: { code: 429, msg: 'Slow down.' },
	}));
	const { error } = await update(server.url);
	await server.close();
	expect(error!.message).toBe('Slow down. Wolkvox asks to wait 60 seconds');
});
