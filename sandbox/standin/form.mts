import busboy from 'busboy';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What is kept of an uploaded file: everything except its bytes. */
export interface UploadedFile {
	/** Name of the form part that carried it. */
	part: string;
	name: string;
	type: string;
	size: number;
	sha256: string;
}

export interface Form {
	fields: Record<string, string>;
	files: UploadedFile[];
}

/**
 * Reads a form as PHP does: of several parts with the same plain name only the last is kept,
 * unless the name ends in `[]`.
 */
export async function readForm(request: IncomingMessage): Promise<Form> {
	const { fields, files } = await readParts(request);
	return { fields: Object.fromEntries(fields), files: keepLast(files) };
}

/** All parts of a form, in their order. File bytes are hashed as they arrive and never stored. */
export async function readParts(request: IncomingMessage) {
	const fields: Array<[name: string, value: string]> = [];
	const files: Array<Promise<UploadedFile>> = [];
	const { headers } = request;
	const parser = busboy({ headers, defParamCharset: 'utf8', limits: { fieldSize: 64 * 2 ** 20 } });
	parser.on('field', (name, value) => fields.push([name, value]));
	parser.on('file', (part, stream, info) => {
		const file = digest(part, stream, info);
		// An interrupted upload is reported once, by the pipeline below.
		file.catch(() => undefined);
		files.push(file);
	});
	await pipeline(request, parser);
	return { fields, files: await Promise.all(files) };
}

export function isForm(contentType = '') {
	return /^(multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(contentType);
}

async function digest(part: string, stream: Readable, info: busboy.FileInfo) {
	const hash = createHash('sha256');
	let size = 0;
	for await (const chunk of stream as AsyncIterable<Buffer>) {
		hash.update(chunk);
		size += chunk.length;
	}
	return { part, name: info.filename ?? '', type: info.mimeType, size, sha256: hash.digest('hex') };
}

function keepLast(files: UploadedFile[]) {
	const isLast = (file: UploadedFile, index: number) =>
		!files.some((later, position) => position > index && later.part === file.part);
	return files.filter((file, index) => file.part.endsWith('[]') || isLast(file, index));
}
