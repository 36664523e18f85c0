import { randomBytes } from 'node:crypto';
import type { Workflow } from '../../tools/workflows.mts';
import { readExample } from '../support/examples.mts';
import { lastExecution, type Json } from './support/execution.mts';
import { useExamples } from './support/examples.mts';

jest.setTimeout(120_000);

const examples = useExamples('tools');
const AGENT = 'find-and-close-case-by-ai-agent.json';

/** A field that the model fills in. */
const byModel = (name: string, type = 'string') =>
	`={{ $fromAI('${name}', 'The ${name}', '${type}') }}`;
const locator = (mode: string, name: string) => ({ __rl: true, mode, value: byModel(name) });

const CASE = {
	caseType: locator('name', 'type'),
	contact: byModel('contact'),
	description: byModel('description'),
	status: byModel('status'),
	priority: byModel('priority'),
	responsible: byModel('responsible'),
	owner: byModel('owner'),
};
const FIELDS = { fields: { field: [{ name: byModel('name'), value: byModel('value') }] } };
const MODULE = locator('name', 'module');

/** Every operation, with each of its fields filled in by the model. */
const TOOLS = {
	Create_case: {
		resource: 'case',
		operation: 'create',
		...CASE,
		additionalFields: { solution: byModel('solution'), customFieldsJson: byModel('more', 'json') },
	},
	Get_case: { resource: 'case', operation: 'get', caseId: locator('id', 'case') },
	Get_cases: {
		resource: 'case',
		operation: 'getMany',
		searchBy: locator('name', 'field'),
		value: byModel('value'),
		returnAll: byModel('all', 'boolean'),
		limit: byModel('limit', 'number'),
	},
	Update_case: {
		resource: 'case',
		operation: 'update',
		caseId: locator('url', 'case'),
		updateFields: { ...CASE, solution: byModel('solution') },
	},
	Create_record: { resource: 'record', operation: 'create', module: MODULE, ...FIELDS },
	Get_records: {
		resource: 'record',
		operation: 'getMany',
		module: MODULE,
		filterBy: 'field',
		fieldName: byModel('field'),
		value: byModel('value'),
	},
	Get_records_by_date: {
		resource: 'record',
		operation: 'getMany',
		module: MODULE,
		filterBy: 'dateRange',
		from: byModel('from'),
		to: byModel('to'),
		returnAll: true,
	},
	Update_record: {
		resource: 'record',
		operation: 'update',
		module: MODULE,
		recordId: locator('id', 'record'),
		...FIELDS,
	},
	Get_quota: { resource: 'token', operation: 'getQuota' },
};

let id: string;
let webhookId: string;

beforeAll(async () => {
	const workflow = withTools(readExample(AGENT));
	webhookId = workflow.nodes.find(({ type }) => type.endsWith('chatTrigger'))!.webhookId as string;
	id = await examples.publish(workflow);
});

