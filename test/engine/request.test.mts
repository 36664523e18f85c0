import { createHash } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { ALL_FIELDS, EXPECTED_FORM, PDF, REPORT } from '../support/fields.mts';
import { caseIdOf, fieldOf, useServer } from '../support/server.mts';
import {
	CASE_ID,
	credentialFor,
	locator,
	numbered,
	textFile,
	TOKEN,
	update,
} from '../support/wolkvox.mts';

const server = useServer();

const sentFileNames = () => server.requests.map(({ files }) => files.map(({ name }) => name));

describe.each(['default', 'filesystem'] as const)('an update (binary data: %s)', (binaryMode) => {
	it('carries every field, the file byte for byte, and the token in its header', async () => {
		const { outputs } = await update(server, {
			binaryMode,
			caseId: locator('id', ` ${CASE_ID} `),
			updateFields: ALL_FIELDS,
			items: [{ json: {}, files: { report: REPORT } }],
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
				sha256: createHash('sha256').update(PDF).digest('hex'),
			},
		]);
		expect(outputs[0]).toEqual([
			{
				json: { code: 200, msg: 'Succesfully update record', data: { wolkvox_id: CASE_ID } },
				pairedItem: { item: 0 },
			},
		]);
	});

	it('with two attachments is two requests with the same fields and one file each', async () => {
		const files = { a: textFile('a.txt'), b: { name: 'b.bin', contents: Buffer.alloc(0) } };
		const { outputs } = await update(server, {
			binaryMode,
			updateFields: { status: 'open', attachments: ' a, ,b ' },
			items: [{ json: { n: 7 }, files }],
		});

		const parts = server.requests.map(({ files }) => files.map(({ part, name }) => [part, name]));
		expect(parts).toEqual([[['files', 'a.txt']], [['files', 'b.bin']]]);
		for (const { fields } of server.requests) {
			expect(fields).toEqual([
				['operation', 'demo'],
				['wolkvox-id', 'case7'],
				['status', 'open'],
			]);
		}
		expect(outputs[0]).toHaveLength(1);
	});

	it.each(['files', 'file'])(
		'sends files together as %s[], and a single one under the plain name',
		async (attachmentField) => {
			const [one, two] = [textFile('1.txt'), textFile('2.txt')];
			await update(server, {
				binaryMode,
				options: { attachmentField, multipleFiles: 'together' },
				updateFields: { attachments: '={{ Object.keys($binary) }}' },
				items: [
					{ json: { n: 0 }, files: { one, two } },
					{ json: { n: 1 }, files: { one } },
				],
			});
			expect(server.requests.map(({ files }) => files.map(({ part }) => part))).toEqual([
				[`${attachmentField}[]`, `${attachmentField}[]`],
				[attachmentField],
			]);
		},
	);

	it('names each file, and its name is never a path', async () => {
		const contents = Buffer.from('x');
		await update(server, {
			binaryMode,
			updateFields: { attachments: 'a,b,c,d,e' },
			items: numbered(1, {
				a: { type: 'application/pdf', contents },
				b: { type: 'text/plain', contents },
				c: { type: 'application/octet-stream', contents },
				d: { type: 'application/vnd.ms-excel', extension: 'xls', contents },
				e: { name: '../../etc/pass\\wd/', type: 'text/plain', contents },
			}),
		});
		expect(sentFileNames().flat()).toEqual(['file.pdf', 'file.txt', 'file', 'file.xls', 'wd']);
	});
});

describe('Attachments', () => {
	const ALL = ['a.txt', 'b.txt', 'c.txt', 'foto.txt'];
	const items = numbered(1, {
		a: textFile('a.txt'),
		b: textFile('b.txt'),
		'c,d': textFile('c.txt'),
		'foto ': textFile('foto.txt'),
	});

	it.each([
		['names with commas between them', 'a, b', ['a.txt', 'b.txt']],
		['a list of names', '={{ ["b", "a"] }}', ['b.txt', 'a.txt']],
		['binary data', '={{ $binary.b }}', ['b.txt']],
		['a list of binary data', '={{ [$binary.b, $binary.a] }}', ['b.txt', 'a.txt']],
		['a mixed list', '={{ ["a", $binary.b] }}', ['a.txt', 'b.txt']],
		['all names of an item, spaces and commas included', '={{ Object.keys($binary) }}', ALL],
		['a name that contains a comma', 'c,d', ['c.txt']],
		['a name that ends in a space', '={{ "foto " }}', ['foto.txt']],
		[
			'binary data whose file name is a number',
			'={{ { data: "eA==", mimeType: "text/plain", fileName: 2024 } }}',
			['2024'],
		],
	])('accepts %s', async (_, attachments, expected) => {
		await update(server, { updateFields: { attachments }, items });
		expect(sentFileNames().flat()).toEqual(expected);
	});

	it.each(['={{ [] }}', '={{ "" }}', '', ' , '])('attaches nothing for %j', async (attachments) => {
		await update(server, { updateFields: { attachments, status: 'open' }, items });
		expect(sentFileNames()).toEqual([[]]);
	});
});

