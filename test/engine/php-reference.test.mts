import { createHash } from 'node:crypto';

import fc from 'fast-check';
import FormData from 'form-data';
import type { IDataObject } from 'n8n-workflow';

import type { PhpRequest } from '../support/php.mts';
import { hasPhp, postFormData, startPhp, withCrlf } from '../support/php.mts';
import { writeSection } from '../support/report.mts';
import { byId, CASE_ID, update } from '../support/wolkvox.mts';

const RUNS = Number(process.env.FIDELITY_RUNS ?? 1000);

const TEXT_PARTS = {
	caseType: 'case-type',
	responsible: 'responsible',
	owner: 'owner',
	contact: 'contact',
	description: 'description',
	status: 'status',
	priority: 'priority',
	solution: 'solution',
};

/** Any text: any Unicode, lone surrogates, and pieces that mean something in a multipart body. */
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
	// n8n reads a text that begins with = as an expression, and an empty text is not sent.
	.filter((value) => value !== '' && !value.startsWith('='));

const anyFileName = fc.oneof(
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
);

/** Zero bytes and separators at the end are left out here: PHP loses what form-data sends of them. */
const fileName = anyFileName.filter((name) => !/\0|[\\/]$/.test(name));

const contents = fc.oneof(
	{ weight: 5, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
	{
		weight: 1,
		arbitrary: fc.constantFrom(Buffer.alloc(0), Buffer.from('x'), Buffer.from('\r\n--')),
	},
	{ weight: 1, arbitrary: text.map((value) => Buffer.from(value)) },
);

const form = fc
	.dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'a ')), fc.jsonValue(), {
		maxKeys: 5,
	})
	.filter(isReadable);

/** Node.js 24 takes a key that is one escaped character, as in `{"a":{},"\"":0}`, for a backslash. */
function isReadable(value: object) {
	const json = JSON.stringify(value);
	return JSON.stringify(JSON.parse(json)) === json;
}

const updates = fc.record(
	{
		texts: fc.record(Object.fromEntries(Object.keys(TEXT_PARTS).map((name) => [name, text])), {
			requiredKeys: [],
		}),
		form,
		file: fc.record({ name: fileName, contents }),
	},
	{ requiredKeys: ['form'] },
);

const withPhp = hasPhp() ? describe : describe.skip;

withPhp('whatever the values', () => {
	let php: Awaited<ReturnType<typeof startPhp>>;

	beforeAll(async () => {
		php = await startPhp();
	});

	afterAll(() => php.close());

	const fromFormData = async (
		texts: IDataObject,
		custom: string,
		file?: { name: string; contents: Buffer },
	) => {
		const reference = new FormData();
		reference.append('operation', 'demo');
		reference.append('wolkvox-id', CASE_ID);
		for (const [name, part] of Object.entries(TEXT_PARTS)) {
			if (texts[name] !== undefined) reference.append(part, withCrlf(texts[name] as string));
		}
		reference.append('form', custom);
		if (file)
			reference.append('files', file.contents, {
				filename: file.name,
				contentType: 'application/pdf',
			});

		return await postFormData(php.url, reference);
	};

	const fromNode = async (
		texts: IDataObject,
		custom: string,
		file?: { name: string; contents: Buffer },
	) => {
		const { outputs, error } = await update(php.url, {
			caseId: byId(CASE_ID),
			updateFields: { ...texts, customFieldsJson: custom, ...(file && { attachments: 'file' }) },
			items: [{ json: {}, ...(file && { files: { file: { ...file, type: 'application/pdf' } } }) }],
		});
		if (error) throw error;
		return outputs[0][0].json.received as unknown as PhpRequest;
	};

	it(`PHP reads what it reads from form-data (${RUNS} updates)`, async () => {
		const seed = Number(process.env.FIDELITY_SEED ?? Date.now() % 2 ** 31);
		console.log(`fast-check seed: ${seed} (repeat with FIDELITY_SEED=${seed})`);
		await fc.assert(
			fc.asyncProperty(updates, async ({ texts = {}, form: custom, file }) => {
				const json = JSON.stringify(custom);
				const received = await fromNode(texts, json, file);
				const expected = await fromFormData(texts, json, file);

				expect(received.fields).toEqual(expected.fields);
				expect(received.files).toEqual(expected.files);
				expect(Object.keys(received.fields).sort()).toEqual(
					[
						'operation',
						'wolkvox-id',
						'form',
						...Object.keys(texts).map((name) => TEXT_PARTS[name as never]),
					].sort(),
				);
				if (file) {
					expect(received.files.files).toMatchObject({
						error: 0,
						sha256: createHash('sha256').update(file.contents).digest('hex'),
					});
				}
			}),
			{ numRuns: RUNS, seed },
		);
		writeSection(
			'Fidelity',
			`${RUNS} random updates (fast-check, seed ${seed}): PHP reads from the node what it reads from the \`form-data\` package, field by field and file by file, with line breaks as CRLF. No value added a part or a header.`,
		);
	}, 300_000);

	it.each([
		['\0'],
		['\0a.pdf'],
		['a\0b.pdf'],
		['\\'],
		['/'],
		['a\\'],
		['a/'],
		['"\\'],
		['\r\n'],
		[' '],
		['.'],
		['..'],
	])('a file named %j still arrives', async (name) => {
		const { files } = await fromNode({}, '{}', { name, contents: Buffer.from('here') });
		expect(files.files).toMatchObject({ error: 0, size: 4, name: expect.stringMatching(/./) });
	});

	it('5 MB of boundary look-alikes arrive byte for byte', async () => {
		const look = Buffer.alloc(
			5 * 2 ** 20,
			'\r\n--axios-1.18.0-boundary-\r\nContent-Disposition: form-data; name="x"\r\n\r\n',
		);
		const file = { name: 'big.bin', contents: look };
		const [received, expected] = [
			await fromNode({}, '{}', file),
			await fromFormData({}, '{}', file),
		];
		expect(received).toMatchObject({ fields: expected.fields, files: expected.files });
	});
});
