import type { IDataObject } from 'n8n-workflow';

import { CREATE_CASE, UPDATE_CASE, type Operation } from '../support/operations.mts';
import { useServer } from '../support/server.mts';
import { CONTINUE, execute, numbered, TOOL } from '../support/wolkvox.mts';

const server = useServer();

/**
 * n8n replaces a message that contains the name of a system error, in any case: EACCES is in
 * "claveAcceso", and EEXIST in "preexistencias". The other names: test/unit/our-words.test.mts.
 */
const ROWS: Array<[name: string, Operation, parameters: IDataObject, message: RegExp]> = [
	[
		'a number that is too long',
		UPDATE_CASE,
		{ updateFields: { customFieldsJson: `{ "claveAcceso": ${'1'.repeat(39)} }` } },
		/^'Custom Fields \(JSON\)'.*(claveAcceso|1{39}).* \[item 0\]/,
	],
	['a refusal of Wolkvox', CREATE_CASE, {}, /^The field claveAcceso is required/],
];

const ATTACHMENT: (typeof ROWS)[number] = [
	'an attachment that is not base64',
	UPDATE_CASE,
	{ updateFields: { attachments: 'data' } },
	/^'Attachments'.*preexistencias\.pdf.*base64.* \[item 0\]/,
];

const BROKEN = { fileName: 'preexistencias.pdf', mimeType: 'application/pdf', data: '¡no!' };

const run = async ([, operation, parameters]: (typeof ROWS)[number], settings: object = {}) => {
	server.respond = () => ({ body: { code: 400, msg: 'The field claveAcceso is required' } });
	const items = numbered(1).map((item) => ({ ...item, binary: { data: BROKEN } }));
	return await execute(server, operation, { items, parameters, ...settings });
};

/** What is read of a text in which nobody sees a word joiner. */
const read = (text: unknown) => String(text).replaceAll('\u2060', '');

describe('a message keeps its words', () => {
	it.each([...ROWS, ATTACHMENT])('thrown, and on the error output: %s', async (...row) => {
		const [, , , message] = row;
		const { error } = await run(row);
		expect(error).toMatchObject({ name: 'NodeApiError', context: { itemIndex: 0 } });
		expect(error!.message).toMatch(message);
		const { outputs } = await run(row, { node: CONTINUE });
		expect(outputs[1].map(({ json }) => json.error)).toEqual([expect.stringMatching(message)]);
	});

	// An agent has no files to attach.
	it.each(ROWS)('to an AI agent, and to another node that calls the tool: %s', async (...row) => {
		const [, , , message] = row;
		const { error } = await run(row, { node: TOOL });
		expect(read(error!.message)).toMatch(message);
		const { outputs } = await run(row, { isCalled: true });
		const [{ json }] = outputs[0];
		expect(read(json.failed)).toMatch(message);
		expect(read(json.failed)).not.toContain('Details:');
	});
});
