import type { PhpRequest } from '../support/php.mts';
import { describeWithPhp, usePhp } from '../support/php.mts';
import { useServer } from '../support/server.mts';
import { isSince } from '../support/version.mts';
import { expectRefusal, numbered, textFile, TOOL, update } from '../support/wolkvox.mts';

const STORED = ['default', 'filesystem'] as const;

describe('Attachments', () => {
	const server = useServer();
	const sentNames = () => server.requests.flatMap(({ files }) => files.map(({ name }) => name));
	const items = numbered(1, { data: textFile('a.txt'), photo: textFile('b.jpg') });

	describe.each(STORED)('with binary data in the mode %s', (binaryMode) => {
		it.each([
			["={{ $('Source').item.binary.data }}", ['a.txt']],
			["={{ Object.values($('Source').item.binary) }}", ['a.txt', 'b.jpg']],
		])('can be files of an earlier node: %s', async (attachments, expected) => {
			await update(server, { binaryMode, items, updateFields: { attachments } });
			expect(sentNames()).toEqual(expected);
		});
	});

	it('can be stored files of the item itself, by name or by expression', async () => {
		const attachments = '={{ ["photo", $binary.data] }}';
		await update(server, { items, updateFields: { attachments } });
		expect(sentNames()).toEqual(['b.jpg', 'a.txt']);
	});

	(isSince('2.0') ? describe : describe.skip)("in n8n's combined binary mode", () => {
		const combined = { items, workflowSettings: { binaryMode: 'combined' } as const };

		it.each([
			['data', ['a.txt']],
			['data, photo', ['a.txt', 'b.jpg']],
			['={{ $json._files.photo }}', ['b.jpg']],
			['={{ Object.keys($json._files) }}', ['a.txt', 'b.jpg']],
			["={{ $('Source').item._files.data }}", ['a.txt']],
			["={{ Object.values($('Source').item._files) }}", ['a.txt', 'b.jpg']],
		])('can be %s', async (attachments, expected) => {
			await update(server, { ...combined, updateFields: { attachments } });
			expect(sentNames()).toEqual(expected);
		});

		it('are never left out because $binary is empty', async () => {
			const attachments = '={{ Object.keys($binary) }}';
			expectRefusal(
				server,
				await update(server, { ...combined, updateFields: { status: 'closed', attachments } }),
				"'Attachments' is an empty list, although the item has files",
			);
		});
	});

	it('are none if a model wrote null', async () => {
		await update(server, { node: TOOL, updateFields: { status: 'open', attachments: 'null' } });
		expect(server.requests.map(({ files }) => files)).toEqual([[]]);
	});
});

describeWithPhp('PHP receives a file', () => {
	const php = usePhp();

	const attach = async (name: string, type: string, binaryMode: (typeof STORED)[number]) => {
		const { outputs, error } = await update(php, {
			binaryMode,
			items: numbered(1, { data: { name, type, contents: Buffer.from('x') } }),
			updateFields: { attachments: 'data' },
		});
		if (error) throw error;
		return (outputs[0][0].json.received as unknown as PhpRequest).files.files;
	};

	it.each([
		['Informe Ñ.DOCM', 'application/vnd.ms-word.document.macroEnabled.12'],
		['Hoja.XLSX', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
		['a.txt', 'Text/Plain'],
	])('named %j, of the type %j, as n8n has them', async (name, type) => {
		for (const binaryMode of STORED) {
			expect(await attach(name, type, binaryMode)).toMatchObject({ name, type, size: 1, error: 0 });
		}
	});
});
