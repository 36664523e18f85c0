import { appendFileSync, truncateSync } from 'node:fs';
import type { Socket } from 'node:net';

import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';

import { CLOSE_CASE, CREATE_CASE, UPDATE_CASE } from '../support/operations.mts';
import { REFUSED, useServer, type ScriptedResponse } from '../support/server.mts';
import {
	CONTINUE,
	execute,
	expectRefusal,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	textFile,
	update,
} from '../support/wolkvox.mts';

const server = useServer();

/** The names of the files of each request. */
const sentFiles = () => server.requests.map(({ files }) => files.map(({ name }) => name));

/** Each operation that sends files, and the parameter that holds Attachments. */
const OPERATIONS = [
	{ ...UPDATE_CASE, parameter: 'updateFields' },
	{ ...CLOSE_CASE, parameter: 'additionalFields' },
	{ ...CREATE_CASE, parameter: 'additionalFields' },
];

const BINARY_MODES = ['default', 'filesystem'] as const;

const allOf = (names: string[]) =>
	Object.fromEntries(names.map((name) => [name, textFile(`${name}.txt`)]));

// What can name a file, and what is refused: test/unit/attachments.test.mts.
describe.each(OPERATIONS)('Attachments of $name', ({ parameter, ...operation }) => {
	/** Attaches files to a case, together. */
	const attach = async (attachments: string, settings: Parameters<typeof execute>[2] = {}) =>
		await execute(server, operation, {
			parameters: { [parameter]: { attachments } },
			...settings,
			options: { multipleFiles: 'together', ...settings.options },
		});

	it.each(['files', 'file'])(
		'go together as %s[], and one alone under the plain name',
		async (attachmentField) => {
			await attach('={{ Object.keys($binary) }}', {
				items: [...numbered(1, allOf(['a', 'b'])), ...numbered(1, allOf(['a']))],
				options: { attachmentField },
			});
			expect(server.requests.map(({ files }) => files.map(({ part }) => part))).toEqual([
				[`${attachmentField}[]`, `${attachmentField}[]`],
				[attachmentField],
			]);
		},
	);

	it('are at most 20 together, as PHP drops further ones', async () => {
		const names = Array.from({ length: 21 }, (_, n) => `f${n}`);
		const message = "'Attachments' has 21 files, but only 20 can be sent together";
		const items = numbered(1, allOf(names));
		expectRefusal(server, await attach(names.join(), { items }), message);
		await attach(names.slice(1).join(), { items });
		expect(server.requests.map((request) => request.files.length)).toEqual([20]);
	});

	it.each(BINARY_MODES)('have a name that is no path (binary data: %s)', async (binaryMode) => {
		const contents = Buffer.from('x');
		await attach('a,b,c,d,e', {
			binaryMode,
			items: numbered(1, {
				a: { type: 'application/pdf', contents },
				b: { type: 'text/plain', contents },
				c: { type: 'application/octet-stream', contents },
				d: { type: 'application/vnd.ms-excel', extension: 'xls', contents },
				e: { name: '../../etc/pass\\wd/', type: 'text/plain', contents },
			}),
		});
		expect(sentFiles()).toEqual([['file.pdf', 'file.txt', 'file', 'file.xls', 'wd']]);
	});

	it('that n8n has lost are found before an earlier item is sent', async () => {
		const gone = '({ mimeType: "text/plain", fileName: "a.txt", id: "filesystem-v2:x" })';
		const attachments = `={{ $json.n === 3 ? ${gone} : "" }}`;
		const result = await attach('', {
			items: numbered(4),
			parameters: { [parameter]: { status: 'open', attachments } },
		});
		expectRefusal(server, result, '\'Attachments\': n8n no longer has the contents of "a.txt"', 3);
	});
});

it.each([{}, { multipleFiles: 'onePerRequest' }])(
	'a case is created with one file, unless files go together: %j',
	async (options) => {
		const result = await execute(server, CREATE_CASE, {
			items: numbered(1, allOf(['a', 'b'])),
			options,
			parameters: { additionalFields: { attachments: 'a, b' } },
		});
		const message = "'Attachments' has 2 files, but a case can be created with one";
		expect(expectRefusal(server, result, message)).toMatch(
			/^Each request would create another case\. /,
		);
	},
);

