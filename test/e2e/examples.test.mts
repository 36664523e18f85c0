import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { Case } from '../../sandbox/standin/cases.mts';
import { N8N_FOLDER } from '../../tools/common.mjs';
import { getText, submitForm } from '../../tools/forms.mts';
import type { Workflow } from '../../tools/workflows.mts';
import { EXAMPLES, readExample } from '../support/examples.mts';
import { nameAndHash, STUDIO_SECRET, TOKEN, useExamples } from './support/examples.mts';
import { lastExecution } from './support/execution.mts';
import type { Model } from './support/model.mts';

jest.setTimeout(120_000);

/** The examples that there are in each language, and the words in them that the tests need. */
const LANGUAGES = [
	{
		language: 'English',
		close: { file: 'close-case-from-form.json', path: 'close-case', done: 'Done' },
		create: { file: 'create-case-from-web-form.json', path: 'new-case', thanks: 'Thank you' },
		sheet: {
			file: 'update-cases-from-spreadsheet.json',
			path: 'update-cases',
			columns: ['Case', 'Status', 'Priority', 'Solution'],
			added: ['Row', 'Reason', 'What to do'],
			title: '3 of 5 cases were not updated',
			allDone: 'No row failed. A file without rows changes nothing.',
			damaged: ['Some characters are damaged (\ufffd)', /^Type the text of this row again/],
			correct: 'Correct the row, and upload it again',
		},
		open: {
			file: 'open-cases-of-a-customer.json',
			path: 'open-cases',
			title: 'Open cases: 1',
			none: 'No open case was found for this email address. Check its spelling.',
		},
		agent: {
			file: 'find-and-close-case-by-ai-agent.json',
			tools: ['Find_case', 'Close_case'],
			keys: ['Number', 'Solution'],
		},
		words: { closed: 'closed', type: 'Request', status: 'open', priority: 'low' },
	},
	{
		language: 'Spanish',
		close: { file: 'es/cerrar-caso-desde-formulario.json', path: 'cerrar-caso', done: 'Listo' },
		create: {
			file: 'es/crear-caso-desde-formulario-web.json',
			path: 'nuevo-caso',
			thanks: 'Gracias',
		},
		sheet: {
			file: 'es/actualizar-casos-desde-excel.json',
			path: 'actualizar-casos',
			columns: ['Caso', 'Estado', 'Prioridad', 'Solución'],
			added: ['Fila', 'Motivo', 'Qué hacer'],
			title: 'No se actualizaron 3 de 5 casos',
			allDone: 'Ninguna fila falló. Un archivo sin filas no cambia nada.',
			damaged: ['Hay caracteres dañados (\ufffd)', /^Escriba de nuevo el texto de la fila/],
			correct: 'Corrija la fila y vuelva a subirla',
		},
		open: {
			file: 'es/casos-abiertos-de-un-cliente.json',
			path: 'casos-abiertos',
			title: 'Casos abiertos: 1',
			none: 'No se encontró ningún caso abierto con este correo. Revise que esté bien escrito.',
		},
		agent: {
			file: 'es/buscar-y-cerrar-caso-con-agente-de-ia.json',
			tools: ['Buscar_caso', 'Cerrar_caso'],
			keys: ['Numero', 'Solucion'],
		},
		words: { closed: 'Cerrado', type: 'Solicitud', status: 'Abierto', priority: 'Baja' },
	},
];

const examples = useExamples('examples');
const ids: Record<string, string> = {};
let first: Case;
let second: Case;
let third: Case;

beforeAll(async () => {
	for (const file of EXAMPLES) ids[file] = await examples.publish(readExample(file));
});

beforeEach(() => {
	[first, second, third] = examples.standIn.cases;
});

it.each(EXAMPLES)('n8n keeps %s as it is', async (file) => {
	const { nodes } = readExample(file);
	const stored = await examples.n8n.request<Workflow>('GET', `/rest/workflows/${ids[file]}`);

	expect(stored.nodes.map(({ type, parameters }) => [type, parameters])).toEqual(
		nodes.map(({ type, parameters }) => [type, parameters]),
	);
});

