import type { IDataObject } from 'n8n-workflow';

import {
	CREATE_CASE,
	CREATE_CONTACT,
	CREATE_RECORD,
	FIND_CASES,
	FIND_RECORDS,
	GET_CASE,
	locator,
	UPDATE_CASE,
	type Operation,
} from '../support/operations.mts';
import { expectRefusal, parametersOf } from './product.mts';

const WORDS = ['null', 'NULL', 'undefined', ' Undefined\n'];

const AS_TOOL = { isTool: true };

const sent = async (updateFields: IDataObject, settings = AS_TOOL) =>
	await parametersOf(UPDATE_CASE, { updateFields }, settings);

describe.each(WORDS)('the word %j', (word) => {
	const updateFields = {
		status: 'open',
		solution: word,
		caseType: locator('name', word),
		customFields: { field: [{ name: 'a', value: word }] },
		customFieldsJson: word,
		attachments: word,
	};

	it('is empty if a model wrote it for an optional field', async () => {
		const { fields, files } = await sent(updateFields);
		expect(fields).toEqual([['status', 'open']]);
		expect(files).toEqual([]);
	});

	it('is text if a user wrote it', async () => {
		const { customFieldsJson, attachments, ...texts } = updateFields;
		const { fields } = await sent(texts, { isTool: false });
		expect(Object.fromEntries(fields)).toMatchObject({
			'case-type': word,
			solution: word,
			form: JSON.stringify({ a: word }),
		});
		await expectRefusal(
			UPDATE_CASE,
			{ updateFields: { customFieldsJson } },
			/^'Custom Fields \(JSON\)' is not /,
		);
		await expectRefusal(
			UPDATE_CASE,
			{ updateFields: { attachments } },
			/^'Attachments': this item has no file named/,
		);
	});

	it.each<[label: string, Operation, changed: IDataObject]>([
		['Update Fields', UPDATE_CASE, { updateFields: { solution: word } }],
		['Case', GET_CASE, { caseId: locator('id', word) }],
		['Value', FIND_CASES, { value: word }],
		['Field Name', FIND_RECORDS, { fieldName: word }],
		['Module', CREATE_RECORD, { module: locator('name', word) }],
		['Contact', CREATE_CASE, { contact: word }],
		['Contact Fields', CREATE_CONTACT, { contactFields: { email: word } }],
		['Fields', CREATE_RECORD, { fields: { field: [{ name: 'a', value: word }] } }],
	])('is empty if a model wrote it for what is required: %s', async (label, operation, changed) => {
		await expectRefusal(operation, changed, `'${label}' is empty`, AS_TOOL);
	});

	it('is text inside JSON', async () => {
		const { fields } = await sent({ customFieldsJson: JSON.stringify({ a: word }) });
		expect(fields).toContainEqual(['form', JSON.stringify({ a: word })]);
	});
});

it('a sentence with such a word is text', async () => {
	const { fields } = await sent({ solution: 'null and void' });
	expect(fields).toContainEqual(['solution', 'null and void']);
});

describe('white space around a value to search', () => {
	const value = ' CASO-1002\n';

	it.each([FIND_CASES, FIND_RECORDS])('is cut if a model wrote it: $name', async (operation) => {
		const changed = { value, searchBy: locator('name', 'description') };
		expect(await parametersOf(operation, changed, AS_TOOL)).toMatchObject({
			body: { value: 'CASO-1002' },
		});
	});

	it('is kept in the name of a field', async () => {
		const changed = { fieldName: 'Contract ' };
		expect(await parametersOf(FIND_RECORDS, changed, AS_TOOL)).toMatchObject({
			body: { field: 'Contract ' },
		});
	});
});
