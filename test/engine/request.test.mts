import { createHash } from 'node:crypto';

import FormData from 'form-data';
import type { IDataObject } from 'n8n-workflow';

import type { PhpRequest } from '../support/php.mts';
import { hasPhp, postFormData, startPhp, withCrlf } from '../support/php.mts';
import type { ScriptedServer } from '../support/server.mts';
import { fieldOf, startServer } from '../support/server.mts';
import { byId, CASE_ID, TOKEN, update } from '../support/wolkvox.mts';

const sha256 = (contents: Buffer) => createHash('sha256').update(contents).digest('hex');

const PDF = Buffer.from(
	'%PDF-1.4\r\n\0\xff\xfe--boundary\r\nContent-Disposition: form-data\r\n',
	'latin1',
);

const ALL_FIELDS: IDataObject = {
	caseType: { __rl: true, mode: 'list', value: 'Request' },
	responsible: 'agent10@demo',
	owner: 'ADMIN_@demo',
	contact: 'ana@example.com',
	description: 'Línea uno\nlínea dos\r\nlínea tres\rlínea cuatro 🙂',
	status: 'closed',
	priority: 'low',
	solution: 'Case solved.',
	customFields: { field: [{ name: 'Contract number ', value: '0012' }] },
	customFieldsJson:
		'{"Paid": true, "Amount": 12.5, "Address": {"type": "address", "value": "145a #12"}, "Empty": "", "Nothing": null, "🙂": "ñ"}',
	attachments: 'report',
};

const EXPECTED_FORM = {
	Paid: true,
	Amount: 12.5,
	Address: { type: 'address', value: '145a #12' },
	Empty: '',
	Nothing: null,
	'🙂': 'ñ',
	'Contract number ': '0012',
};

const report = { name: 'informe ñ "final".pdf', type: 'application/pdf', contents: PDF };

describe.each(['default', 'filesystem'] as const)('what is sent (binary mode %s)', (binaryMode) => {
	let server: ScriptedServer;

	beforeEach(async () => {
		server = await startServer();
	});

	afterEach(async () => await server.close());

	it('has every field of the contract, the file byte for byte, and the token in its header', async () => {
		const { outputs } = await update(server.url, {
			binaryMode,
			caseId: byId(` ${CASE_ID} `),
			updateFields: ALL_FIELDS,
			items: [{ json: {}, files: { report } }],
		});

		const [sent] = server.requests;
		expect(sent.method).toBe('POST');
		expect(sent.url).toBe('/server/API/v2/cases/update.php');
		expect(sent.headers['wolkvox-token']).toBe(TOKEN);
		expect(sent.headers['content-length']).toMatch(/^\d+$/);
		expect(sent.fields.filter(([name]) => name !== 'form')).toEqual([
			['operation', 'demo'],
			['wolkvox-id', CASE_ID],
			['case-type', 'Request'],
			['responsible', 'agent10@demo'],
			['owner', 'ADMIN_@demo'],
			['contact', 'ana@example.com'],
			['description', 'Línea uno\r\nlínea dos\r\nlínea tres\r\nlínea cuatro 🙂'],
			['status', 'closed'],
			['priority', 'low'],
			['solution', 'Case solved.'],
		]);
		expect(JSON.parse(fieldOf(sent, 'form')!)).toEqual(EXPECTED_FORM);
		expect(sent.files).toEqual([
			{
				part: 'files',
				name: 'informe ñ %22final%22.pdf',
				type: 'application/pdf',
				size: PDF.length,
				sha256: sha256(PDF),
			},
		]);
		expect(outputs[0]).toEqual([
			{
				json: { code: 200, msg: 'Succesfully update record', data: { wolkvox_id: CASE_ID } },
				pairedItem: { item: 0 },
			},
		]);
	});

	it('sends two attachments as two requests with the same fields and one file each', async () => {
		const files = {
			a: { name: 'a.txt', type: 'text/plain', contents: Buffer.from('first') },
			b: { name: 'b.bin', contents: Buffer.alloc(0) },
		};
		const { outputs } = await update(server.url, {
			binaryMode,
			updateFields: { status: 'open', attachments: ' a, ,b ' },
			items: [{ json: { n: 7 }, files }],
		});

		expect(
			server.requests.map(({ files: sent }) => sent.map(({ part, name }) => [part, name])),
		).toEqual([[['files', 'a.txt']], [['files', 'b.bin']]]);
		for (const { fields } of server.requests) {
			expect(fields).toEqual([
				['operation', 'demo'],
				['wolkvox-id', 'case7'],
				['status', 'open'],
			]);
		}
		expect(outputs[0]).toHaveLength(1);
	});

	it.each([
		['files', 'files[]'],
		['file', 'file[]'],
	])(
		'sends files together as %s -> %s, and one alone under the plain name',
		async (attachmentField, part) => {
			const one = { name: '1.txt', type: 'text/plain', contents: Buffer.from('1') };
			const two = { name: '2.txt', type: 'text/plain', contents: Buffer.from('2') };
			const options = { attachmentField, multipleFiles: 'together' };
			await update(server.url, {
				binaryMode,
				options,
				updateFields: { attachments: '={{ Object.keys($binary) }}' },
				items: [
					{ json: { n: 0 }, files: { one, two } },
					{ json: { n: 1 }, files: { one } },
				],
			});

			expect(server.requests.map(({ files }) => files.map((file) => file.part))).toEqual([
				[part, part],
				[attachmentField],
			]);
		},
	);

	it('gives a file without a name one that says what it is', async () => {
		const contents = Buffer.from('x');
		await update(server.url, {
			binaryMode,
			updateFields: { attachments: 'a,b,c,d,e' },
			items: [
				{
					json: { n: 0 },
					files: {
						a: { type: 'application/pdf', contents },
						b: { type: 'text/plain', contents },
						c: { type: 'application/octet-stream', contents },
						d: { type: 'application/vnd.ms-excel', extension: 'xls', contents },
						e: { name: '../../etc/pass\\wd/', type: 'text/plain', contents },
					},
				},
			],
		});
		expect(server.requests.map(({ files: [file] }) => file.name)).toEqual([
			'file.pdf',
			'file.txt',
			'file',
			'file.xls',
			'wd',
		]);
	});
});

