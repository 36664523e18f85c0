import { createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FILES, type Bench } from './harness.mts';
import type { Job, Node } from './nodes.mts';

export const MB = 2 ** 20;
/** More than the framing of a form, in bytes. */
export const FRAMING = 1000;

/** Makes a file of that size whose content does not compress to nothing. */
export async function makeFile(megabytes: number): Promise<string> {
	const path = join(FILES, `${megabytes}.bin`);
	if (existsSync(path)) return path;
	const block = Buffer.alloc(MB, Array.from({ length: 251 }, (_, n) => n).toString());
	const blocks = Array.from({ length: megabytes }, () => block);
	await pipeline(Readable.from(blocks), createWriteStream(path));
	return path;
}

/** A workflow that reads a file of that size into n8n's binary data, and then attaches it to a case. */
export async function publishUpload(bench: Bench, kind: Job['kind'], megabytes: number) {
	const read: Node = {
		name: 'Read',
		type: 'n8n-nodes-base.readWriteFile',
		typeVersion: 1,
		parameters: { operation: 'read', fileSelector: await makeFile(megabytes), options: {} },
	};
	// Lets n8n settle after reading, so that the level before the upload is not the reader's.
	const wait: Node = {
		name: 'Wait',
		type: 'n8n-nodes-base.wait',
		typeVersion: 1.1,
		parameters: { amount: 2 },
	};
	const job: Job = { kind, attachments: 'data' };
	return await bench.publish(`Bench ${kind} ${megabytes} MB`, [read, wait], job);
}
