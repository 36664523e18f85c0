import type { IDataObject } from 'n8n-workflow';

import { CREATE_CASE, CREATE_RECORD, UPDATE_CASE, type Operation } from '../support/operations.mts';
import { useServer } from '../support/server.mts';
import { CONTINUE, execute, numbered, TOOL } from '../support/wolkvox.mts';

const server = useServer();

/** What n8n takes for the name of a system error, in any case: EACCES, EPERM, EEXIST, ENOENT. */
interface Row {
	name: string;
	operation: Operation;
	parameters: IDataObject;
	/** Whatever message stands there now, it names this. */
	message: RegExp;
}

const KEY = '0'.repeat(10) + '1'.repeat(39);

const update = (updateFields: IDataObject) => ({
	operation: UPDATE_CASE,
	parameters: { updateFields },
});

const ROWS: Row[] = [
	{
		name: 'a number with 49 digits in claveAcceso',
		...update({ customFieldsJson: `{ "claveAcceso": ${KEY.replace(/^0+/, '')} }` }),
		message: /^'Custom Fields \(JSON\)'.*(claveAcceso|1{39}).* \[item 0\]/,
	},
	{
		name: 'a second row with fechaDePermanencia',
		...update({
			customFields: {
				field: ['1', '2'].map((value) => ({ name: 'fechaDePermanencia', value })),
			},
		}),
		message: /^'Custom Fields'.*fechaDePermanencia.* \[item 0\]/,
	},
	{
		name: 'an attachment preexistencias.pdf that is not base64',
		...update({ attachments: 'data' }),
		message: /^'Attachments'.*preexistencias\.pdf.*base64.* \[item 0\]/,
	},
	{
		name: 'a field motivoDeNoEntrega that is NaN',
		operation: CREATE_RECORD,
		parameters: {
			fields: { field: [{ name: 'motivoDeNoEntrega', value: '={{ NaN }}' }] },
		},
		message: /motivoDeNoEntrega.* \[item 0\]/,
	},
	{
		name: 'a refusal of Wolkvox that names claveAcceso',
		operation: CREATE_CASE,
		parameters: {},
		message: /^The field claveAcceso is required/,
	},
];

const BROKEN = { fileName: 'preexistencias.pdf', mimeType: 'application/pdf', data: '¡no!' };

const run = async ({ operation, parameters }: Row, settings: object = {}) => {
	server.respond = () => ({ body: { code: 400, msg: 'The field claveAcceso is required' } });
	return await execute(server, operation, {
		items: numbered(1).map((item) => ({ ...item, binary: { data: BROKEN } })),
		parameters,
		...settings,
	});
};

/** An agent has no files to attach. */
const FOR_TOOLS = ROWS.filter(({ name }) => !name.includes('attachment'));

describe('the message keeps its words, whatever stands in them:', () => {
	it.each(ROWS)('$name, thrown', async (row) => {
		const { error } = await run(row);
		expect(error).toMatchObject({
			message: expect.stringMatching(row.message),
			name: 'NodeApiError',
		});
		expect(error!.context!.itemIndex).toBe(0);
	});

	it.each(ROWS)('$name, on the error output', async (row) => {
		const { outputs } = await run(row, { node: CONTINUE });
		expect(outputs[1].map(({ json }) => json.error)).toEqual([expect.stringMatching(row.message)]);
	});

	it.each(FOR_TOOLS)('$name, to an AI agent', async (row) => {
		const { error } = await run(row, { node: TOOL });
		expect(error!.message.replaceAll('\u2060', '')).toMatch(row.message);
	});

	it.each(FOR_TOOLS)('$name, to another node that calls the tool', async (row) => {
		const { outputs } = await run(row, { isCalled: true });
		const answer = String(outputs[0][0].json.failed);
		expect(answer.replaceAll('\u2060', '')).toMatch(row.message);
		expect(answer).not.toContain('Details:');
	});
});
