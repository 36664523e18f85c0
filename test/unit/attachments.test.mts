import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { UPDATE_CASE } from '../support/operations.mts';
import { expectRefusal, parametersOf } from './product.mts';

interface Settings {
	binaryMode?: 'separate' | 'combined';
	isTool?: boolean;
}

/** An update with a status and these attachments. */
const withFiles = (attachments: unknown) => ({
	updateFields: { status: 'open', attachments } as IDataObject,
});

/** The names of the files that an update attaches. */
async function attach(attachments: unknown, item: INodeExecutionData, settings: Settings = {}) {
	const given = await parametersOf(UPDATE_CASE, withFiles(attachments), { item, ...settings });
	return given.files.map(({ name }: { name: string }) => name);
}

/** Expects attachments to be refused with this message and with advice, which is returned. */
const refuse = async (
	attachments: unknown,
	item: INodeExecutionData,
	message: string,
	settings: Settings = {},
) => await expectRefusal(UPDATE_CASE, withFiles(attachments), message, { item, ...settings });

const file = (fileName: string, data = 'eA==') => ({ mimeType: 'text/plain', fileName, data });

const REPORT = file('report.pdf');

const PHOTO = file('photo.jpg');

/** What n8n's form puts into JSON for a file. */
const ANSWER = { filename: 'report.pdf', mimetype: 'application/pdf', size: 8 };

const NO_FIELD = (name: string) => `'Attachments': this item has no file named "${name}"`;

const NO_FILE = "'Attachments': the expression found no file";

describe.each([
	['separate', { json: {}, binary: { report: REPORT, 'photo, 1': PHOTO } }],
	['combined', { json: { _files: { report: REPORT, 'photo, 1': PHOTO } } }],
] as const)("in n8n's %s binary mode", (binaryMode, item) => {
	it.each([
		['report', ['report.pdf']],
		['photo, 1', ['photo.jpg']],
		['report, report', ['report.pdf', 'report.pdf']],
		[' report, ,report ', ['report.pdf', 'report.pdf']],
		[' , ', []],
		['={{ ["photo, 1", "report"] }}', ['photo.jpg', 'report.pdf']],
		['', []],
		['={{ "" }}', []],
	])('%j attaches the files of these names', async (attachments, names) => {
		expect(await attach(attachments, item, { binaryMode })).toEqual(names);
	});

	it('a name that the item does not have is refused with those that it has', async () => {
		const advice = await refuse('other', item, NO_FIELD('other'), { binaryMode });
		expect(advice).toMatch(/^The item has: report, photo, 1( \(in \$json\._files\))?\.$/);
	});

	it('an expression that finds nothing is refused with the names that the item has', async () => {
		const advice = await refuse('={{ $binary.other }}', item, NO_FILE, { binaryMode });
		expect(advice).toContain('The item has: report');
	});
});

describe("in n8n's combined binary mode", () => {
	const combined = { binaryMode: 'combined' } as const;
	const item = { json: { _files: { report: REPORT }, uploads: { scan: PHOTO } } };

	it.each([
		['={{ Object.keys($json._files) }}', 'report.pdf'],
		['={{ $json._files.report }}', 'report.pdf'],
		['_files.report', 'report.pdf'],
		['uploads.scan', 'photo.jpg'],
	])('%s works', async (attachments, name) => {
		expect(await attach(attachments, item, combined)).toEqual([name]);
	});

	it.each(['={{ Object.keys($binary) }}', '={{ [] }}'])(
		'an empty list is refused if there are files: %s',
		async (attachments) => {
			const message = "'Attachments' is an empty list, although the item has files";
			expect(await refuse(attachments, item, message, combined)).toContain(
				'{{ Object.keys($json._files) }}',
			);
			expect(await attach('={{ [] }}', { json: {} }, combined)).toEqual([]);
		},
	);

	it('files that stay in the binary data are found, too', async () => {
		const binary = { photo: PHOTO };
		const both = { json: { _files: { report: REPORT } }, binary };
		expect(await attach('report, photo', both, combined)).toEqual(['report.pdf', 'photo.jpg']);
		const inBinary = { json: {}, binary };
		expect(await attach('={{ Object.keys($binary) }}', inBinary, combined)).toEqual(['photo.jpg']);
	});

	it.each([null, 'x', [], { report: null }])('%j in its place is no file', async (_files) => {
		const advice = await refuse('report', { json: { _files } }, NO_FIELD('report'), combined);
		expect(advice).toMatch(/^The item has no files/);
	});

	it('without files, the advice names where an earlier node has them', async () => {
		const advice = await refuse('report', { json: {} }, NO_FIELD('report'), combined);
		expect(advice).toMatch(/\{\{ \$\('Node'\)\.item\._files\.report \}\}\.$/);
	});
});