describe.each(LANGUAGES)('in $language', ({ close, create, sheet, open, agent, words }) => {
	const { closed } = words;

	describe('the form that closes a case', () => {
		const report = new File([randomBytes(100_000)], 'informe ñ.pdf', { type: 'application/pdf' });
		const submit = async (number: string) =>
			await submitForm(examples.n8n, close.path, [number, 'Sí, "pagó" ✔', report]);

		it('closes the case with this number, and attaches the report', async () => {
			const page = await submit(` ${second.number} `);

			expect(page).toMatchObject({ title: close.done });
			expect(page.message).toContain(second.number);
			expect(second.fields).toMatchObject({ status: closed, solution: 'Sí, "pagó" ✔' });
			expect(second.attachments).toMatchObject([await nameAndHash(report)]);
			expect([first, third].map(({ history }) => history)).toEqual([[], []]);
			expect(examples.calls).toEqual(['cases/queryCases.php', 'cases/update.php']);
		});

		it('says why it did not', async () => {
			const { message } = await submit('CASO-9999');

			expect(message).toContain('Wolkvox found no case with the number "CASO-9999"');
			expect(message).toContain('[outcome unknown]');
			expect(examples.calls).toEqual(['cases/queryCases.php']);
		});
	});

	describe('the web form for a new case', () => {
		const HAPPENED = 'Me cobraron dos veces.\n¿Por qué?';
		const file = new File([randomBytes(200_000)], 'recibo ñ.png', { type: 'image/png' });

		it.each([
			['a known contact and a file', ' Diana.Torres@Example.com', 'Diana', true, 'update'],
			['a new contact and no file', 'Jorge.Peña@Example.com ', 'Jorge', false, 'insert'],
		])('creates one with %s', async (_what, email, name, hasFile, change) => {
			const files = hasFile ? [file] : [];
			const { title } = await submitForm(examples.n8n, create.path, [
				...[email, name, '300 123', HAPPENED],
				...files,
			]);

			const address = email.trim().toLowerCase();
			const { cases, records } = examples.standIn;
			expect(title).toBe(create.thanks);
			expect(cases.slice(3)).toMatchObject([
				{
					fields: {
						'case-type': words.type,
						responsible: 'user@operation',
						owner: 'user@operation',
						contact: address,
						description: HAPPENED.replace('\n', '\r\n'),
						status: words.status,
						priority: words.priority,
					},
					attachments: await Promise.all(files.map(nameAndHash)),
				},
			]);
			expect(records.filter(({ fields }) => fields.emailcontact === address)).toMatchObject([
				{ module: 'contacts', fields: { namecontact: name, telephonecontact: '300 123' } },
			]);
			expect(examples.calls).toEqual([
				'custom/query.php',
				`custom/${change}.php`,
				'cases/insert.php',
			]);
		});
	});

	describe('the spreadsheet', () => {
		const upload = async (rows: string[][]) =>
			await submitForm(examples.n8n, sheet.path, [
				new File([writeSheet([sheet.columns, ...rows])], 'casos.xlsx'),
			]);

		it('updates each case, and reports the rows of the others', async () => {
			const rows = [
				[first.number, closed, words.priority, 'Sí, "pagó" ✔'],
				['CASO-9999', words.status, '', 'Año'],
				['', words.status, '', ''],
				[second.number, '', '', 'Pag\ufffd'],
				[third.number, '', words.priority, ''],
			];
			const { title, files } = await upload(rows);

			expect(title).toBe(sheet.title);
			const [row, reason, toDo] = sheet.added;
			const [number] = sheet.columns;
			expect(readSheet(files[0].bytes)).toEqual([
				expect.objectContaining({
					[row]: 5,
					[number]: second.number,
					[reason]: sheet.damaged[0],
					[toDo]: expect.stringMatching(sheet.damaged[1]),
				}),
				{
					[row]: 3,
					...Object.fromEntries(
						sheet.columns.map((name, at) => [name, rows[1][at]]).filter(([, value]) => value),
					),
					[reason]: 'Wolkvox found no case with the number "CASO-9999"',
					[toDo]: sheet.correct,
				},
				expect.objectContaining({ [row]: 4, [reason]: "'Case' is empty", [toDo]: sheet.correct }),
			]);
			expect(first.fields).toMatchObject({ status: closed, solution: 'Sí, "pagó" ✔' });
			expect(second.history).toEqual([]);
			expect(third.fields).toMatchObject({ status: 'in progress', priority: words.priority });
		});

		it('says so if all were updated', async () => {
			const page = await upload([[first.number, words.status, '', '']]);

			expect(page).toEqual({ title: '', message: '', files: [] });
			expect(first.fields.status).toBe(words.status);
			const form = await getText(`${examples.n8n.url}/form/${sheet.path}`);
			expect(form).toContain(sheet.allDone);
		});
	});

	describe('the open cases of a customer', () => {
		const EMAIL = ' Carlos.Restrepo@Example.com ';

		it('are shown, and no others', async () => {
			Object.assign(second.fields, { contact: first.fields.contact, status: closed });

			const { title, message } = await submitForm(examples.n8n, open.path, [EMAIL]);

			expect(title).toBe(open.title);
			expect(message).toContain(`<b>${first.number}</b>: ${first.fields.description}`);
			expect(examples.standIn.log[0].body).toMatchObject({ value: EMAIL.trim().toLowerCase() });
		});

		it('can be none', async () => {
			first.fields.status = closed;

			expect(await submitForm(examples.n8n, open.path, [EMAIL])).toMatchObject({ title: '' });
			const form = await getText(`${examples.n8n.url}/form/${open.path}`);
			expect(form).toContain(open.none);
		});
	});

	describe('the AI agent', () => {
		const [FIND, CLOSE] = agent.tools;
		const [NUMBER, SOLUTION] = agent.keys;
		const { nodes } = readExample(agent.file);
		const chatAddress = `/webhook/${nodes.find(({ type }) => type.endsWith('chatTrigger'))!.webhookId}/chat`;

		it('answers a question from the case, and changes nothing', async () => {
			const said = await chat([
				{ tool: FIND, call: { [NUMBER]: first.number } },
				{ say: 'Laura Gómez is responsible.' },
			]);

			expect(said).toBe('Laura Gómez is responsible.');
			expect(lastToolResult()).toContain(first.fields.responsible);
			expect(examples.calls).toEqual(['cases/queryCases.php']);
		});

		it('closes the case, and decides nothing but its number and the solution', async () => {
			await chat([
				{ tool: CLOSE, call: { [NUMBER]: first.number, [SOLUTION]: 'Pagó' } },
				{ say: 'Closed.' },
			]);

			expect(first.fields).toMatchObject({ status: closed, solution: 'Pagó', priority: 'high' });
			expect(examples.calls).toEqual(['cases/queryCases.php', 'cases/update.php']);
			const offered = examples.model.requests[0].tools.map(({ function: tool }) => [
				tool.name,
				Object.keys(tool.parameters.properties).sort(),
			]);
			expect(Object.fromEntries(offered)).toEqual({ [FIND]: [NUMBER], [CLOSE]: agent.keys });
			const seen = JSON.stringify(examples.model.requests);
			for (const hidden of [TOKEN, examples.standIn.url]) expect(seen).not.toContain(hidden);
		});

		it.each([
			['there is no such case', FIND, 'CASO-9999', 'Wolkvox found no case with the number'],
			['there is no solution', CLOSE, 'CASO-1001', "'Solution' is empty"],
		])('is told if %s', async (_what, tool, number, reason) => {
			await chat([{ tool, call: { [NUMBER]: number, [SOLUTION]: '' } }, { say: 'Sorry.' }]);

			expect(lastToolResult()).toContain(reason);
			expect(first.history).toEqual([]);
		});

		it('responds only to people who are logged in', async () => {
			const response = await fetch(examples.n8n.url + chatAddress, { method: 'POST' });

			expect(response.status).toBe(401);
		});

		/** What the model got from the tool, before it said its last sentence. */
		function lastToolResult(): string {
			return examples.model.requests.at(-1)!.messages.at(-1)!.content;
		}

		async function chat(script: Model['script']) {
			examples.model.script = script;
			await examples.n8n.request('POST', chatAddress, {
				action: 'sendMessage',
				sessionId: randomBytes(4).toString('hex'),
				chatInput: 'A message',
			});
			const execution = await lastExecution(examples.n8n, ids[agent.file]);
			return execution.items(nodes.find(({ type }) => type.endsWith('.agent'))!.name)[0]?.json
				.output;
		}
	});
});

