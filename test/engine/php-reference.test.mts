import { createHash } from 'node:crypto';

import fc from 'fast-check';
import FormData from 'form-data';
import type { IDataObject } from 'n8n-workflow';

import type { TestFile } from '../support/engine.mts';
import { ALL_FIELDS, EXPECTED_FORM, PDF, REPORT } from '../support/fields.mts';
import { CREATE_CASE, CREATE_RECORD } from '../support/operations.mts';
import type { PhpRequest } from '../support/php.mts';
import { describeWithPhp, postFormData, usePhp, withCrlf } from '../support/php.mts';
import { writeSection } from '../support/report.mts';
import { CASE_ID, execute, locator, numbered, textFile, update } from '../support/wolkvox.mts';

const RUNS = Number(process.env.FIDELITY_RUNS ?? 1000);

/** Random new cases and records, which share most of their code with updates. */
const CREATES = Math.ceil(RUNS / 4);

const SEED = Number(process.env.FIDELITY_SEED ?? Date.now() % 2 ** 31);
beforeAll(() => console.log(`fast-check seed: ${SEED} (repeat with FIDELITY_SEED=${SEED})`));

const TEXT_PARTS: Record<string, string> = {
	caseType: 'case-type',
	responsible: 'responsible',
	owner: 'owner',
	contact: 'contact',
	description: 'description',
	status: 'status',
	priority: 'priority',
	solution: 'solution',
};