describe('which attachments are meant', () => {
	const contents = Buffer.from('text');
	const files = { a: { name: 'a.txt', contents }, b: { name: 'b.txt', contents } };

	it.each([
		['names with commas', 'a, b', ['a.txt', 'b.txt']],
		['an array of names', '={{ ["b", "a"] }}', ['b.txt', 'a.txt']],
		['binary data', '={{ $binary.b }}', ['b.txt']],
		['an array of binary data', '={{ [$binary.b, $binary.a] }}', ['b.txt', 'a.txt']],
		['a mixture', '={{ ["a", $binary.b] }}', ['a.txt', 'b.txt']],
	])('%s', async (_, attachments, expected) => {
		const server = await startServer();
		await update(server.url, { updateFields: { attachments }, items: [{ json: { n: 0 }, files }] });
		await server.close();
		expect(server.requests.map(({ files: [file] }) => file.name)).toEqual(expected);
	});

	it.each([['={{ [] }}'], ['={{ null }}'], [''], [' , ']])('none: %j', async (attachments) => {
		const server = await startServer();
		await update(server.url, {
			updateFields: { attachments, status: 'open' },
			items: [{ json: { n: 0 }, files }],
		});
		await server.close();
		expect(server.requests.map((request) => request.files)).toEqual([[]]);
	});
});

describe('which fields are sent', () => {
	const sentFields = async (updateFields: IDataObject, json: IDataObject = { n: 0 }) => {
		const server = await startServer();
		const { error } = await update(server.url, { updateFields, items: [{ json }] });
		await server.close();
		return error ?? Object.fromEntries(server.requests[0].fields.slice(2));
	};

	it('only filled ones', async () => {
		expect(
			await sentFields({
				status: 'open',
				solution: '',
				priority: '={{ $json.missing }}',
				owner: '={{ null }}',
				caseType: { __rl: true, mode: 'list', value: '' },
				customFields: { field: [{ name: 'Empty', value: '' }] },
				customFieldsJson: ' ',
			}),
		).toEqual({ status: 'open' });
	});

	it('numbers, yes or no, and dates as text', async () => {
		expect(
			await sentFields({
				priority: '={{ 3 }}',
				status: '={{ false }}',
				solution: '={{ 0 }}',
				description: '={{ new Date(0) }}',
			}),
		).toMatchObject({ priority: '3', status: 'false', solution: '0' });
	});

	it('a case type by name, or by an expression that gives the name alone', async () => {
		expect(
			await sentFields({ caseType: { __rl: true, mode: 'name', value: 'Incidentes' } }),
		).toEqual({
			'case-type': 'Incidentes',
		});
		expect(await sentFields({ caseType: '={{ "Claims" }}' })).toEqual({ 'case-type': 'Claims' });
	});

	it.each([
		['{}', {}],
		['={{ {} }}', {}],
		['={{ { "a": [1, { "b": null }], "c": "é" } }}', { a: [1, { b: null }], c: 'é' }],
		[
			'{"__proto__": {"x": 1}, "constructor": "y"}',
			JSON.parse('{"__proto__": {"x": 1}, "constructor": "y"}'),
		],
	])('custom fields as JSON: %s', async (customFieldsJson, expected) => {
		const { form } = (await sentFields({ customFieldsJson })) as { form: string };
		expect(JSON.stringify(JSON.parse(form))).toBe(JSON.stringify(expected));
	});

	it('a custom field that is in both places takes the value of Custom Fields, with its type', async () => {
		const { form } = (await sentFields({
			customFieldsJson: '{"a": 1, "b": 2}',
			customFields: {
				field: [
					{ name: 'b', value: '={{ 5 }}' },
					{ name: '__proto__', value: 'kept' },
				],
			},
		})) as { form: string };
		expect(form).toBe('{"a":1,"b":5,"__proto__":"kept"}');
	});
});

