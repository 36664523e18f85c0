import { createHash } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { ALL_FIELDS, EXPECTED_FORM, PDF, REPORT } from '../support/fields.mts';
import {
	CREATE_CASE,
	CREATE_RECORD,
	FIND_CASES,
	FIND_RECORDS,
	FIND_RECORDS_BY_DATE,
	GET_CASE,
	GET_QUOTA,
	OPERATIONS,
	successFor,
	UPDATE_RECORD,
	type Operation,
} from '../support/operations.mts';
import { fieldOf, SUCCESS, useServer } from '../support/server.mts';
import {
	CASE_ID,
	credentialFor,
	execute,
	locator,
	numbered,
	textFile,
	TOKEN,
} from '../support/wolkvox.mts';

const server = useServer();

/** Sends one item and returns what the server received. */
async function send({ parameters }: Operation, settings: Parameters<typeof execute>[2] = {}) {
	server.respond = (request) => ({ body: successFor(request) });
	const { error } = await execute(server, parameters, settings);
	if (error) throw error;
	expect(server.requests).toHaveLength(1);
	return server.requests[0];
}

/** Text that is sent exactly as it stands here. */
const EXACT = "  Ñandú \"12\" \\ 'it's' <b> %20 & 🙂\n0012  ";

describe('the address, the headers and the body of', () => {
	it.each<{ operation: Operation; path: string; json: object }>([
		{
			operation: GET_CASE,
			path: 'cases/queryCases.php',
			json: { operation: 'demo', field: 'wolkvox-id', value: 'item0' },
		},
		{
			operation: FIND_CASES,
			path: 'cases/queryCases.php',
			json: { operation: 'demo', field: 'idPrefijo', value: 'item0' },
		},
		{
			operation: CREATE_RECORD,
			path: 'custom/insert.php',
			json: { operation: 'demo', module: 'contacts', fields: { namecontact: 'item0' } },
		},
		{
			operation: FIND_RECORDS,
			path: 'custom/query.php',
			json: { operation: 'demo', module: 'contacts', field: 'emailcontact', value: 'item0' },
		},
		{
			operation: FIND_RECORDS_BY_DATE,
			path: 'custom/queryDates.php',
			json: {
				operation: 'demo',
				module: 'item0',
				date: true,
				from: '2026-11-01 00:00',
				to: '2026-11-30 23:59',
			},
		},
		{
			operation: UPDATE_RECORD,
			path: 'custom/update.php',
			json: {
				operation: 'demo',
				module: 'contacts',
				'wolkvox-id': 'item0',
				fields: { namecontact: 'Ana' },
			},
		},
	])('$operation.name', async ({ operation, path, json }) => {
		const { method, url, headers, json: received } = await send(operation);
		expect([method, url]).toEqual(['POST', `/server/API/v2/${path}`]);
		expect(headers).toMatchObject({
			'content-type': expect.stringMatching(/^application\/json\b/),
			'wolkvox-token': TOKEN,
		});
		expect(received).toEqual(json);
	});

	it('Token: Get Quota, which has no body and the CRM operation in its URL', async () => {
		const credential = { ...credentialFor(server.url), operation: 'demo & ñ' };
		const { method, url, headers, json } = await send(GET_QUOTA, { credential });
		const { pathname, searchParams } = new URL(url, server.url);
		expect([method, pathname]).toEqual(['GET', '/server/API/v2/token/tokenInformation.php']);
		expect([...searchParams]).toEqual([['operation', 'demo & ñ']]);
		expect(headers['wolkvox-token']).toBe(TOKEN);
		expect(headers['content-length'] ?? '0').toBe('0');
		expect(json).toBeUndefined();
	});

	it('Case: Create, which is a form', async () => {
		const { method, url, headers, fields, files } = await send(CREATE_CASE);
		expect([method, url]).toEqual(['POST', '/server/API/v2/cases/insert.php']);
		expect(headers).toMatchObject({
			'content-type': expect.stringMatching(/^multipart\/form-data; boundary=/),
			'content-length': expect.stringMatching(/^\d+$/),
			'wolkvox-token': TOKEN,
		});
		expect(fields).toEqual([
			['operation', 'demo'],
			['case-type', 'Request'],
			['responsible', 'agent10@demo'],
			['owner', 'ADMIN_@demo'],
			['contact', 'ana@example.com'],
			['description', 'item0'],
			['status', 'open'],
			['priority', 'low'],
		]);
		expect(files).toEqual([]);
	});
});

