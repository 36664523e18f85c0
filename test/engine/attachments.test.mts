import { appendFileSync, truncateSync } from 'node:fs';
import type { Socket } from 'node:net';

import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';

import { CREATE_CASE, UPDATE_CASE } from '../support/operations.mts';
import { REFUSED, useServer, type ScriptedResponse } from '../support/server.mts';
import {
	CONTINUE,
	execute,
	expectRefusal,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	textFile,
	TOOL,
	update,
} from '../support/wolkvox.mts';

const server = useServer();

/** The names of the files of each request. */
const sentFiles = () => server.requests.map(({ files }) => files.map(({ name }) => name));

/** Each operation that sends files, and the parameter that holds Attachments. */
const OPERATIONS = [
	{ ...UPDATE_CASE, parameter: 'updateFields' },
	{ ...CREATE_CASE, parameter: 'additionalFields' },
];

const BINARY_MODES = ['default', 'filesystem'] as const;

describe.each(OPERATIONS)('Attachments of $name', ({ parameter, ...operation }) => {
	/** Attaches files to one case. */
	const attach = async (attachments: unknown, settings: Parameters<typeof execute>[2] = {}) =>
		await execute(server, operation, {
			parameters: { [parameter]: { attachments } as never },
			...settings,
			options: { multipleFiles: 'together', ...settings.options },
		});

	const items = numbered(1, {
		a: textFile('a.txt'),
		b: textFile('b.txt'),
		'c,d': textFile('c.txt'),
		'foto ': textFile('foto.txt'),
	});

	it.each([
		['names with commas between them', ' a, ,b ', ['a.txt', 'b.txt']],
		['a list of names', '={{ ["b", "a"] }}', ['b.txt', 'a.txt']],
		['binary data', '={{ $binary.b }}', ['b.txt']],
		['a list of binary data', '={{ [$binary.b, $binary.a] }}', ['b.txt', 'a.txt']],
		['a mixed list', '={{ ["a", $binary.b] }}', ['a.txt', 'b.txt']],
		[
			'all names of an item, spaces and commas included',
			'={{ Object.keys($binary) }}',
			['a.txt', 'b.txt', 'c.txt', 'foto.txt'],
		],
		['a name that contains a comma', 'c,d', ['c.txt']],
		['a name that ends in a space', '={{ "foto " }}', ['foto.txt']],
		[
			'binary data whose file name is a number',
			'={{ { data: "eA==", mimeType: "text/plain", fileName: 2024 } }}',
			['2024'],
		],
		['nothing, for an empty list', '={{ [] }}', []],
		['nothing, for empty text', '={{ "" }}', []],
		['nothing, for a comma', ' , ', []],
	])('can be %s', async (_, attachments, expected) => {
		const fields = { attachments, status: 'open' };
		await attach(attachments, { items, parameters: { [parameter]: fields } });
		expect(sentFiles()).toEqual([expected]);
	});

	it.each([
		['undefined', "'Attachments': the expression found no file"],
		['null', "'Attachments': the expression found no file"],
		['[undefined]', "'Attachments': the expression found no file"],
		['$json.nothing?.binary.data', "'Attachments': the expression found no file"],
		['"report"', '\'Attachments\': this item has no file named "report"'],
		['5', "'Attachments' must be the name of a file"],
		['{ a: 1 }', "'Attachments' must be the name of a file"],
		['"empty"', '\'Attachments\': "empty" contains no file'],
		[
			'{ mimeType: "text/plain", fileName: "a.txt", id: "filesystem-v2:x" }',
			'\'Attachments\': n8n no longer has the contents of "a.txt"',
		],
	])('are refused if they are %s', async (value, message) => {
		const result = await attach(`={{ ${value} }}`, {
			items: [{ json: { n: 0 }, binary: { empty: { mimeType: 'text/plain' } } }],
		});
		expect(expectRefusal(server, result, message)).toMatch(/\S/);
	});

	it('are named if another one is asked for', async () => {
		const [item] = items;
		const result = await attach('report', { items: [item] });
		const message = '\'Attachments\': this item has no file named "report"';
		expect(expectRefusal(server, result, message)).toMatch(/^The item has: a, b, c,d, foto /);
	});

	it.each(BINARY_MODES)('are found by the expression that is advised (%s)', async (binaryMode) => {
		const message = "'Attachments' must be the name of a file";
		const settings = { binaryMode, items: numbered(1, { data: textFile('a.txt') }) };
		const advice = expectRefusal(server, await attach('={{ 5 }}', settings), message);
		await attach(`=${/\{\{.*\}\}/.exec(advice!)![0]}`, settings);
		expect(sentFiles()).toEqual([['a.txt']]);
	});

	it.each(['data:text/plain;base64,aGk=', 'plain text', 'aGk=aGk=!'])(
		'are refused if they are in memory, but not as base64: %s',
		async (data) => {
			const result = await attach('data', {
				binaryMode: 'default',
				items: [
					{ json: {}, binary: { data: { mimeType: 'text/plain', fileName: 'a.txt', data } } },
				],
			});
			const message = '\'Attachments\': the contents of "a.txt" are not base64';
			expectRefusal(server, result, message);
		},
	);

	it('are refused if an AI agent calls the node', async () => {
		const message = /^'Attachments' cannot be used when an AI agent calls this node \[item 0\]\. /;
		expectRefusal(server, await attach('data', { node: TOOL }), message);
	});

	it.each(['files', 'file'])(
		'go together as %s[], and one alone under the plain name',
		async (attachmentField) => {
			await attach('={{ Object.keys($binary) }}', {
				items: [
					...numbered(1, { one: textFile('1.txt'), two: textFile('2.txt') }),
					...numbered(1, { one: textFile('1.txt') }),
				],
				options: { attachmentField },
			});
			expect(server.requests.map(({ files }) => files.map(({ part }) => part))).toEqual([
				[`${attachmentField}[]`, `${attachmentField}[]`],
				[attachmentField],
			]);
		},
	);

	it('are at most 20 together, as PHP drops further ones', async () => {
		const files = (count: number) =>
			Object.fromEntries(
				Array.from({ length: count }, (_, n) => [`f${n}`, textFile(`${n}.txt`)] as const),
			);
		const all = '={{ Object.keys($binary) }}';
		const message = "'Attachments' has 21 files, but only 20 can be sent together";
		expectRefusal(server, await attach(all, { items: numbered(1, files(21)) }), message);
		await attach(all, { items: numbered(1, files(20)) });
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
		const result = await attach(`={{ $json.n === 3 ? ${gone} : "" }}`, {
			items: numbered(4),
			parameters: {
				[parameter]: { status: 'open', attachments: `={{ $json.n === 3 ? ${gone} : "" }}` },
			},
		});
		expectRefusal(server, result, '\'Attachments\': n8n no longer has the contents of "a.txt"', 3);
	});
});

it('a case is created with one file, unless files go together', async () => {
	for (const options of [{}, { multipleFiles: 'onePerRequest' }]) {
		const result = await execute(server, CREATE_CASE, {
			items: numbered(1, { a: textFile('a.txt'), b: textFile('b.txt') }),
			options,
			parameters: { additionalFields: { attachments: 'a, b' } },
		});
		const message = "'Attachments' has 2 files, but a case can be created with one";
		expect(expectRefusal(server, result, message)).toMatch(
			/^Each request would create another case\. /,
		);
	}
});

describe('an update with several files, one per request', () => {
	const files = { a: textFile('a.txt'), b: textFile('b.txt'), c: textFile('c.txt') };

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
		await update(server, {
			items: numbered(1, Object.fromEntries(names.map((name) => [name, textFile(name)]))),
			updateFields: { attachments: names.join(',') },
		});
		expect(sentFiles()).toEqual(names.map((name) => [name]));
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
			change(Container.get(BinaryDataService).getPath(stored.id!));

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
		const service = Container.get(BinaryDataService);
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
});
