import { randomBytes } from 'node:crypto';

import { seedCases, type Case } from '../../sandbox/standin/cases.mts';
import { seedRecords } from '../../sandbox/standin/records.mts';
import {
	nameAndHash,
	readExample,
	STUDIO_SECRET,
	TOKEN,
	useExamples,
} from './support/examples.mts';
import { lastExecution } from './support/execution.mts';
import type { Model } from './support/model.mts';
import { to } from './support/workflow.mts';

const MINUTE = 60_000;
const API = '/server/API/v2/';

jest.setTimeout(2 * MINUTE);

const examples = useExamples('examples-find-and-create');

let first: Case;
let second: Case;
let third: Case;

beforeEach(() => {
	const { cases, records } = examples.standIn;
	cases.splice(0, Infinity, ...seedCases());
	records.splice(0, Infinity, ...seedRecords());
	[first, second, third] = cases;
});

describe('Find a case by its number and update it', () => {
	const CLOSE = { status: 'closed', solution: 'Pagó', note: 'Sí, "llamó" ✔' };

	beforeAll(async () => {
		await examples.publish(readExample('find-case-by-number-and-update.json'));
	});

	it('updates the case that has the number', async () => {
		const response = await update({ number: second.number, ...CLOSE });

		expect(response).toEqual({
			status: 200,
			body: { message: 'The case was updated.', caseId: second.id },
		});
		expect(second.fields).toMatchObject({ status: 'closed', solution: 'Pagó', priority: 'low' });
		expect(second.customFields).toMatchObject({ 'Last note': CLOSE.note, Ciudad: 'Medellín' });
		expect([first, third].map(({ history }) => history)).toEqual([[], []]);
		expect(calls()).toEqual(['cases/queryCases.php', 'cases/update.php']);
		expect(examples.standIn.log[0].body).toEqual({
			operation: 'demo',
			field: 'idPrefijo',
			value: second.number,
		});
	});

	it('sends only what it received', async () => {
		await update({ number: first.number, note: 'Hola' });

		expect(examples.standIn.log[1].fields).toEqual({
			operation: 'demo',
			'wolkvox-id': first.id,
			form: '{"Last note":"Hola"}',
		});
	});

	it('updates nothing if no case has the number', async () => {
		const response = await update({ number: 'CASO-9999', ...CLOSE });

		expect(response).toEqual({
			status: 404,
			body: { error: 'There is no case with this number' },
		});
		expect(calls()).toEqual(['cases/queryCases.php']);
	});

	it('updates nothing if two cases have the number', async () => {
		third.number = second.number;

		const response = await update({ number: second.number, ...CLOSE });

		expect(response).toEqual({
			status: 409,
			body: { error: 'More than one case has this number' },
		});
		expect(calls()).toEqual(['cases/queryCases.php']);
	});

	it('changes nothing without a number', async () => {
		const response = await update({ note: 'Hola' });

		expect(response.status).toBe(500);
		expect(calls()).toEqual([]);
	});

	it('returns why Wolkvox refused the update', async () => {
		const response = await update({ number: second.number, status: 'closed' });

		expect(response).toEqual({
			status: 502,
			body: { error: expect.stringContaining('A closed case needs a solution') },
		});
	});

	async function update(body: Record<string, string>) {
		return await post('update-case-by-number', body);
	}
});