describe('as a tool of an AI agent, with each field filled in by the model', () => {
	const VALUES = {
		type: 'Request',
		contact: 'carlos.restrepo@example.com',
		description: 'No dial tone',
		status: 'open',
		priority: 'low',
		responsible: 'laura.gomez@demo',
		owner: 'ana.ruiz@demo',
		solution: '',
	};

	it('Case: Create', async () => {
		const { data } = await call('Create_case', { ...VALUES, more: { Canal: 'Chat' } as never });
		const [created] = examples.standIn.cases.slice(-1);
		expect(data).toEqual({ wolkvox_id: created.id });
		expect(created.fields).toMatchObject({ contact: VALUES.contact, 'case-type': 'Request' });
		expect(created.customFields).toEqual({ Canal: 'Chat' });
	});

	it('Case: Get', async () => {
		const [first] = examples.standIn.cases;
		expect(await call('Get_case', { case: first.id })).toMatchObject({ wolkvox_id: first.id });
	});

	it('Case: Get Many', async () => {
		const [first] = examples.standIn.cases;
		const search = { field: 'idPrefijo', value: first.number, all: false, limit: 1 } as never;
		expect(await call('Get_cases', search)).toMatchObject({ idPrefijo: first.number });
	});

	it('Case: Get Many, which says so if nothing matches', async () => {
		const search = { field: 'idPrefijo', value: 'CASO-0', all: true, limit: 1 } as never;
		expect(await call('Get_cases', search)).toEqual({ message: 'Nothing matches' });
	});

	it('Case: Update', async () => {
		const [first] = examples.standIn.cases;
		const url = `https://crm.wolkvox.com/cases/${first.id}`;
		await call('Update_case', { ...VALUES, case: url, priority: 'urgent' });
		expect(first.fields.priority).toBe('urgent');
	});

	it('Record: Create, Get Many and Update', async () => {
		const contacts = { module: 'contacts' };
		const email = 'eva@example.com';
		const { data } = await call('Create_record', {
			...contacts,
			name: 'emailcontact',
			value: email,
		});
		const record = { ...contacts, record: data.wolkvox_id };
		await call('Update_record', { ...record, name: 'namecontact', value: 'Eva' });
		const found = { wolkvox_id: data.wolkvox_id, namecontact: 'Eva' };
		const search = { ...contacts, field: 'emailcontact', value: email };
		expect(await call('Get_records', search)).toMatchObject(found);
		const period = { ...contacts, from: '2026-01-01 00:00', to: '2999-01-01 00:00' };
		expect(await call('Get_records_by_date', period)).toMatchObject(found);
	});

	it('Token: Get Quota', async () => {
		expect(await call('Get_quota', {})).toMatchObject({ token_limit: expect.any(Number) });
	});

	it('each is described to the model by its action', async () => {
		await call('Get_quota', {});
		const [{ tools }] = examples.model.requests;
		expect(new Set(tools.map(({ function: tool }) => tool.description))).toEqual(
			new Set([
				'Create case in Wolkvox CRM',
				'Get case in Wolkvox CRM',
				'Get many cases in Wolkvox CRM',
				'Update case in Wolkvox CRM',
				'Create record in Wolkvox CRM',
				'Get many records in Wolkvox CRM',
				'Update record in Wolkvox CRM',
				'Get token quota in Wolkvox CRM',
			]),
		);
	});
});

/** Lets the model call a tool; returns the last entry of what the tool tells it. */
async function call(tool: string, values: Record<string, string>): Promise<Json> {
	examples.model.requests.length = 0;
	examples.model.script = [{ tool, call: values }, { say: 'Done.' }];
	await examples.n8n.request('POST', `/webhook/${webhookId}/chat`, {
		action: 'sendMessage',
		sessionId: randomBytes(4).toString('hex'),
		chatInput: 'Go',
	});
	await lastExecution(examples.n8n, id);
	const { content } = examples.model.requests[1].messages.at(-1)!;
	try {
		return [JSON.parse(content)].flat().at(-1);
	} catch {
		throw new Error(`The tool said: ${content}`);
	}
}

/** The example of an agent, with these tools in place of its own. */
function withTools(example: Workflow): Workflow {
	const isTool = ({ type }: { type: string }) => type.endsWith('wolkvoxCrmTool');
	const [tool] = example.nodes.filter(isTool);
	const nodes = Object.entries(TOOLS).map(([name, parameters]) => ({
		...tool,
		id: name,
		name,
		parameters: { ...parameters, options: {} },
	}));
	const others = Object.entries(example.connections).filter(([from]) => !from.endsWith(' case'));
	const to = [[{ node: 'AI Agent', type: 'ai_tool', index: 0 }]];
	return {
		...example,
		name: 'Every operation as a tool',
		nodes: [...example.nodes.filter((node) => !isTool(node)), ...nodes],
		connections: {
			...Object.fromEntries(others),
			...Object.fromEntries(nodes.map(({ name }) => [name, { ai_tool: to }])),
		},
	};
}