describeWithPhp('PHP reads from the node what it reads from form-data', () => {
	const php = usePhp();

	const fromNode = async (
		updateFields: IDataObject,
		files?: Record<string, TestFile>,
		options = {},
		binaryMode?: 'default' | 'filesystem',
	) => {
		const { outputs, error } = await update(php, {
			binaryMode,
			caseId: locator('id', CASE_ID),
			updateFields,
			options,
			items: numbered(1, files),
		});
		if (error) throw error;
		return outputs[0][0].json.received as unknown as PhpRequest;
	};

	/** The same from Case: Create, some of whose fields are parameters of their own. */
	const fromCreate = async (
		{ solution, ...required }: IDataObject,
		customFieldsJson: string,
		file?: TestFile,
	) => {
		const attachments = file ? 'file' : '';
		const { outputs, error } = await execute(php, CREATE_CASE.parameters, {
			parameters: { ...required, additionalFields: { solution, customFieldsJson, attachments } },
			items: numbered(1, file && { file }),
		});
		if (error) throw error;
		return outputs[0][0].json.received as unknown as PhpRequest;
	};

	const fromFormData = async (
		texts: IDataObject,
		form: string,
		file?: TestFile,
		ids: Record<string, string> = { 'wolkvox-id': CASE_ID },
	) => {
		const reference = new FormData();
		reference.append('operation', 'demo');
		for (const [name, id] of Object.entries(ids)) reference.append(name, id);
		for (const [name, part] of Object.entries(TEXT_PARTS)) {
			if (name in texts) reference.append(part, withCrlf(texts[name] as string));
		}
		reference.append('form', form);
		if (file) {
			const { name: filename, type: contentType } = file;
			reference.append('files', file.contents, { filename, contentType });
		}
		return await postFormData(php.url, reference);
	};

	it.each(['default', 'filesystem'] as const)(
		'with every field and a file (binary data: %s)',
		async (binaryMode) => {
			const report = { ...REPORT, name: 'informe ñ.pdf' };
			const received = await fromNode(ALL_FIELDS, { report }, {}, binaryMode);
			const texts = { ...ALL_FIELDS, caseType: 'Request' };
			const expected = await fromFormData(texts, JSON.stringify(EXPECTED_FORM), report);

			expect(received).toMatchObject({ fields: expected.fields, files: expected.files });
			expect(received.form).toEqual(EXPECTED_FORM);
			expect(received.files.files).toMatchObject({ error: 0, sha256: sha256(PDF) });
		},
	);

	it('with 5 MB that look like boundaries', async () => {
		const contents = Buffer.alloc(
			5 * 2 ** 20,
			'\r\n--axios-1.18.0-boundary-\r\nContent-Disposition: form-data; name="x"\r\n\r\n',
		);
		const file = { name: 'big.bin', type: 'application/pdf', contents };
		const received = await fromNode({ customFieldsJson: '{}', attachments: 'file' }, { file });
		const expected = await fromFormData({}, '{}', file);
		expect(received).toMatchObject({ fields: expected.fields, files: expected.files });
		expect(received.files.files).toMatchObject({ error: 0, sha256: sha256(contents) });
	});

	it(`with any values (${RUNS} random updates)`, async () => {
		await fc.assert(
			fc.asyncProperty(updates, async ({ texts = {}, form, file }) => {
				const json = JSON.stringify(form);
				const fields = { ...texts, customFieldsJson: json, ...(file && { attachments: 'file' }) };
				const received = await fromNode(fields, file && { file });
				const expected = await fromFormData(texts, json, file);

				expect(received).toMatchObject({ fields: expected.fields, files: expected.files });
				expect(received.form).toEqual(JSON.parse(json));
				expect(JSON.parse(received.fields.form)).toEqual(JSON.parse(json));
				expect(Object.keys(received.fields).sort()).toEqual(
					[
						'operation',
						'wolkvox-id',
						'form',
						...Object.keys(texts).map((name) => TEXT_PARTS[name]),
					].sort(),
				);
				if (file) {
					expect(received.files.files).toMatchObject({ error: 0, sha256: sha256(file.contents) });
				}
			}),
			{ numRuns: RUNS, seed: SEED },
		);
		writeSection(
			'Fidelity',
			`${RUNS} random updates, ${CREATES} new cases and as many new records (fast-check, seed ${SEED}): PHP reads from the node what it reads from the \`form-data\` package, field by field and file by file, with line breaks as CRLF, and its json_decode reads the custom fields that were entered. No value added a part or a header.`,
		);
	}, 300_000);

	it(`with any values of a new case (${CREATES} random cases)`, async () => {
		await fc.assert(
			fc.asyncProperty(newCases, async ({ texts, form, file }) => {
				const json = JSON.stringify(form);
				const received = await fromCreate(texts, json, file);
				const expected = await fromFormData(texts, json, file, {});

				expect(received).toMatchObject({ fields: expected.fields, files: expected.files });
				expect(received.form).toEqual(JSON.parse(json));
				expect(Object.keys(received.fields).sort()).toEqual(
					['operation', 'form', ...Object.keys(texts).map((name) => TEXT_PARTS[name])].sort(),
				);
			}),
			{ numRuns: CREATES, seed: SEED },
		);
	}, 300_000);

	it(`with any values of a new record (${CREATES} random records)`, async () => {
		await fc.assert(
			fc.asyncProperty(text, nonEmptyForm, async (name, fields) => {
				const { outputs, error } = await execute(php, CREATE_RECORD.parameters, {
					parameters: {
						module: locator('name', name),
						fields: {},
						fieldsJson: JSON.stringify(fields),
					},
				});
				if (error) throw error;
				const { json } = outputs[0][0].json.received as unknown as PhpRequest;
				const module = name.replace(/\p{Surrogate}/gu, '\ufffd');
				expect(json).toEqual({
					operation: 'demo',
					module,
					fields: JSON.parse(JSON.stringify(fields)),
				});
			}),
			{ numRuns: CREATES, seed: SEED },
		);
	}, 300_000);

	it('with a zero byte in the name of a custom field', async () => {
		const json = JSON.stringify({ '\0': 'zero byte' });
		const { fields } = await fromNode({ customFieldsJson: json });
		expect(fields).toEqual((await fromFormData({}, json)).fields);
	});
});

describeWithPhp('half an emoji does not make PHP drop the custom fields', () => {
	const php = usePhp();
	const HALF = '🙂'.slice(0, 1);

	it.each<[string, IDataObject]>([
		['in a value', { customFields: { field: [{ name: 'a', value: `x${HALF}` }] } }],
		['in a name', { customFieldsJson: `={{ ({ ["a${HALF}"]: 1 }) }}` }],
		['deep in JSON', { customFieldsJson: JSON.stringify({ a: [{ b: `${HALF}x` }] }) }],
	])('%s', async (_, updateFields) => {
		const { customFieldsJson = '{}', ...others } = updateFields;
		const { outputs } = await update(php, {
			updateFields: { ...others, customFieldsJson },
			caseId: locator('id', CASE_ID),
		});
		const { form } = outputs[0][0].json.received as unknown as PhpRequest;
		expect(JSON.stringify(form)).toContain('\ufffd');
	});
});

