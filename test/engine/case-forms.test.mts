import { createHash } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { ALL_FIELDS, EXPECTED_FORM, PDF, REPORT } from '../support/fields.mts';
import { CLOSE_CASE, CREATE_CASE, locator, UPDATE_CASE } from '../support/operations.mts';
import { fieldOf, useServer } from '../support/server.mts';
import { useStandIn } from '../support/standIn.mts';
import { CASE_ID, execute, numbered, textFile, TOKEN } from '../support/wolkvox.mts';

// What becomes of each value: test/unit/values.test.mts and test/unit/json-fields.test.mts.

const server = useServer();

const { owner, contact, description, status, solution, ...offeredByClose } = ALL_FIELDS;
const { attachments, caseType, customFields, customFieldsJson, ...required } = ALL_FIELDS;
const more = { attachments, customFields, customFieldsJson, solution };

const FORMS = [
	{
		operation: UPDATE_CASE,
		parameters: { caseId: locator('id', ` ${CASE_ID} `), updateFields: ALL_FIELDS },
		unsent: [] as string[],
	},
	{
		operation: CREATE_CASE,
		parameters: { ...required, caseType, additionalFields: more },
		unsent: ['wolkvox-id'],
	},
	{
		operation: CLOSE_CASE,
		parameters: {
			caseId: locator('id', CASE_ID),
			status,
			solution,
			additionalFields: offeredByClose,
		},
		unsent: ['owner', 'contact', 'description'],
	},
];

describe.each(FORMS)('$operation.name', ({ operation, parameters, unsent }) => {
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
			const fields = [
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
			].filter(([name]) => !unsent.includes(name));
			expect(sent.fields.filter(([name]) => name !== 'form')).toEqual(fields);
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

it('Case: Close sends the case, its status and its solution, and nothing else', async () => {
	await execute(server, CLOSE_CASE);
	const [{ fields, files }] = server.requests;
	expect(fields).toEqual([
		['operation', 'demo'],
		['wolkvox-id', 'item0'],
		['status', 'closed'],
		['solution', 'Case solved.'],
	]);
	expect(files).toEqual([]);
});

describe('the advice after Case: Close was rejected', () => {
	const adviceWith = async (additionalFields: IDataObject) => {
		server.respond = () => ({ status: 412, body: { code: 412, msg: 'No' } });
		const { error } = await execute(server, CLOSE_CASE, { parameters: { additionalFields } });
		expect(error!.message).toBe('No');
		return error!.description!;
	};

	it('speaks of the values that were sent', async () => {
		const advice = await adviceWith({ customFieldsJson: { a: 1 } });
		expect(advice).toContain("'Status' must exist for the case type");
		expect(advice).toContain('custom fields must be spelled as in the CRM');
		expect(advice).not.toMatch(/'Owner'|'Contact'|'Solution' was not sent/);
		expect(advice).toContain("'Case Type', 'Priority' and 'Responsible' as required, which were");
	});

	it('names only the required fields that were not sent', async () => {
		const { priority, responsible } = ALL_FIELDS;
		const advice = await adviceWith({ caseType, priority, responsible });
		expect(advice).toContain("'Case Type' must exist in the CRM");
		expect(advice).not.toContain('as required');
	});
});

describe('At the stand-in,', () => {
	const crm = useStandIn({ partialMatches: true });

	it('a case is closed by its number, with its solution and a file, in two calls', async () => {
		const { outputs } = await execute(crm, CLOSE_CASE, {
			items: numbered(1, { report: textFile('report.pdf') }),
			parameters: {
				caseId: locator('number', ' CASO-1002 '),
				additionalFields: { attachments: 'report' },
			},
		});
		expect(outputs[0].map(({ json }) => json.data)).toEqual([
			{ wolkvox_id: '64cb1f0a9d3e5c27b8a41d02' },
		]);
		expect(crm.log.map(({ path }) => path.split('/').at(-1))).toEqual([
			'queryCases.php',
			'update.php',
		]);
		expect(crm.cases[1]).toMatchObject({
			number: 'CASO-1002',
			fields: { status: 'closed', solution: 'Case solved.', priority: 'low' },
			attachments: [{ name: 'report.pdf' }],
		});
		expect(crm.cases.map(({ history }) => history.length)).toEqual([0, 1, 0]);
	});
});