describe('Create a case from a web form', () => {
	const HAPPENED = 'Me cobraron dos veces.\n¿Por qué?';

	beforeAll(async () => {
		await examples.publish(readExample('create-case-from-web-form.json'));
	});

	it.each([
		['a known contact', 'diana.torres@example.com', 'Diana', false, true],
		['a known contact without a file', 'diana.torres@example.com', 'Diana', false, false],
		['a new contact', 'jorge.peña@example.com', 'Jorge Peña', true, true],
		['a new contact without a file', 'jorge.peña@example.com', 'Jorge Peña', true, false],
	])('for %s', async (_what, email, name, isNew, hasFile) => {
		const file = new File([randomBytes(200_000)], 'recibo ñ.png', { type: 'image/png' });

		const page = await submit(email, name, hasFile ? [file] : []);

		expect(examples.standIn.cases).toHaveLength(4);
		const created = examples.standIn.cases[3];
		expect(page).toContain(`The number of your case is ${created.number}.`);
		expect(created.fields).toEqual({
			'case-type': 'Request',
			responsible: 'user@operation',
			owner: 'user@operation',
			contact: email,
			description: HAPPENED.replace('\n', '\r\n'),
			status: 'open',
			priority: 'low',
		});
		expect(
			created.attachments.map(({ name: fileName, sha256 }) => ({ name: fileName, sha256 })),
		).toEqual(hasFile ? [await nameAndHash(file)] : []);
		const contacts = examples.standIn.records.slice(4);
		expect(contacts.map(({ module, fields }) => ({ module, fields }))).toEqual(
			isNew ? [{ module: 'contacts', fields: { namecontact: name, emailcontact: email } }] : [],
		);
		expect(calls()).toEqual([
			'custom/query.php',
			...(isNew ? ['custom/insert.php'] : []),
			'cases/insert.php',
			'cases/queryCases.php',
		]);
	});

	it('keeps the phone number of a new contact', async () => {
		await submit('ana@example.com', 'Ana', [], '300 123');

		expect(examples.standIn.records.at(-1)!.fields.telephonecontact).toBe('300 123');
	});

	it('creates one case if two contacts have the same address', async () => {
		const twin = { ...examples.standIn.records[3], id: '63a1c0de5b7f4e0012ab3405' };
		examples.standIn.records.push(twin);

		await submit('diana.torres@example.com', 'Diana', []);

		expect(examples.standIn.cases).toHaveLength(4);
		expect(calls()).toEqual(['custom/query.php', 'cases/insert.php', 'cases/queryCases.php']);
	});

	it('thanks for a case whose number cannot be read', async () => {
		// Wolkvox says that it created the case, and then does not find it.
		const push = jest.spyOn(examples.standIn.cases, 'push').mockReturnValue(4);
		try {
			const page = await submit('diana.torres@example.com', 'Diana', []);

			expect(page).toContain('Your case was created.');
			expect(push).toHaveBeenCalledTimes(1);
		} finally {
			push.mockRestore();
		}
	});

	async function submit(email: string, name: string, files: File[], phone = '') {
		const page = await examples.submitForm('new-case', [email, name, phone, HAPPENED, ...files]);
		await page.close();
		return page.text;
	}
});

describe('Report open cases every night', () => {
	const READ_BACK = 'Read it back';
	let id: string;

	/** The example, with a node after it that receives the file, as its note asks for. */
	beforeAll(async () => {
		const example = readExample('nightly-report-of-open-cases.json');
		example.nodes.push({
			id: READ_BACK,
			name: READ_BACK,
			type: 'n8n-nodes-base.extractFromFile',
			typeVersion: 1,
			position: [1400, 0],
			parameters: { operation: 'xlsx', binaryPropertyName: 'report', options: {} },
		});
		Object.assign(example.connections, { 'Make a spreadsheet': { main: [[to(READ_BACK)]] } });
		id = await examples.add(example);
	});

	it('has a row for each open case', async () => {
		const execution = await run(id, 'Every night');

		const [{ binary }] = execution.items('Make a spreadsheet');
		expect(binary!.report.fileName).toMatch(/^open-cases-\d{4}-\d\d-\d\d\.xlsx$/);
		expect(execution.items(READ_BACK).map(({ json }) => json)).toEqual([
			expect.objectContaining({
				wolkvox_id: first.id,
				idPrefijo: 'CASO-1001',
				'status.name': 'open',
				contactEmail: 'carlos.restrepo@example.com',
				'form.Ciudad': 'Medellín',
			}),
			expect.objectContaining({ wolkvox_id: second.id, idPrefijo: 'CASO-1002' }),
		]);
		expect(calls()).toEqual(['cases/queryCases.php']);
	});

	it('makes no file if no case is open', async () => {
		for (const one of examples.standIn.cases) one.fields.status = 'closed';

		const execution = await run(id, 'Every night');

		expect(execution.status).toBe('success');
		expect(execution.items('Make a spreadsheet')).toEqual([]);
	});
});

describe('Respond to a wolkvox Studio flow', () => {
	beforeAll(async () => {
		await examples.publish(readExample('webhook-from-wolkvox-studio.json'));
	});

	it('returns the status of the case, and records the date', async () => {
		const response = await post('wolkvox-studio', { caseId: third.id }, STUDIO_SECRET);

		expect(response).toEqual({
			status: 200,
			body: { number: 'CASO-1003', status: 'in progress' },
		});
		expect(third.customFields).toEqual({
			Canal: 'Teléfono',
			Ciudad: 'Medellín',
			'Last contact': expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d$/),
		});
		expect(calls()).toEqual(['cases/queryCases.php', 'cases/update.php']);
	});

	it.each([
		['no secret', {}],
		['another secret', { 'X-Secret': 'guessed' }],
	])('does nothing with %s', async (_what, headers) => {
		const response = await post('wolkvox-studio', { caseId: third.id }, headers);

		expect(response.status).toBe(403);
		expect(calls()).toEqual([]);
	});

	it('returns the error if there is no such case', async () => {
		const unknown = 'ffffffffffffffffffffffff';

		const response = await post('wolkvox-studio', { caseId: unknown }, STUDIO_SECRET);

		expect(response).toEqual({
			status: 502,
			body: { error: expect.stringContaining(unknown) },
		});
		expect(calls()).toEqual(['cases/queryCases.php']);
	});
});

