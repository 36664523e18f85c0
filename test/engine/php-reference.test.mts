import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { json as readJson } from 'node:stream/consumers';

import fc from 'fast-check';
import FormData from 'form-data';
import type { IDataObject } from 'n8n-workflow';

import type { TestFile } from '../support/engine.mts';
import { ALL_FIELDS, EXPECTED_FORM, REPORT } from '../support/fields.mts';
import {
	CREATE_CASE,
	CREATE_RECORD,
	locator,
	UPDATE_CASE,
	UPDATE_RECORD,
} from '../support/operations.mts';
import type { PhpRequest } from '../support/php.mts';
import { describeWithPhp, usePhp } from '../support/php.mts';
import { randomRuns, SEED } from '../support/random.mts';
import { CASE_ID, execute, numbered, textFile, update } from '../support/wolkvox.mts';

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

/** A form as an operation on cases sends it. */
interface CaseForm {
	isNew: boolean;
	texts: IDataObject;
	/** The custom fields, as JSON. */
	json: string;
	file?: TestFile;
}

describeWithPhp('PHP reads from the node what it reads from form-data', () => {
	const php = usePhp();

	/** What PHP received from the node. */
	const fromNode = async (
		{ isNew, texts, json, file }: CaseForm,
		settings: Parameters<typeof execute>[2] = {},
	) => {
		const fields = { ...texts, customFieldsJson: json, attachments: file ? 'file' : '' };
		const parameters = isNew
			? { ...texts, additionalFields: fields }
			: { caseId: locator('id', CASE_ID), updateFields: fields };
		const { outputs, error } = await execute(php, isNew ? CREATE_CASE : UPDATE_CASE, {
			parameters,
			items: numbered(1, file && { file }),
			...settings,
		});
		if (error) throw error;
		return outputs[0][0].json.received as unknown as PhpRequest;
	};

	const fromFormData = async ({ isNew, texts, json, file }: CaseForm) => {
		const reference = new FormData();
		reference.append('operation', 'demo');
		if (!isNew) reference.append('wolkvox-id', CASE_ID);
		for (const [name, part] of Object.entries(TEXT_PARTS)) {
			if (name in texts) reference.append(part, withCrlf(texts[name] as string));
		}
		reference.append('form', json);
		if (file) {
			const { name: filename, type: contentType } = file;
			reference.append('files', file.contents, { filename, contentType });
		}
		return await postFormData(php.url, reference);
	};

	/** Expects PHP to receive the same from both, and the values that were entered. */
	const check = async (form: CaseForm, settings?: Parameters<typeof execute>[2]) => {
		const received = await fromNode(form, settings);
		const expected = await fromFormData(form);
		expect(received).toMatchObject({ fields: expected.fields, files: expected.files });
		expect(received.form).toEqual(JSON.parse(form.json));
		const parts = Object.keys(form.texts).map((name) => TEXT_PARTS[name]);
		const ids = form.isNew ? [] : ['wolkvox-id'];
		expect(Object.keys(received.fields).sort()).toEqual(
			['operation', 'form', ...ids, ...parts].sort(),
		);
		if (form.file) {
			const sha256 = createHash('sha256').update(form.file.contents).digest('hex');
			expect(received.files.files).toMatchObject({ error: 0, sha256 });
		}
	};

	it.each(['default', 'filesystem'] as const)(
		'with every field and a file (binary data: %s)',
		async (binaryMode) => {
			const { attachments, customFields, customFieldsJson, ...texts } = ALL_FIELDS;
			const form: CaseForm = {
				isNew: false,
				texts: { ...texts, caseType: 'Request' },
				json: JSON.stringify(EXPECTED_FORM),
				file: { ...REPORT, name: 'informe ñ.pdf' },
			};
			await check(form, { binaryMode });
		},
	);

	it('with 5 MB that look like boundaries', async () => {
		const contents = Buffer.alloc(
			5 * 2 ** 20,
			'\r\n--axios-1.18.0-boundary-\r\nContent-Disposition: form-data; name="x"\r\n\r\n',
		);
		const file = { name: 'big.bin', type: 'application/pdf', contents };
		await check({ isNew: false, texts: {}, json: '{}', file });
	});

	it('with a zero byte inside the name of a custom field', async () => {
		const form = { isNew: false, texts: {}, json: JSON.stringify({ 'a\0': 'zero byte' }) };
		expect((await fromNode(form)).fields).toEqual((await fromFormData(form)).fields);
	});

	it('but a name that begins with a zero byte, which makes PHP drop all custom fields, is refused', async () => {
		const form = { isNew: false, texts: {}, json: JSON.stringify({ '\0': 'zero byte', other: 1 }) };
		expect((await fromFormData(form)).form).toBeNull();
		await expect(fromNode(form)).rejects.toMatchObject({
			message: expect.stringContaining('begins with a zero byte'),
		});
	});

	it('with any values of an update or a new case', async () => {
		const property = fc.asyncProperty(anyForm, async (form) => await check(form));
		await fc.assert(property, { numRuns: randomRuns(200), seed: SEED });
	}, 3_600_000);

	it('with any values of a record', async () => {
		const property = fc.asyncProperty(
			fc.boolean(),
			text,
			anyJson,
			async (isNew, module, fields) => {
				const { outputs, error } = await execute(php, isNew ? CREATE_RECORD : UPDATE_RECORD, {
					parameters: {
						module: locator('name', module),
						fields: { field: [{ name: 'always', value: 'x' }] },
					},
					options: { fieldsJson: JSON.stringify(fields) },
				});
				if (error) throw error;
				const { json } = outputs[0][0].json.received as unknown as PhpRequest;
				expect(json).toEqual({
					operation: 'demo',
					...(isNew ? {} : { 'wolkvox-id': 'item0' }),
					module: module.replace(/\p{Surrogate}/gu, '\ufffd'),
					fields: { ...JSON.parse(JSON.stringify(fields)), always: 'x' },
				});
			},
		);
		await fc.assert(property, { numRuns: randomRuns(50), seed: SEED });
	}, 3_600_000);
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

	it.each<[string, IDataObject]>([
		['in a value', { customFields: { field: [{ name: 'a', value: 'x\ud83d' }] } }],
		['in a name', { customFieldsJson: '={{ ({ ["a\ud83d"]: 1 }) }}' }],
		['deep in JSON', { customFieldsJson: JSON.stringify({ a: [{ b: '\ud83dx' }] }) }],
	])('the custom fields in spite of half an emoji %s', async (_, updateFields) => {
		const { outputs } = await update(php, { updateFields });
		const { form } = outputs[0][0].json.received as unknown as PhpRequest;
		expect(JSON.stringify(form)).toContain('\ufffd');
	});
});