describe("in n8n's usual binary mode", () => {
	const empty = { mimeType: 'text/plain' } as never;
	const item = {
		json: {},
		binary: { report: REPORT, photo: PHOTO, 'ends in a space ': PHOTO, empty },
	};

	it.each([
		['={{ $input.item.binary.report }}', ['report.pdf']],
		['={{ Object.values($input.item.binary).slice(0, 2) }}', ['report.pdf', 'photo.jpg']],
		['={{ ["photo", $input.item.binary.report] }}', ['photo.jpg', 'report.pdf']],
		['={{ Object.keys($binary).slice(0, 3) }}', ['report.pdf', 'photo.jpg', 'photo.jpg']],
		['={{ "ends in a space " }}', ['photo.jpg']],
		['={{ { data: "eA==", mimeType: "text/plain", fileName: 2024 } }}', ['2024']],
		['={{ [] }}', []],
	])('%s attaches these files', async (attachments, names) => {
		expect(await attach(attachments, item)).toEqual(names);
	});

	const NEITHER = "'Attachments' must be the name of a file";

	it.each([
		['undefined', NO_FILE],
		['null', NO_FILE],
		['[undefined]', NO_FILE],
		['$json.nothing?.binary.data', NO_FILE],
		['5', NEITHER],
		['{ a: 1 }', NEITHER],
		['"empty"', '\'Attachments\': "empty" contains no file'],
	])('%s is refused', async (value, message) => {
		await refuse(`={{ ${value} }}`, item, message);
	});

	it('the expression that is advised works', async () => {
		const only = { json: {}, binary: { data: REPORT } };
		const advice = await refuse('={{ 5 }}', only, NEITHER);
		expect(await attach(`=${/\{\{.*\}\}/.exec(advice)![0]}`, only)).toEqual(['report.pdf']);
	});

	it('no file can be attached by an AI agent', async () => {
		const message = "'Attachments' cannot be used when an AI agent calls this node";
		await refuse('report', item, message, { isTool: true });
	});
});

it('in the usual mode, JSON cannot name files', async () => {
	const item = { json: { _files: { report: REPORT } } };
	expect(await refuse('report', item, NO_FIELD('report'))).toMatch(/^The item has no files/);
	expect(await attach('={{ [] }}', item)).toEqual([]);
});

describe('an item without files', () => {
	const item = { json: {} };

	it.each([
		['data', 'data', '.data'],
		['my file', 'my file', '["my file"]'],
		['={{ "Año" }}', 'Año', '.Año'],
	])('is refused with the expression for an earlier node: %s', async (given, name, access) => {
		expect(await refuse(given, item, NO_FIELD(name))).toBe(
			`The item has no files: a node before this one may not pass files on. For a file of an earlier node, use an expression with its name: {{ $('Node').item.binary${access} }}.`,
		);
	});

	it('is advised likewise if an expression finds nothing', async () => {
		const advice = await refuse('={{ $binary.data }}', item, NO_FILE);
		expect(advice).toContain("{{ $('Node').item.binary.data }}");
		expect(advice).toContain('{{ "" }}');
	});
});

describe('the description of a file from a form', () => {
	const form = (names: string[], json: IDataObject) => ({
		json,
		binary: Object.fromEntries(names.map((name) => [name, REPORT])),
	});

	it.each<[string, INodeExecutionData, string]>([
		[
			'={{ $json.Report }}',
			form(['Report'], { Report: ANSWER }),
			'Set the field to Fixed and enter the name of the file: Report',
		],
		[
			'={{ $json["Your report (año)"] }}',
			form(['Other', 'Your_report__a_o_'], { 'Your report (año)': ANSWER }),
			'Set the field to Fixed and enter the name of the file: Your_report__a_o_',
		],
		[
			'={{ $json.Photos }}',
			form(['Photos_0', 'Photos_1', 'Photos_all'], { Photos: [ANSWER, ANSWER] }),
			'Set the field to Fixed and enter the name of the file: Photos_0, Photos_1',
		],
		[
			'={{ $json.Photos[1] }}',
			form(['Photos_0', 'Photos_1'], { Photos: [ANSWER, ANSWER] }),
			'Set the field to Fixed and enter the name of the file: Photos_1',
		],
		[
			'={{ $input.item.json.Report }}',
			form(['Report'], { Report: ANSWER }),
			'Set the field to Fixed and enter the name of the file: Report',
		],
		['={{ $json.Report }}', form(['Other'], { Report: ANSWER }), 'The item has: Other'],
		['={{ $json.Report || "" }}', form(['Report'], { Report: ANSWER }), 'The item has: Report'],
		[
			'={{ $json.Report }}',
			{ json: { Report: ANSWER } },
			"Use an expression for the file itself: {{ $('Node').item.binary.Report }}",
		],
		[
			'={{ $json.Photos[0] }}',
			{ json: { Photos: [ANSWER] } },
			"Use an expression for the file itself: {{ $('Node').item.binary.Photos_0 ?? $('Node').item.binary.Photos }}",
		],
		[
			'={{ $json.Photos[1] }}',
			{ json: { Photos: [ANSWER, ANSWER] } },
			"Use an expression for the file itself: {{ $('Node').item.binary.Photos_1 }}",
		],
		[
			'={{ $json.Photos }}',
			{ json: { Photos: [ANSWER] } },
			"Use an expression for the file itself: {{ Object.values($('Node').item.binary) }}",
		],
	])('%s is refused with what to use instead', async (attachments, item, advice) => {
		const message = "'Attachments' is only the description of a file from a form";
		expect(await refuse(attachments, item, message)).toBe(`${advice}.`);
	});
});

describe('a file in memory', () => {
	const contents = Buffer.from([0xfb, 0xff, 0xfe, 0x3e]);

	it.each(['-__-Pg==', '-__-Pg', '+//+Pg==', '+//+\nPg=='])(
		'can be in either alphabet of base64: %j',
		async (data) => {
			const item = { json: {}, binary: { data: file('a.bin', data) } };
			const { files } = await parametersOf(UPDATE_CASE, withFiles('data'), { item });
			const [sent] = files.map((each: { file: File }) => each.file);
			expect(Buffer.from(await new Response(sent.stream()).arrayBuffer())).toEqual(contents);
			expect(sent.size).toBe(contents.length);
		},
	);

	it.each(['data:text/plain;base64,eA==', 'plain text', 'eA==!'])(
		'is refused if it is not base64: %j',
		async (data) => {
			const item = { json: {}, binary: { data: file('a.bin', data) } };
			await refuse('data', item, `'Attachments': the contents of "a.bin" are not base64`);
		},
	);
});