it.each(OPERATIONS)('$name is one request per item, paired with it', async ({ parameters }) => {
	server.respond = (request) => ({ body: successFor(request) });
	const { outputs } = await execute(server, parameters, { items: numbered(3) });
	expect(server.requests).toHaveLength(3);
	expect(outputs[0].map(({ pairedItem }) => pairedItem)).toEqual([
		{ item: 0 },
		{ item: 1 },
		{ item: 2 },
	]);
});

it.each<{ saved: IDataObject; url: string; json?: object }>([
	{
		saved: { resource: 'case', operation: 'getMany', value: 'x' },
		url: 'cases/queryCases.php',
		json: { operation: 'demo', field: 'idPrefijo', value: 'x' },
	},
	{
		saved: {
			resource: 'record',
			operation: undefined,
			fields: { field: [{ name: 'a', value: '1' }] },
		},
		url: 'custom/insert.php',
		json: { operation: 'demo', module: 'contacts', fields: { a: '1' } },
	},
	{
		saved: { resource: 'record', operation: 'getMany', fieldName: 'a', value: 'x' },
		url: 'custom/query.php',
		json: { operation: 'demo', module: 'contacts', field: 'a', value: 'x' },
	},
	{
		saved: { resource: 'token', operation: undefined },
		url: 'token/tokenInformation.php?operation=demo',
	},
])(
	'a parameter that was left at its default is not saved by n8n, and has effect: $url, $saved',
	async ({ saved, url, json }) => {
		const sent = await send({ name: '', effect: 'reads', parameters: saved });
		expect(sent.url).toBe(`/server/API/v2/${url}`);
		expect(sent.json).toEqual(json);
	},
);

describe('Case: Create', () => {
	const { caseType, attachments, customFields, customFieldsJson, solution, ...required } =
		ALL_FIELDS;
	const additionalFields = { attachments, customFields, customFieldsJson, solution };

	it.each(['default', 'filesystem'] as const)(
		'sends every field, and a file byte for byte (binary data: %s)',
		async (binaryMode) => {
			const { fields, files } = await send(CREATE_CASE, {
				binaryMode,
				items: [{ json: { n: 0 }, files: { report: REPORT } }],
				parameters: { ...required, caseType, additionalFields },
			});
			expect(fields.filter(([name]) => name !== 'form')).toEqual([
				['operation', 'demo'],
				['case-type', 'Request'],
				['responsible', 'agent10@demo'],
				['owner', 'ADMIN_@demo'],
				['contact', 'ana@example.com'],
				['description', 'Línea uno\r\nlínea dos\r\nlínea tres\r\nlínea cuatro 🙂'],
				['status', 'closed'],
				['priority', 'low'],
				['solution', 'Case solved.'],
			]);
			const [[, form]] = fields.filter(([name]) => name === 'form');
			expect(JSON.parse(form)).toEqual(EXPECTED_FORM);
			expect(files).toEqual([
				{
					part: 'files',
					name: 'informe ñ %22final%22.pdf',
					type: 'application/pdf',
					size: PDF.length,
					sha256: createHash('sha256').update(PDF).digest('hex'),
				},
			]);
		},
	);

	it('sends values exactly as they are, and numbers and booleans as text', async () => {
		const text = EXACT.replace('\n', '');
		const request = await send(CREATE_CASE, {
			parameters: {
				contact: text,
				status: '={{ 0 }}',
				priority: '={{ false }}',
				caseType: '={{ "Incidentes " }}',
			},
		});
		const names = ['contact', 'status', 'priority', 'case-type'];
		expect(names.map((name) => fieldOf(request, name))).toEqual([
			text,
			'0',
			'false',
			'Incidentes ',
		]);
	});

	it.each([
		['DateTime.fromISO("2026-01-02T03:04:05Z", { zone: "utc" })', '2026-01-02T03:04:05.000Z'],
		['new Date(0)', '1970-01-01T00:00:00.000Z'],
	])('sends a date as text, as an update does: %s', async (date, expected) => {
		const value = `={{ ${date} }}`;
		const request = await send(CREATE_CASE, {
			parameters: { description: value, additionalFields: { solution: value } },
		});
		expect(fieldOf(request, 'description')).toBe(expected);
		expect(fieldOf(request, 'solution')).toBe(expected);
	});

	it.each(['file', 'files'])('sends several files together as %s[]', async (attachmentField) => {
		const { files } = await send(CREATE_CASE, {
			items: numbered(1, { a: textFile('a.txt'), b: textFile('b.txt') }),
			options: { attachmentField, multipleFiles: 'together' },
			parameters: { additionalFields: { attachments: 'a, b' } },
		});
		expect(files.map(({ part, name }) => [part, name])).toEqual([
			[`${attachmentField}[]`, 'a.txt'],
			[`${attachmentField}[]`, 'b.txt'],
		]);
	});
});

