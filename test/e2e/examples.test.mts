import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { Case } from '../../sandbox/standin/cases.mts';
import { N8N_FOLDER } from '../../tools/common.mjs';
import type { Workflow } from '../../tools/workflows.mts';
import {
	EXAMPLES,
	getText,
	nameAndHash,
	readExample,
	TOKEN,
	useExamples,
} from './support/examples.mts';
import { lastExecution } from './support/execution.mts';
import type { Model } from './support/model.mts';

const MINUTE = 60_000;
const UNKNOWN = 'ffffffffffffffffffffffff';
const UPDATE = 'Update the case';

jest.setTimeout(2 * MINUTE);

const examples = useExamples('examples');

describe.each(readdirSync(EXAMPLES))('%s', (file) => {
	const example = readExample(file);

	it('is imported by n8n unchanged', async () => {
		const stored = await examples.n8n.request<Workflow>('POST', '/rest/workflows', example);

		expect(stored.nodes.map(({ type, parameters }) => [type, parameters])).toEqual(
			example.nodes.map(({ type, parameters }) => [type, parameters]),
		);
	});

	it('has notes that explain it, and asks for the credentials by their usual names', () => {
		const notes = example.nodes.filter(({ type }) => type === 'n8n-nodes-base.stickyNote');
		expect(notes.length).toBeGreaterThanOrEqual(3);
		for (const { credentials: asked = {} } of example.nodes) {
			for (const [type, credential] of Object.entries(asked)) {
				expect(credential).toEqual({ id: null, name: examples.credentials[type].name });
			}
		}
	});
});

describe('Update cases from a spreadsheet', () => {
	const HEADER = ['Case', 'Status', 'Priority', 'Solution'];
	let id: string;
	let first: Case;
	let second: Case;

	beforeAll(async () => {
		id = await examples.publish(readExample('update-cases-from-spreadsheet.json'));
	});

	beforeEach(() => {
		[first, second] = examples.addCases(2);
	});

	const rows = () => [
		[first.id, 'closed', 'low', 'Sí, "pagó" ✔'],
		[UNKNOWN, 'abierto', '', 'Año'],
		['', 'open', '', ''],
		[second.id, '', 'high', ''],
	];

	it.each([
		['CSV with a byte order mark, as Excel saves it', 'casos.CSV', 'application/vnd.ms-excel', csv],
		['Excel', 'casos.xlsx', '', xlsx],
	])(
		'updates what it can, and returns a report of the rest: %s',
		async (_what, name, type, write) => {
			const page = await upload(new File([write([HEADER, ...rows()])], name, { type }));

			expect(page.text).toContain('Some cases were not updated');
			expect(page.files).toEqual([
				{
					name: 'cases-that-failed.csv',
					text:
						'\ufeffCase,Status,Solution,error\n' +
						`${UNKNOWN},abierto,Año,There is no case with the id ${UNKNOWN}\n` +
						",open,,'Case' is empty [item 2]",
				},
			]);
			expect(first.fields).toEqual({
				status: 'closed',
				priority: 'low',
				solution: 'Sí, "pagó" ✔',
			});
			expect(second.fields).toEqual({ priority: 'high' });
			expect(examples.standIn.log).toHaveLength(3);
		},
	);

	it('pairs updated and failed cases with their rows', async () => {
		await upload(new File([csv([HEADER, ...rows()])], 'casos.csv', { type: 'text/csv' }));

		const execution = await lastExecution(examples.n8n, id);
		const pairs = [0, 1].map((output) =>
			execution.items(UPDATE, output).map(({ pairedItem }) => pairedItem),
		);
		expect(pairs).toEqual([
			[{ item: 0 }, { item: 3 }],
			[{ item: 1 }, { item: 2 }],
		]);
		expect(execution.record).not.toContain(TOKEN);
	});

	it('returns no report if all cases were updated', async () => {
		const page = await upload(
			new File([csv([HEADER, [first.id, 'open', '', '']])], 'casos.csv', { type: 'text/csv' }),
		);

		expect(page.text).not.toContain('not updated');
		expect(page.files).toEqual([]);
		const form = await getText(`${examples.n8n.url}/form/update-cases`);
		expect(form).toContain('All cases were updated.');
		expect(first.fields).toEqual({ status: 'open' });
	});

	async function upload(file: File) {
		const page = await examples.submitForm('update-cases', [file]);
		// The page that ends a form tells n8n so.
		if (page.files.length > 0) await page.close();
		return page;
	}
});