describe('an update with several files, one per request', () => {
	const files = allOf(['a', 'b', 'c']);

	/** Updates two cases with three files each; the second request gets this response. */
	const attach = async (response: ScriptedResponse, node = {}) => {
		server.respond = (_, index) => (index === 1 ? response : {});
		return await update(server, {
			items: numbered(2, files),
			updateFields: { attachments: 'a,b,c' },
			requestOptions: { timeout: 1000 },
			node,
		});
	};

	it.each(BINARY_MODES)(
		'repeats its fields with each file (binary data: %s)',
		async (binaryMode) => {
			const { outputs } = await update(server, {
				binaryMode,
				updateFields: { status: 'open', attachments: 'a,empty' },
				items: numbered(1, { a: files.a, empty: { name: 'b.bin', contents: Buffer.alloc(0) } }),
			});
			expect(sentFiles()).toEqual([['a.txt'], ['b.bin']]);
			for (const { fields } of server.requests) {
				expect(fields).toEqual([
					['operation', 'demo'],
					['wolkvox-id', 'item0'],
					['status', 'open'],
				]);
			}
			expect(outputs[0]).toHaveLength(1);
		},
	);

	it('can have more files than PHP accepts together', async () => {
		const names = Array.from({ length: 21 }, (_, n) => `f${n}`);
		const updateFields = { attachments: names.join() };
		await update(server, { items: numbered(1, allOf(names)), updateFields });
		expect(sentFiles()).toEqual(names.map((name) => [`${name}.txt`]));
	});

	it('names the files that are attached already when it fails', async () => {
		const { error } = await attach(REFUSED);
		expect(error!.message).toBe('No (already attached: a.txt)');
		expect(error!.description).toContain('Item 0 was updated in part (attached: a.txt).');
		expect(sentFiles()).toEqual([['a.txt'], ['b.txt']]);
	});

	it('sends only the other files when it is tried again', async () => {
		const { outputs } = await attach(REFUSED, RETRY_ON_FAIL);
		expect(sentFiles().slice(0, 4).flat()).toEqual(['a.txt', 'b.txt', 'b.txt', 'c.txt']);
		expect(pairedItems(outputs[0])).toEqual([0, 1]);
	});

	it.each([{}, RETRY_ON_FAIL])('is not sent again after a timeout: %j', async (node) => {
		const { error } = await attach(() => {}, node);
		expect(sentFiles()).toEqual([['a.txt'], ['b.txt']]);
		expect(error!.message).toMatch(/ within 1 seconds \(already attached: a\.txt\)$/);
		expect(error!.description).toContain('Item 0 was updated in part (attached: a.txt).');
	});

	/** Updates a case whose second file is refused once, and which is then tried again with other values. */
	const changing = async (
		first: object,
		second: object,
		settings: Parameters<typeof update>[1] = {},
	) => {
		const items = settings.items ?? numbered(1, files);
		Object.assign(items[0].json, first);
		server.respond = (_, index) => {
			if (index !== 1) return {};
			Object.assign(items[0].json, second);
			return REFUSED;
		};
		return await update(server, {
			items,
			node: RETRY_ON_FAIL,
			updateFields: { attachments: '={{ $json.attachments }}' },
			...settings,
		});
	};

	it('sends each file once if they come in another order when it is tried again', async () => {
		const { outputs } = await changing({ attachments: 'a,b,c' }, { attachments: 'c,b,a' });
		expect(sentFiles().flat()).toEqual(['a.txt', 'b.txt', 'c.txt', 'b.txt']);
		expect(pairedItems(outputs[0])).toEqual([0]);
	});

	it.each(BINARY_MODES)(
		'tells files of the same contents apart by their names (binary data: %s)',
		async (binaryMode) => {
			await changing(
				{ attachments: 'es,en' },
				{ attachments: 'en,es' },
				{
					binaryMode,
					items: numbered(1, { en: textFile('en.txt', 'same'), es: textFile('es.txt', 'same') }),
				},
			);
			expect(sentFiles().flat()).toEqual(['es.txt', 'en.txt', 'en.txt']);
		},
	);

	it.each(BINARY_MODES)(
		'tells files of the same name apart by their contents (binary data: %s)',
		async (binaryMode) => {
			const items = numbered(1, { a: textFile('a.txt', '1'), b: textFile('a.txt', '22') });
			await changing({ attachments: 'a,b' }, { attachments: 'b,a' }, { binaryMode, items });
			const sizes = server.requests.map(({ files: [{ size }] }) => size);
			expect(sizes).toEqual([1, 2, 2]);
		},
	);

	it('sends no accepted file again if Multiple Files changes when it is tried again', async () => {
		await changing(
			{ together: 'onePerRequest' },
			{ together: 'together' },
			{
				updateFields: { attachments: 'a,b,c' },
				options: { multipleFiles: '={{ $json.together }}' },
			},
		);
		expect(sentFiles()).toEqual([['a.txt'], ['b.txt'], ['b.txt', 'c.txt']]);
	});

	it('is still named as attached in part if it cannot be read when it is tried again', async () => {
		const { outputs } = await changing(
			{ attachments: 'a,b' },
			{ attachments: 'missing' },
			{
				node: { ...RETRY_ON_FAIL, ...CONTINUE },
			},
		);
		expect(outputs[1][0].json.error).toBe(
			'\'Attachments\': this item has no file named "missing" [item 0] (already attached: a.txt)',
		);
	});
});

