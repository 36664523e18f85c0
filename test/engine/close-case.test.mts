import type { IDataObject } from 'n8n-workflow';

import { EXPECTED_FORM, ALL_FIELDS, REPORT } from '../support/fields.mts';
import { CLOSE_CASE, locator, UPDATE_CASE } from '../support/operations.mts';
import { caseIdOf, fieldOf, LOST, REFUSED, useServer } from '../support/server.mts';
import { useStandIn } from '../support/standIn.mts';
import {
	CASE_ID,
	CONTINUE,
	execute,
	expectRefusal,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
	textFile,
} from '../support/wolkvox.mts';

jest.setTimeout(15_000);

const server = useServer();

/** What Close offers beside the case, the status and the solution. */
const { attachments, caseType, customFields, customFieldsJson, priority, responsible } = ALL_FIELDS;
const additionalFields = {
	attachments,
	caseType,
	customFields,
	customFieldsJson,
	priority,
	responsible,
};

it('Case: Close sends the case, its status and its solution, and nothing else', async () => {
	const { outputs } = await execute(server, CLOSE_CASE);
	expect(server.requests).toHaveLength(1);
	const [{ method, url, fields, files }] = server.requests;
	expect([method, url]).toEqual(['POST', '/server/API/v2/cases/update.php']);
	expect(fields).toEqual([
		['operation', 'demo'],
		['wolkvox-id', 'item0'],
		['status', 'closed'],
		['solution', 'Case solved.'],
	]);
	expect(files).toEqual([]);
	expect(outputs[0]).toEqual([
		{
			json: { code: 200, msg: 'Succesfully update record', data: { wolkvox_id: 'item0' } },
			pairedItem: { item: 0 },
		},
	]);
});

it('Case: Close sends what Case: Update sends with the same values, and outputs the same', async () => {
	const items = [{ json: { n: 0 }, files: { report: REPORT } }];
	const caseId = locator('id', CASE_ID);
	const closed = await execute(server, CLOSE_CASE, {
		items,
		parameters: { caseId, additionalFields },
	});
	const updated = await execute(server, UPDATE_CASE, {
		items,
		parameters: {
			caseId,
			updateFields: {
				...additionalFields,
				status: CLOSE_CASE.parameters.status,
				solution: CLOSE_CASE.parameters.solution,
			},
		},
	});
	const [close, update] = server.requests.map(({ url, fields, files }) => ({ url, fields, files }));
	expect(close).toEqual(update);
	expect(JSON.parse(fieldOf(server.requests[0], 'form')!)).toEqual(EXPECTED_FORM);
	expect(close.files).toHaveLength(1);
	expect(closed.outputs).toEqual(updated.outputs);
});

it('Case: Close sends several files one per request, and outputs the case once', async () => {
	const { outputs } = await execute(server, CLOSE_CASE, {
		items: numbered(2, { a: textFile('a.txt'), b: textFile('b.txt') }),
		parameters: { additionalFields: { attachments: 'a, b' } },
	});
	expect(
		server.requests.map((request) => [
			caseIdOf(request),
			fieldOf(request, 'solution'),
			...request.files.map(({ name }) => name),
		]),
	).toEqual([
		['item0', 'Case solved.', 'a.txt'],
		['item0', 'Case solved.', 'b.txt'],
		['item1', 'Case solved.', 'a.txt'],
		['item1', 'Case solved.', 'b.txt'],
	]);
	expect(pairedItems(outputs[0])).toEqual([0, 1]);
});

it.each([
	['together', 'files', ['files[]', 'files[]']],
	['together', 'file', ['file[]', 'file[]']],
])(
	'Case: Close has the options of Case: Update for files: %s, as %s',
	async (multipleFiles, attachmentField, parts) => {
		await execute(server, CLOSE_CASE, {
			items: numbered(1, { a: textFile('a.txt'), b: textFile('b.txt') }),
			parameters: { additionalFields: { attachments: 'a, b' } },
			options: { multipleFiles, attachmentField },
		});
		expect(server.requests.map(({ files }) => files.map(({ part }) => part))).toEqual([parts]);
	},
);