describe('Update Fields', () => {
	/** Updates a case and returns the fields that were sent after the operation and the ID. */
	const send = async (updateFields: IDataObject) => {
		await update(server, { updateFields });
		return Object.fromEntries(server.requests[0].fields.slice(2));
	};

	it('are sent only if they have a value', async () => {
		const fields = await send({
			status: 'open',
			solution: '',
			priority: '={{ $json.missing }}',
			owner: '={{ null }}',
			caseType: { __rl: true, mode: 'list', value: '' },
			customFields: { field: [{ name: 'Empty', value: '' }] },
			customFieldsJson: ' ',
		});
		expect(fields).toEqual({ status: 'open' });
	});

	it('can be numbers, booleans and dates, which are sent as text', async () => {
		const fields = await send({
			priority: '={{ 3 }}',
			status: '={{ false }}',
			solution: '={{ 0 }}',
			description: '={{ new Date(0) }}',
		});
		expect(fields).toEqual({
			priority: '3',
			status: 'false',
			solution: '0',
			description: '1970-01-01T00:00:00.000Z',
		});
	});

	it.each([
		['the name of a case type', { __rl: true, mode: 'name', value: 'Incidentes' }, 'Incidentes'],
		['an expression that returns its name', '={{ "Claims" }}', 'Claims'],
	])('accept %s', async (_, caseType, expected) => {
		expect(await send({ caseType })).toEqual({ 'case-type': expected });
	});

	it.each([
		['{}', '{}'],
		['={{ {} }}', '{}'],
		['={{ { "a": [1, { "b": null }], "c": "é" } }}', '{"a":[1,{"b":null}],"c":"é"}'],
		['{"__proto__": {"x": 1}, "constructor": "y"}', '{"__proto__":{"x":1},"constructor":"y"}'],
	])('send custom fields as JSON: %s', async (customFieldsJson, form) => {
		expect(await send({ customFieldsJson })).toEqual({ form });
	});

	it('prefer Custom Fields to Custom Fields (JSON), and keep the type of its values', async () => {
		const fields = await send({
			customFieldsJson: '{"a": 1, "b": 2}',
			customFields: {
				field: [
					{ name: 'b', value: '={{ 5 }}' },
					{ name: '__proto__', value: 'kept' },
				],
			},
		});
		expect(fields).toEqual({ form: '{"a":1,"b":5,"__proto__":"kept"}' });
	});
});

describe('Case', () => {
	const other = '5f3b2c1d4e5f6a7b8c9d0e1f';

	it.each([
		[` ${CASE_ID}\n`, CASE_ID],
		['ABC-17', 'ABC-17'],
		[`https://crm.wolkvox.com/cases/view/${CASE_ID}`, CASE_ID],
		[`https://crm.wolkvox.com/#/module/64cbaaaaaaaaaaaaaaaaaaaa/case/${CASE_ID}/`, CASE_ID],
		[`crm.wolkvox.com/case?id=${CASE_ID}&tab=1`, CASE_ID],
		[`https://c.test/case/${CASE_ID}?owner=${other}`, CASE_ID],
		[`https://c.test/#/case/${CASE_ID}?owner=${other}`, CASE_ID],
		[`https://c.test/case?id=${CASE_ID}`, CASE_ID],
		[`c.test/crm/case/${CASE_ID}`, CASE_ID],
		[`https://c.test/%23%2Fcase%2F${CASE_ID}%3Ftab=1`, CASE_ID],
		[`\u200b${CASE_ID}\ufeff`, CASE_ID],
		[`https://c.test/case/${CASE_ID.toUpperCase()}`, CASE_ID.toUpperCase()],
	])('is the case ID in %j, entered as an ID or as a URL', async (value, expected) => {
		for (const mode of ['id', 'url'] as const) {
			const { outputs } = await update(server, { caseId: locator(mode, value) });
			expect(outputs[0][0].json.data).toEqual({ wolkvox_id: expected });
		}
		expect(server.requests.map(caseIdOf)).toEqual([expected, expected]);
	});

	it('can be an expression that returns the ID', async () => {
		await update(server, { caseId: '={{ 12345 }}' });
		expect(server.requests.map(caseIdOf)).toEqual(['12345']);
	});
});

it('the token and the operation name are sent without the spaces around them', async () => {
	const credential = { ...credentialFor(server.url), token: `\t${TOKEN} \n`, operation: ' demo ' };
	await update(server, { credential });
	expect(server.requests[0].headers['wolkvox-token']).toBe(TOKEN);
	expect(server.requests[0].fields[0]).toEqual(['operation', 'demo']);
});