/** Posts a form made by the `form-data` package, the reference for ours, and returns what PHP received. */
async function postFormData(url: string, form: FormData): Promise<PhpRequest> {
	const request = httpRequest(url, { method: 'POST', headers: form.getHeaders() });
	form.pipe(request);
	const [response] = (await once(request, 'response')) as [IncomingMessage];
	const { received } = (await readJson(response)) as { received: PhpRequest };
	return received;
}

/** Line breaks as every browser sends them in a form; `form-data` leaves them as they are. */
function withCrlf(text: string): string {
	return text.replace(/\r\n|\r|\n/g, '\r\n');
}

/** Any text: any Unicode, lone surrogates, and pieces that have a meaning in a multipart body. */
const hostile = fc.constantFrom(
	...['"', '\r\n', '\n', '\r', '\0', '\\', '--', '\ud800', '\u202e', '🙂', 'ñ', '=', '{{', '../'],
	...['; name="x"', '%22', '__proto__'],
	'\r\n--axios-1.18.0-boundary\r\nContent-Disposition: form-data; name="evil"\r\n\r\nx\r\n',
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
			...['informe ñ "final".pdf', 'a/b\\c.pdf', '../../x', 'x'.repeat(300), '\u202egnp.exe'],
			...['.', 'a;b="c".txt', 'tab\tname'],
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

const anyJson = fc
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

const names = Object.keys(TEXT_PARTS);

const anyForm: fc.Arbitrary<CaseForm> = fc.boolean().chain((isNew) =>
	fc.record(
		{
			isNew: fc.constant(isNew),
			texts: fc.record(Object.fromEntries(names.map((name) => [name, text])), {
				requiredKeys: isNew ? names.filter((name) => name !== 'solution') : [],
			}),
			json: anyJson.map((value) => JSON.stringify(value)),
			file: fc.record({ name: fileName, type: fc.constant('application/pdf'), contents }),
		},
		{ requiredKeys: ['isNew', 'texts', 'json'] },
	),
);