describe('Fields of a record', () => {
	const sendFields = async (operation: Operation, parameters: IDataObject) => {
		const { json } = await send(operation, { parameters: { fields: {}, ...parameters } });
		return (json as { fields: object }).fields;
	};

	describe.each([CREATE_RECORD, UPDATE_RECORD])('$name', (operation) => {
		it('keep their types, at any depth', async () => {
			const address = { type: 'address', value: '145a Street #12-60' };
			const sizes = { type: 'table', value: [{ Clothing: 'T-shirt', sizes: [1, 2.5, null] }] };
			const fieldsJson = { address, sizes, paid: true, amount: 12.5, empty: '', nothing: null };
			expect(await sendFields(operation, { fieldsJson: JSON.stringify(fieldsJson) })).toEqual(
				fieldsJson,
			);
		});

		it('keep the spaces, accents and emojis of names and values', async () => {
			const field = [{ name: 'Etapa del ciclo de vida ', value: EXACT }];
			expect(
				await sendFields(operation, { fields: { field }, fieldsJson: { [EXACT]: '0012' } }),
			).toEqual({ 'Etapa del ciclo de vida ': EXACT, [EXACT]: '0012' });
		});

		it.each(['constructor', 'prototype', '__proto__', 'toString', ' ', '0'])(
			'can be named %j, at any depth',
			async (name) => {
				const fieldsJson = `{"${name}": "x", "a": {"${name}": [{"${name}": 1}]}}`;
				const sent = await sendFields(operation, { fieldsJson });
				expect(JSON.stringify(sent)).toBe(JSON.stringify(JSON.parse(fieldsJson)));
			},
		);

		it('are text as typed, and numbers from an expression; empty ones are not sent', async () => {
			const field = [
				{ name: 'typed', value: '0012' },
				{ name: 'number', value: '={{ 5 }}' },
				{ name: 'empty', value: '' },
				{ name: 'missing', value: '={{ $json.missing }}' },
			];
			expect(await sendFields(operation, { fields: { field } })).toEqual({
				typed: '0012',
				number: 5,
			});
		});

		it('prefer Fields to Fields (JSON)', async () => {
			const field = [{ name: 'a', value: '1' }];
			expect(
				await sendFields(operation, { fields: { field }, fieldsJson: '{"a": 2, "b": 3}' }),
			).toEqual({ a: '1', b: 3 });
		});
	});
});