describe('Case: Close refuses before sending', () => {
	it.each<{ label: string; field: string; advice: string }>([
		{ label: 'Status', field: 'status', advice: 'Enter the status that closes the case.' },
		{ label: 'Solution', field: 'solution', advice: 'Wolkvox requires it to close a case.' },
	])("'$label' if it is empty", async ({ label, field, advice }) => {
		for (const value of ['  ', '={{ "" }}', '={{ undefined }}', '={{ null }}']) {
			const result = await execute(server, CLOSE_CASE, { parameters: { [field]: value } });
			expect(expectRefusal(server, result, `'${label}' is empty`)).toContain(advice);
		}
	});

	it("a value that is none, and a file that the item doesn't have", async () => {
		expectRefusal(
			server,
			await execute(server, CLOSE_CASE, { parameters: { solution: '={{ ({ a: 1 }) }}' } }),
			/^'Solution' must be text, but is an object/,
		);
		expectRefusal(
			server,
			await execute(server, CLOSE_CASE, {
				parameters: { additionalFields: { attachments: 'report' } },
			}),
			/^'Attachments'/,
		);
	});

	it('only the items that lack something, if the run goes on', async () => {
		const { outputs } = await execute(server, CLOSE_CASE, {
			items: numbered(3),
			parameters: { solution: '={{ $json.n === 1 ? "" : "Done" }}' },
			node: CONTINUE,
		});
		expect(server.requests.map(caseIdOf)).toEqual(['item0', 'item2']);
		expect(pairedItems(outputs[0])).toEqual([0, 2]);
		expect(outputs[1]).toEqual([
			{ json: { n: 1, error: "'Solution' is empty [item 1]" }, pairedItem: { item: 1 } },
		]);
	});
});

describe('Case: Close that fails', () => {
	const adviceAfter = async (fields: IDataObject) => {
		server.respond = () => ({ status: 412, body: { code: 412, msg: 'No' } });
		const { error } = await execute(server, CLOSE_CASE, {
			parameters: { additionalFields: fields },
		});
		expect(error!.message).toBe('No');
		return error!.description!;
	};

	it('because of its values speaks of those that were sent', async () => {
		const advice = await adviceAfter({ customFieldsJson: { a: 1 } });
		expect(advice).toContain("'Status' must exist for the case type");
		expect(advice).toContain('custom fields must be spelled as in the CRM');
		expect(advice).not.toMatch(/'Owner'|'Contact'|'Solution' was not sent/);
		expect(advice).toContain("'Case Type', 'Priority' and 'Responsible' as required, which were");
	});

	it('because of its values names only the required fields that were not sent', async () => {
		const advice = await adviceAfter({ caseType, priority, responsible });
		expect(advice).toContain("'Case Type' must exist in the CRM");
		expect(advice).not.toContain('as required');
	});

	it('without an answer is not sent again, nor is a later item of the same case', async () => {
		server.respond = () => LOST;
		const { outputs } = await execute(server, CLOSE_CASE, {
			items: numbered(2),
			parameters: { caseId: locator('id', CASE_ID) },
			node: { ...RETRY_ON_FAIL, ...CONTINUE },
		});
		expect(server.requests).toHaveLength(1);
		expect(outputs[1].map(({ json }) => json.error)).toEqual([
			expect.stringMatching(/ \[outcome unknown\]$/),
			'It is unknown whether item 0 has updated the same case [item 1]',
		]);
	});

	it('is sent again by Retry On Fail, and what was closed is not', async () => {
		let refusals = 1;
		server.respond = (request) => (caseIdOf(request) === 'item1' && refusals-- > 0 ? REFUSED : {});
		const { outputs } = await execute(server, CLOSE_CASE, {
			items: numbered(3),
			node: RETRY_ON_FAIL,
		});
		expect(server.requests.map(caseIdOf)).toEqual(['item0', 'item1', 'item1', 'item2']);
		expect(pairedItems(outputs[0])).toEqual([0, 1, 2]);
	});
});

describe('At the stand-in,', () => {
	const crm = useStandIn();

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