describe('Attach a form response to a case', () => {
	let id: string;
	let target: Case;

	beforeAll(async () => {
		id = await examples.publish(readExample('attach-form-answer-to-case.json'));
	});

	beforeEach(() => {
		[target] = examples.addCases(1);
	});

	it.each([[0], [1], [3]])('with %i files', async (count) => {
		const files = Array.from(
			{ length: count },
			(_, index) => new File([randomBytes(100_000 + index)], `foto ñ ${index}.png`),
		);

		const response = await examples.postForm('case-answer', [
			target.id,
			'Pagué el lunes.',
			...files,
		]);

		expect(response.status).toBe(200);
		expect(target.customFields).toEqual({ 'Customer answer': 'Pagué el lunes.' });
		expect(byName(target.attachments)).toEqual(byName(await Promise.all(files.map(nameAndHash))));
		const execution = await lastExecution(examples.n8n, id);
		expect(Object.keys(execution.items('A customer answers')[0].binary ?? {})).toEqual(
			files.map((_, index) => (count === 1 ? 'Documents' : `Documents_${index}`)),
		);
		expect(execution.items('Add it to the case')).toMatchObject([{ pairedItem: { item: 0 } }]);
	});

	it('reads the case from the link', async () => {
		const page = await getText(`${examples.n8n.url}/form/case-answer?Case=${target.id}`);

		expect(page).toContain(`value="${target.id}"`);
	});

	it('shows an error if Wolkvox refuses the response', async () => {
		const response = await examples.postForm('case-answer', [UNKNOWN, 'Hola']);

		expect(response).toEqual({ status: 500, text: expect.stringContaining('Error') });
	});

	const byName = (files: Array<{ name: string; sha256: string }>) =>
		files.map(({ name, sha256 }) => `${name} ${sha256}`).sort();
});

describe('Update a case with an AI agent', () => {
	const CHAT = '/webhook/c6810f5d-94be-4d27-8a3f-f1b7d5e20c94/chat';
	const MESSAGE = { action: 'sendMessage', sessionId: 'one', chatInput: 'Close it, it is paid' };
	let id: string;
	let target: Case;

	beforeAll(async () => {
		id = await examples.publish(readExample('update-case-by-ai-agent.json'));
	});

	beforeEach(() => {
		[target] = examples.addCases(1);
	});

	it('updates the case and the fields that the model chooses', async () => {
		const call = { Case: target.id, Status: 'closed', Priority: '', Solution: 'Pagó' };

		const said = await chat([{ call }, { say: 'The case is closed.' }]);

		expect(said).toBe('The case is closed.');
		expect(target.fields).toEqual({ status: 'closed', solution: 'Pagó' });
		expect(examples.standIn.log).toHaveLength(1);
		const [{ tools }, { messages }] = examples.model.requests;
		expect(Object.keys(tools[0].function.parameters.properties).sort()).toEqual(
			Object.keys(call).sort(),
		);
		expect(JSON.parse(messages.at(-1)!.content)).toMatchObject([
			{ data: { wolkvox_id: target.id } },
		]);
	});

	it('tells the model why Wolkvox refused the update', async () => {
		await chat([{ call: { Case: UNKNOWN, Status: 'open' } }, { say: 'There is no such case.' }]);

		expect(examples.model.requests[1].messages.at(-1)!.content).toContain(
			`There is no case with the id ${UNKNOWN}. Check 'Case'`,
		);
	});

	it('shows the model neither the token nor the address of the CRM', async () => {
		await chat([{ call: { Case: target.id, Status: 'open' } }, { say: 'Done.' }]);

		expect(JSON.stringify(examples.model.requests)).not.toContain(TOKEN);
		expect(JSON.stringify(examples.model.requests)).not.toContain(examples.standIn.url);
	});

	it('responds only to people who are logged in', async () => {
		const response = await fetch(examples.n8n.url + CHAT, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify(MESSAGE),
		});

		expect(response.status).toBe(401);
		expect(examples.model.requests).toEqual([]);
	});

	async function chat(script: Model['script']) {
		examples.model.script = script;
		await examples.n8n.request('POST', CHAT, MESSAGE);
		const execution = await lastExecution(examples.n8n, id);
		return execution.items('AI Agent')[0]?.json.output;
	}
});

function csv(rows: string[][]) {
	const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
	return '\ufeff' + rows.map((row) => `${row.map(quoted).join(',')}\r\n`).join('');
}

/** A workbook written by n8n's own library; empty cells are missing, as in Excel. */
function xlsx(rows: string[][]) {
	const { utils, write } = createRequire(join(N8N_FOLDER, 'package.json'))('@e965/xlsx');
	const sheet = utils.aoa_to_sheet(rows.map((row) => row.map((value) => value || null)));
	return write({ SheetNames: ['Casos'], Sheets: { Casos: sheet } }, { type: 'buffer' });
}