describe('a search', () => {
	it.each([
		['as typed, spaces included', EXACT, EXACT],
		['a number as text', '={{ 1024 }}', '1024'],
		['zeros in front', '0012', '0012'],
		['a half of an emoji as a replacement character', '={{ "x\\ud83d" }}', 'x\ufffd'],
	])('sends its value: %s', async (_, value, expected) => {
		for (const operation of [FIND_CASES, FIND_RECORDS]) {
			server.requests.length = 0;
			const { json } = await send(operation, { parameters: { value } });
			expect(json).toMatchObject({ value: expected });
		}
	});

	it('sends the name of a field and of a module exactly as typed', async () => {
		const { json } = await send(FIND_CASES, {
			parameters: { searchBy: locator('name', ' Número de caso ') },
		});
		expect(json).toMatchObject({ field: ' Número de caso ' });
		server.requests.length = 0;
		const { json: ofRecord } = await send(FIND_RECORDS, {
			parameters: { module: locator('name', 'Ventas '), fieldName: 'Etapa ' },
		});
		expect(ofRecord).toMatchObject({ module: 'Ventas ', field: 'Etapa ' });
	});

	it.each([FIND_CASES, FIND_RECORDS, FIND_RECORDS_BY_DATE])(
		'adds the Body Fields, with their types: $name',
		async (operation) => {
			const { json } = await send(operation, {
				options: { bodyFields: '{ "page": 2, "limit": "10", "filter": { "a": [true] } }' },
			});
			expect(json).toMatchObject({ page: 2, limit: '10', filter: { a: [true] } });
		},
	);

	it.each(['2026-11-01', '2026-11-01 08:00', '2026-11-01 08:00:59'])(
		'sends the date %s as it is',
		async (from) => {
			const { json } = await send(FIND_RECORDS_BY_DATE, { parameters: { from } });
			expect(json).toMatchObject({ date: true, from });
		},
	);
});

describe('the ID of a record', () => {
	it.each([
		{ operation: GET_CASE, parameter: 'caseId', key: 'value' },
		{ operation: UPDATE_RECORD, parameter: 'recordId', key: 'wolkvox-id' },
	])(
		'is found in a URL, and sent without spaces: $operation.name',
		async ({ operation, parameter, key }) => {
			for (const value of [locator('url', `https://c.test/view/${CASE_ID}`), ` ${CASE_ID}\n`]) {
				server.requests.length = 0;
				server.respond = () => ({ body: { ...SUCCESS, data: { wolkvox_id: CASE_ID } } });
				await execute(server, operation.parameters, { parameters: { [parameter]: value } });
				expect(server.requests.map(({ json }) => (json as IDataObject)[key])).toEqual([CASE_ID]);
			}
		},
	);
});

describe('the output of', () => {
	const outputFor = async ({ parameters }: Operation, body: unknown) => {
		server.respond = () => ({ body });
		const { outputs, error } = await execute(server, parameters);
		expect(error).toBeUndefined();
		return outputs[0].map(({ json }) => json);
	};

	const id = CASE_ID;
	const v1 = { result: true, wolkvox_id: id, idPrefijo: 1024 };

	describe.each([CREATE_CASE, CREATE_RECORD])('$name', (operation) => {
		it.each<[string, object, object]>([
			['an ID in data', { ...SUCCESS, data: { wolkvox_id: id } }, { wolkvox_id: id }],
			['the ID beside data', { ...SUCCESS, wolkvox_id: id }, { wolkvox_id: id }],
			['no ID, and none is invented', SUCCESS, { wolkvox_id: '' }],
			['a list', { ...SUCCESS, data: [{ a: 1 }] }, [{ a: 1 }]],
		])('has %s', async (_, body, data) => {
			const [{ data: output, ...rest }] = await outputFor(operation, body);
			expect(output).toEqual(data);
			expect(rest).toMatchObject({ code: 200, msg: SUCCESS.msg });
			expect(rest).not.toHaveProperty('error');
		});

		it('has every key of a response, and the ID of one that is nothing but the record', async () => {
			expect(await outputFor(operation, v1)).toEqual([
				{ ...v1, code: 200, data: { wolkvox_id: id } },
			]);
		});
	});

	it('Record: Update has the ID that was sent if the response has none', async () => {
		expect(await outputFor(UPDATE_RECORD, SUCCESS)).toEqual([
			{ code: 200, msg: SUCCESS.msg, data: { wolkvox_id: 'item0' } },
		]);
	});

	it('Token: Get Quota is what the response says of the token', async () => {
		const quota = {
			description: 'token',
			token_limit: 4800,
			token_use_today: 0,
			available_consumition_options: 4800,
			hours_to_restart_count: 15,
		};
		const body = { code: '200', error: 'null', msg: '1 records were are found', data: quota };
		expect(await outputFor(GET_QUOTA, body)).toEqual([quota]);
	});
});