it('a follow-up task is created on the case with this number', async () => {
	const page = await submitForm(examples.n8n, 'new-task', [
		third.number,
		'Call back',
		'2026-12-01',
	]);

	expect(page.title).toBe('Done');
	expect(examples.calls).toEqual(['cases/queryCases.php', 'custom/insert.php']);
	expect(examples.standIn.log[1].body).toEqual({
		operation: 'demo',
		module: 'wolkvox_activities',
		type: 'task',
		fields: {
			name: 'Call back',
			status: 'created',
			priority: 'normal',
			completion_date: '2026-12-01 00:00:00',
			name_module: 'cases',
			id_record: third.id,
		},
	});
});

it('a task without a case is not created', async () => {
	const page = await submitForm(examples.n8n, 'new-task', ['CASO-9', 'Call back', '2026-12-01']);

	expect(page.message).toContain('Wolkvox found no case with the number "CASO-9"');
	expect(examples.calls).toEqual(['cases/queryCases.php']);
});

describe('a program that knows the number of a case', () => {
	it('changes what it sends, and nothing else', async () => {
		const response = await post('update-case-by-number', { number: second.number, note: 'Hola' });

		expect(response).toEqual({
			status: 200,
			body: { message: 'The case was updated.', caseId: second.id },
		});
		expect(examples.standIn.log[1].fields).toEqual({
			operation: 'demo',
			'wolkvox-id': second.id,
			form: '{"Last note":"Hola"}',
		});
	});

	it.each([
		['no case has the number', { number: 'CASO-9999', note: 'x' }, 'Wolkvox found no case', 1],
		['it sends no number', { note: 'x' }, "'Case' is empty", 0],
		['Wolkvox refuses', { number: 'CASO-1002', status: 'closed' }, 'needs a solution', 2],
	])('gets the reason if %s', async (_what, body, reason, calls) => {
		const response = await post('update-case-by-number', body);

		expect(response).toEqual({ status: 502, body: { error: expect.stringContaining(reason) } });
		expect(examples.calls).toHaveLength(calls);
	});
});