describe('a stored attachment', () => {
	const service = Container.get(BinaryDataService);
	const UNREADABLE = {
		message: '\'Attachments\': "a.txt" could not be read completely',
		description: expect.stringContaining('may have applied the update'),
		context: { outcome: 'unknown' },
	};

	it.each([
		['has lost a part', (path: string) => truncateSync(path, 50_000)],
		['has grown', (path: string) => appendFileSync(path, 'y'.repeat(50_000))],
	])(
		'that %s ends the request before the timeout, and the outcome is unknown',
		async (_, change) => {
			const { run } = await update(server, {
				items: numbered(1, { data: textFile('a.txt', 'x'.repeat(100_000)) }),
			});
			const stored = run.data.resultData.runData.Source[0].data!.main[0]![0].binary!.data;
			change(service.getPath(stored.id!));

			let socket!: Socket;
			const serve = server.onConnection;
			server.onConnection = (each) => serve((socket = each));
			// The test ends before this timeout.
			const { error } = await update(server, {
				updateFields: { attachments: `={{ ${JSON.stringify(stored)} }}` },
				requestOptions: { timeout: 300_000 },
			});
			expect(error).toMatchObject(UNREADABLE);
			expect(socket.bytesRead).toBeLessThan(102_000);
		},
	);

	it('in a file store that cannot be reached is not taken for the server', async () => {
		const refusal = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), {
			code: 'ECONNREFUSED',
			syscall: 'connect',
		});
		const open = jest.spyOn(service, 'getAsStream').mockRejectedValue(refusal);
		const { error } = await update(server, {
			items: numbered(1, { data: textFile('a.txt') }),
			updateFields: { attachments: 'data' },
			node: RETRY_ON_FAIL,
		});
		expect(open).toHaveBeenCalledTimes(1);
		open.mockRestore();
		expect(error).toMatchObject(UNREADABLE);
	});

	it.each([
		['EMFILE', 'EMFILE: too many open files'],
		['EACCES', 'EACCES: permission denied'],
		['ETIMEDOUT', 'connect ETIMEDOUT'],
	])('is not called gone if opening it fails with %s', async (code, message) => {
		const fault = Object.assign(new Error(message), { code });
		const open = jest.spyOn(service, 'getMetadata').mockRejectedValue(fault);
		const file = { id: 'filesystem-v2:x', mimeType: 'text/plain', fileName: 'a.txt', data: '' };
		const { error } = await update(server, {
			items: [{ json: { n: 0 }, binary: { data: file } }],
			updateFields: { attachments: 'data' },
		});
		open.mockRestore();
		expect(error!.message).toMatch(
			new RegExp(`^'Attachments': n8n could not open "a\\.txt": .*${code}`),
		);
		expect(server.requests).toHaveLength(0);
	});
});