describe('Look for new cases on a schedule', () => {
	it('passes each case on once', async () => {
		const id = await examples.add(readExample('new-cases-on-a-schedule.json'));
		const runs: string[][] = [];
		const look = async () => {
			const execution = await run(id, 'Every hour');
			runs.push(execution.items('Continue here').map(({ json }) => json.idPrefijo));
		};

		await look();
		await look();
		third.fields.status = 'open';
		second.fields.priority = 'high';
		await look();

		expect(runs).toEqual([['CASO-1001', 'CASO-1002'], [], ['CASO-1003']]);
		expect(calls()).toHaveLength(3);
	});
});

describe('Answer questions about a case and close it with an AI agent', () => {
	const example = readExample('find-and-close-case-by-ai-agent.json');
	const { webhookId } = example.nodes.find(({ name }) => name === 'A colleague writes')!;
	const FIND = 'Find_case';
	const CLOSE = 'Close_case';
	let id: string;

	beforeAll(async () => {
		id = await examples.publish(readExample('find-and-close-case-by-ai-agent.json'));
	});

	it('answers a question from the case, and changes nothing', async () => {
		const said = await chat(`Who is responsible for ${first.number}?`, [
			{ tool: FIND, call: { Number: first.number } },
			{ say: 'Laura Gómez is responsible.' },
		]);

		expect(said).toBe('Laura Gómez is responsible.');
		expect(lastToolResult()).toContain(first.fields.responsible);
		expect(calls()).toEqual(['cases/queryCases.php']);
		expect(first.history).toEqual([]);
	});

	it('finds the case by its number, and closes it', async () => {
		const said = await chat(`Close ${first.number}`, [
			{ tool: FIND, call: { Number: first.number } },
			{ tool: CLOSE, call: { Case: first.id, Solution: 'Pagó' } },
			{ say: 'The case is closed.' },
		]);

		expect(said).toBe('The case is closed.');
		expect(first.fields).toMatchObject({ status: 'closed', solution: 'Pagó', priority: 'high' });
		expect(calls()).toEqual(['cases/queryCases.php', 'cases/update.php']);
		const [{ tools }, { messages }] = examples.model.requests;
		expect(
			byName(tools).map(({ function: tool }) => [
				tool.name,
				Object.keys(tool.parameters.properties).sort(),
			]),
		).toEqual([
			[CLOSE, ['Case', 'Solution']],
			[FIND, ['Number']],
		]);
		expect(JSON.parse(messages.at(-1)!.content)).toMatchObject([
			{ wolkvox_id: first.id, idPrefijo: first.number },
		]);
	});

	it('tells the model that there is no such case', async () => {
		await chat('Close CASO-9999', [
			{ tool: FIND, call: { Number: 'CASO-9999' } },
			{ say: 'There is none.' },
		]);

		expect(lastToolResult()).toBe('[{"message":"Nothing matches"}]');
		expect(calls()).toEqual(['cases/queryCases.php']);
	});

	it('tells the model why Wolkvox refused to close it', async () => {
		await chat(`Close ${first.number}`, [
			{ tool: CLOSE, call: { Case: first.id, Solution: '' } },
			{ say: 'It needs a solution.' },
		]);

		expect(lastToolResult()).toContain('A closed case needs a solution');
	});

	it('shows the model neither the token nor the address of the CRM', async () => {
		await chat(`Find ${first.number}`, [
			{ tool: FIND, call: { Number: first.number } },
			{ say: 'Found.' },
		]);

		expect(JSON.stringify(examples.model.requests)).not.toContain(TOKEN);
		expect(JSON.stringify(examples.model.requests)).not.toContain(examples.standIn.url);
	});

	function byName(tools: Model['requests'][number]['tools']) {
		return tools.sort((one, other) => one.function.name.localeCompare(other.function.name));
	}

	/** What the model got from the tool, before it said its last sentence. */
	function lastToolResult(): string {
		return examples.model.requests.at(-1)!.messages.at(-1)!.content;
	}

	async function chat(chatInput: string, script: Model['script']) {
		examples.model.script = script;
		await examples.n8n.request('POST', `/webhook/${webhookId}/chat`, {
			action: 'sendMessage',
			sessionId: randomBytes(4).toString('hex'),
			chatInput,
		});
		const execution = await lastExecution(examples.n8n, id);
		return execution.items('AI Agent')[0]?.json.output;
	}
});

/** The endpoints that were called, in order. */
function calls() {
	return examples.standIn.log.map(({ path }) => path.replace(API, ''));
}

async function post(path: string, body: object, headers: Record<string, string> = {}) {
	const response = await fetch(`${examples.n8n.url}/webhook/${path}`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json', ...headers },
		body: JSON.stringify(body),
	});
	const text = await response.text();
	return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

/** Clicks Execute workflow. */
async function run(id: string, trigger: string) {
	await examples.n8n.request('POST', `/rest/workflows/${id}/run`, {
		triggerToStartFrom: { name: trigger },
	});
	return await lastExecution(examples.n8n, id);
}