describe('a wolkvox Studio flow', () => {
	it('gets the status of the case, and the date is recorded', async () => {
		const response = await post('wolkvox-studio', { caseId: third.id }, STUDIO_SECRET);

		expect(response).toEqual({
			status: 200,
			body: { number: 'CASO-1003', status: 'in progress' },
		});
		expect(third.customFields).toMatchObject({
			'Last contact': expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d$/),
		});
	});

	it.each([
		['no secret', {}],
		['another secret', { 'X-Secret': 'guessed' }],
	])('does nothing with %s', async (_what, headers) => {
		const response = await post('wolkvox-studio', { caseId: third.id }, headers);

		expect(response.status).toBe(403);
		expect(examples.calls).toEqual([]);
	});

	it('gets the error if there is no such case', async () => {
		const unknown = 'ffffffffffffffffffffffff';

		const response = await post('wolkvox-studio', { caseId: unknown }, STUDIO_SECRET);

		expect(response).toEqual({ status: 502, body: { error: expect.stringContaining(unknown) } });
	});
});

it('the schedule passes each case on once', async () => {
	const id = ids['new-cases-on-a-schedule.json'];
	const runs: string[][] = [];
	const look = async () => {
		await examples.n8n.request('POST', `/rest/workflows/${id}/run`, {
			triggerToStartFrom: { name: 'Every hour' },
		});
		const execution = await lastExecution(examples.n8n, id);
		runs.push(execution.items('Continue here').map(({ json }) => json.idPrefijo));
	};

	await look();
	await look();
	third.fields.status = 'open';
	second.fields.priority = 'high';
	await look();

	expect(runs).toEqual([['CASO-1001', 'CASO-1002'], [], ['CASO-1003']]);
});

async function post(path: string, body: object, headers: Record<string, string> = {}) {
	const response = await fetch(`${examples.n8n.url}/webhook/${path}`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json', ...headers },
		body: JSON.stringify(body),
	});
	const text = await response.text();
	return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

function xlsx() {
	return createRequire(join(N8N_FOLDER, 'package.json'))('@e965/xlsx');
}

/** A workbook written by n8n's own library; empty cells are missing, as in Excel. */
function writeSheet(rows: string[][]): Buffer {
	const { utils, write } = xlsx();
	const sheet = utils.aoa_to_sheet(rows.map((row) => row.map((value) => value || null)));
	return write({ SheetNames: ['Casos'], Sheets: { Casos: sheet } }, { type: 'buffer' });
}

function readSheet(bytes: Buffer): object[] {
	const { utils, read } = xlsx();
	const { SheetNames, Sheets } = read(bytes);
	return utils.sheet_to_json(Sheets[SheetNames[0]]);
}
