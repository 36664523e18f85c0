import { createHash } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { ALL_FIELDS, EXPECTED_FORM, PDF, REPORT } from '../support/fields.mts';
import { CREATE_CASE, locator, UPDATE_CASE } from '../support/operations.mts';
import { caseIdOf, fieldOf, useServer } from '../support/server.mts';
import { CASE_ID, execute, TOKEN, update } from '../support/wolkvox.mts';

const server = useServer();

const { attachments, caseType, customFields, customFieldsJson, solution, ...required } = ALL_FIELDS;

const FORMS = [
	{
		operation: UPDATE_CASE,
		parameters: { caseId: locator('id', ` ${CASE_ID} `), updateFields: ALL_FIELDS },
		ids: [['wolkvox-id', CASE_ID]],
	},
	{
		operation: CREATE_CASE,
		parameters: {
			...required,
			caseType,
			additionalFields: { attachments, customFields, customFieldsJson, solution },
		},
		ids: [],
	},
];

describe.each(FORMS)('$operation.name', ({ operation, parameters, ids }) => {
	it.each(['default', 'filesystem'] as const)(
		'sends every field, the file byte for byte, and the token in its header (binary data: %s)',
		async (binaryMode) => {
			await execute(server, operation, {
				binaryMode,
				parameters: parameters as unknown as IDataObject,
				items: [{ json: {}, files: { report: REPORT } }],
			});
			const [sent] = server.requests;
			expect([sent.method, sent.url]).toEqual(['POST', `/server/API/v2/${operation.path}`]);
			expect(sent.headers).toMatchObject({
				'content-type': expect.stringMatching(/^multipart\/form-data; boundary=/),
				'content-length': expect.stringMatching(/^\d+$/),
				'wolkvox-token': TOKEN,
			});
			expect(sent.fields.filter(([name]) => name !== 'form')).toEqual([
				['operation', 'demo'],
				...ids,
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
		},
	);
});

describe('Case: Update', () => {
	/** Updates a case and returns the fields that were sent after the operation and the ID. */
	const send = async (updateFields: IDataObject) => {
		await update(server, { updateFields });
		return Object.fromEntries(server.requests[0].fields.slice(2));
	};

	it('sends only fields that have a value', async () => {
		const fields = await send({
			status: 'open',
			solution: '',
			priority: '={{ $json.missing }}',
			owner: '={{ null }}',
			caseType: locator('list', ''),
			customFields: { field: [{ name: 'Empty', value: '' }] },
			customFieldsJson: ' ',
		});
		expect(fields).toEqual({ status: 'open' });
	});

	it('sends numbers, booleans and dates as text', async () => {
		const fields = await send({
			priority: '={{ 3 }}',
			status: '={{ false }}',
			solution: '={{ 0 }}',
			owner: '={{ DateTime.fromISO("2026-01-02T03:04:05Z", { zone: "utc" }) }}',
			description: '={{ new Date(0) }}',
		});
		expect(fields).toEqual({
			priority: '3',
			status: 'false',
			solution: '0',
			owner: '2026-01-02T03:04:05.000Z',
			description: '1970-01-01T00:00:00.000Z',
		});
	});

	it.each([
		['the name of a case type', locator('name', 'Incidentes'), 'Incidentes'],
		['an expression that returns its name', '={{ "Claims" }}', 'Claims'],
	])('accepts %s', async (_, type, expected) => {
		expect(await send({ caseType: type })).toEqual({ 'case-type': expected });
	});

	it.each(['{}', '={{ {} }}'])('sends %s as empty custom fields', async (json) => {
		expect(await send({ customFieldsJson: json })).toEqual({ form: '{}' });
	});

	it('prefers Custom Fields to Custom Fields (JSON)', async () => {
		const fields = await send({
			customFieldsJson: '{"a": 1, "b": 2}',
			customFields: { field: [{ name: 'b', value: '={{ 5 }}' }] },
		});
		expect(fields).toEqual({ form: '{"a":1,"b":5}' });
	});

	it.each<[string, unknown]>([
		['an ID', locator('id', CASE_ID)],
		['the URL of the open case', locator('url', `https://c.test/case/${CASE_ID}?tab=1`)],
		['an expression that returns the ID', `={{ "${CASE_ID}" }}`],
	])('names its case by %s', async (_, caseId) => {
		const { outputs } = await update(server, { caseId });
		expect(server.requests.map(caseIdOf)).toEqual([CASE_ID]);
		expect(outputs[0][0].json.data).toEqual({ wolkvox_id: CASE_ID });
	});
});

describe('Case: Create', () => {
	it('sends values exactly as they are, and dates, numbers and booleans as text', async () => {
		const contact = "  Ñandú \"12\" \\ 'it's' <b> %20 & 🙂  0012  ";
		const parameters = {
			contact,
			status: '={{ 0 }}',
			priority: '={{ false }}',
			caseType: '={{ "Incidentes " }}',
			owner: '={{ DateTime.fromISO("2026-01-02T03:04:05Z", { zone: "utc" }) }}',
			description: '={{ new Date(0) }}',
		};
		await execute(server, CREATE_CASE, { parameters });
		const [sent] = server.requests;
		expect(Object.fromEntries(sent.fields)).toEqual({
			operation: 'demo',
			'case-type': 'Incidentes ',
			contact,
			status: '0',
			priority: 'false',
			owner: '2026-01-02T03:04:05.000Z',
			description: '1970-01-01T00:00:00.000Z',
			responsible: 'agent10@demo',
		});
	});
});