describe('which case is meant', () => {
	it.each([
		['id', ` ${CASE_ID}\n`, CASE_ID],
		['id', 'ABC-17', 'ABC-17'],
		['id', `https://crm.wolkvox.com/cases/view/${CASE_ID}`, CASE_ID],
		['url', `https://crm.wolkvox.com/#/module/64cbaaaaaaaaaaaaaaaaaaaa/case/${CASE_ID}/`, CASE_ID],
		['url', `crm.wolkvox.com/case?id=${CASE_ID}&tab=1`, CASE_ID],
		['url', 'https://crm.wolkvox.com/case/A17', 'A17'],
		['url', 'https://crm.wolkvox.com/case?id=A17', 'A17'],
		['url', CASE_ID, CASE_ID],
	])('by %s: %j', async (mode, value, expected) => {
		const server = await startServer();
		const { outputs } = await update(server.url, { caseId: { __rl: true, mode, value } });
		await server.close();
		expect(fieldOf(server.requests[0], 'wolkvox-id')).toBe(expected);
		expect(outputs[0][0].json.data).toEqual({ wolkvox_id: expected });
	});

	it('by an expression that gives the id alone', async () => {
		const server = await startServer();
		await update(server.url, { caseId: '={{ 12345 }}' });
		await server.close();
		expect(fieldOf(server.requests[0], 'wolkvox-id')).toBe('12345');
	});
});

const withPhp = hasPhp() ? describe : describe.skip;

withPhp('what PHP receives', () => {
	let php: Awaited<ReturnType<typeof startPhp>>;

	beforeAll(async () => {
		php = await startPhp();
	});

	afterAll(() => php?.close());

	it.each(['default', 'filesystem'] as const)(
		'equals what it receives from form-data (%s)',
		async (binaryMode) => {
			const { outputs } = await update(php.url, {
				binaryMode,
				caseId: byId(CASE_ID),
				updateFields: ALL_FIELDS,
				items: [{ json: {}, files: { report: { ...report, name: 'informe ñ.pdf' } } }],
			});
			const received = outputs[0][0].json.received as unknown as PhpRequest;

			const reference = new FormData();
			reference.append('operation', 'demo');
			reference.append('wolkvox-id', CASE_ID);
			reference.append('case-type', 'Request');
			for (const name of [
				'responsible',
				'owner',
				'contact',
				'description',
				'status',
				'priority',
				'solution',
			]) {
				reference.append(name, withCrlf(ALL_FIELDS[name] as string));
			}
			reference.append('form', JSON.stringify(EXPECTED_FORM));
			reference.append('files', PDF, { filename: 'informe ñ.pdf', contentType: 'application/pdf' });
			const expected = await postFormData(php.url, reference);

			expect(received.fields).toEqual(expected.fields);
			expect(received.files).toEqual(expected.files);
			expect(received.files.files).toMatchObject({
				error: 0,
				sha256: sha256(PDF),
				size: PDF.length,
			});
		},
	);

	it('has both of two files that go together', async () => {
		const one = { name: '1.txt', type: 'text/plain', contents: Buffer.from('1') };
		const two = { name: '2.txt', type: 'text/plain', contents: Buffer.from('22') };
		const { outputs } = await update(php.url, {
			options: { multipleFiles: 'together' },
			updateFields: { attachments: 'one,two' },
			items: [{ json: { n: 0 }, files: { one, two } }],
		});
		const { files } = outputs[0][0].json.received as unknown as PhpRequest;
		expect(files.files).toMatchObject([
			{ name: '1.txt', size: 1 },
			{ name: '2.txt', size: 2 },
		]);
	});

	it('has quotes in a name as browsers send them', async () => {
		const { outputs } = await update(php.url, {
			updateFields: { attachments: 'report' },
			items: [{ json: { n: 0 }, files: { report } }],
		});
		const { files } = outputs[0][0].json.received as unknown as PhpRequest;
		expect(files.files).toMatchObject({ name: 'informe ñ %22final%22.pdf' });
	});
});