describeWithPhp('PHP receives', () => {
	const php = usePhp();

	/** Attaches the files to a case and returns how PHP describes them. */
	const attach = async (files: TestFile[], options = {}) => {
		const { outputs } = await update(php, {
			options,
			updateFields: { attachments: Object.keys(files).join(',') },
			items: numbered(1, Object.fromEntries(files.entries())),
		});
		return (outputs[0][0].json.received as unknown as PhpRequest).files.files;
	};

	it('both of two files that are sent together', async () => {
		const files = [textFile('1.txt'), textFile('2.txt', 'xx')];
		expect(await attach(files, { multipleFiles: 'together' })).toMatchObject([
			{ name: '1.txt', size: 1 },
			{ name: '2.txt', size: 2 },
		]);
	});

	it('quotes in a name as browsers send them', async () => {
		expect(await attach([REPORT])).toMatchObject({ name: 'informe ñ %22final%22.pdf' });
	});

	it.each(['\0', '\0a.pdf', 'a\0b.pdf', '\\', '/', 'a\\', 'a/', '"\\', '\r\n', ' ', '.', '..'])(
		'a file named %j',
		async (name) => {
			const received = await attach([textFile(name, 'here')]);
			expect(received).toMatchObject({ error: 0, size: 4, name: expect.stringMatching(/./) });
		},
	);
});

function sha256(contents: Buffer) {
	return createHash('sha256').update(contents).digest('hex');
}

/** Any text: any Unicode, lone surrogates, and pieces that have a meaning in a multipart body. */
const hostile = fc.constantFrom(
	'"',
	'\r\n',
	'\n',
	'\r',
	'\0',
	'\\',
	'--',
	'\ud800',
	'\u202e',
	'🙂',
	'ñ',
	'; name="x"',
	'%22',
	'__proto__',
	'\r\n--axios-1.18.0-boundary\r\nContent-Disposition: form-data; name="evil"\r\n\r\nx\r\n',
	'=',
	'{{',
	'../',
);
const text = fc
	.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 8 }), hostile), {
		minLength: 1,
		maxLength: 6,
	})
	.map((parts) => parts.join(''))
	// n8n reads text that begins with = as an expression, and spaces alone are not sent.
	.filter((value) => value.trim() !== '' && !value.startsWith('='));

const fileName = fc
	.oneof(
		text,
		fc.constantFrom(
			'informe ñ "final".pdf',
			'a/b\\c.pdf',
			'../../x',
			'x'.repeat(300),
			'\u202egnp.exe',
			'.',
			'a;b="c".txt',
			'tab\tname',
		),
	)
	// PHP loses what form-data sends of these names; see `PHP receives`.
	.filter((name) => !/\0|[\\/]$/.test(name));

const contents = fc.oneof(
	{ weight: 5, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
	{ weight: 1, arbitrary: fc.constantFrom('', 'x', '\r\n--').map((value) => Buffer.from(value)) },
	{ weight: 1, arbitrary: text.map((value) => Buffer.from(value)) },
);

const fieldName = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'a '));

const form = fc
	.dictionary(fieldName, fc.oneof(fc.jsonValue({ stringUnit: 'binary' }), text), { maxKeys: 5 })
	.filter((value) => isReadable(JSON.stringify(value)) && hasExactNumbers(value));

/**
 * PHP's json_decode reads neither half a surrogate pair nor a name that begins with a zero byte, and
 * Node.js 24 takes a name that is one escaped character, as in `{"a":{},"\"":0}`, for a backslash.
 */
function isReadable(json: string) {
	const isForPhp = !/\\ud[89a-f]/.test(json) && !/[{,]"\\u0000/.test(json);
	return isForPhp && JSON.stringify(JSON.parse(json)) === json;
}

/** The node refuses whole numbers that JavaScript rounds. */
function hasExactNumbers(value: unknown): boolean {
	if (typeof value === 'object' && value !== null) {
		return Object.values(value).every(hasExactNumbers);
	}
	return !Number.isInteger(value) || Number.isSafeInteger(value);
}

const nonEmptyForm = form.filter((fields) => Object.keys(fields).length > 0);

const anyTexts = (settings: { requiredKeys?: string[] }) =>
	fc.record(Object.fromEntries(Object.keys(TEXT_PARTS).map((name) => [name, text])), settings);

const anyFile = fc.record({ name: fileName, type: fc.constant('application/pdf'), contents });

const updates = fc.record(
	{ texts: anyTexts({ requiredKeys: [] }), form, file: anyFile },
	{ requiredKeys: ['form'] },
);

const newCases = fc.record(
	{
		texts: anyTexts({
			requiredKeys: Object.keys(TEXT_PARTS).filter((name) => name !== 'solution'),
		}),
		form,
		file: anyFile,
	},
	{ requiredKeys: ['texts', 'form'] },
);
