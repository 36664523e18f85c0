import type { IBinaryData, IExecuteSingleFunctions } from 'n8n-workflow';
import { BINARY_ENCODING, UserError } from 'n8n-workflow';

import type { RequestFile } from '../operation';
import { createLimit } from './limit';

type BinaryHelpers = Pick<
	IExecuteSingleFunctions['helpers'],
	'getBinaryMetadata' | 'getBinaryStream'
>;

/** The contents of a file, in pieces; a stream of n8n's can be destroyed. */
type Contents = (AsyncIterable<Uint8Array> | Iterable<Uint8Array>) & {
	destroy?(): unknown;
	once?(event: 'error', listener: (error: Error) => void): unknown;
};

/**
 * A file whose bytes are read only while they are sent, and anew each time it is sent. The HTTP
 * layer asks a part of a `FormData` for its name, type, size and stream (axios, formDataToStream.js).
 */
export class StreamedFile extends File implements RequestFile {
	isRead = false;

	fault?: Error;

	private readonly opened: Array<Promise<Contents>> = [];

	/**
	 * @param type unlike that of a `File`, sent in the case in which it is given
	 * @param size of the contents, in bytes
	 * @param open opens the contents
	 */
	constructor(
		name: string,
		type: string,
		size: number,
		private readonly open: () => Promise<Contents>,
	) {
		super([], name);
		Object.defineProperties(this, { type: { value: type }, size: { value: size } });
	}

	stream(): ReturnType<File['stream']> {
		return ReadableStream.from(this.chunks()) as ReturnType<File['stream']>;
	}

	/** Closes what a request that ended early has left open, or is about to open. */
	close(): void {
		for (const opening of this.opened.splice(0)) {
			opening.then(
				(contents) => contents.destroy?.(),
				() => {},
			);
		}
	}

	private async *chunks(): AsyncGenerator<Uint8Array> {
		this.isRead = false;
		const opening = this.open();
		this.opened.push(opening);
		opening.catch((fault) => (this.fault = fault));
		const contents = await opening;
		contents.once?.('error', (fault) => (this.fault = fault));

		let sent = 0;
		for await (const chunk of contents) {
			sent += chunk.length;
			if (sent > this.size) break;
			yield chunk;
		}
		// The request has announced its length: fewer bytes would keep the server waiting, and more
		// would run into whatever comes next on the connection.
		if (sent !== this.size) {
			this.fault = new Error(`The file no longer has ${this.size} bytes`);
			throw this.fault;
		}
		this.isRead = true;
	}
}

/** The files of all items are looked up at once, and a system has a limit of open files. */
const limitLookUps = createLimit(20);

/**
 * Makes a file to attach from n8n's binary data: streamed if n8n stores it by ID, else from memory.
 *
 * @throws UserError if n8n no longer has the contents, or if they are not base64
 */
export async function toFile(binary: IBinaryData, helpers: BinaryHelpers): Promise<StreamedFile> {
	const name = getFileName(binary);
	const type = getType(binary);
	const { id } = binary;
	if (!id) {
		const contents = decodeBase64(binary.data, name);
		return new StreamedFile(name, type, contents.length, async () => [contents]);
	}

	const metadata = await limitLookUps(async () => await helpers.getBinaryMetadata(id)).catch(
		(error: Error) => throwUnopened(name, error),
	);
	return new StreamedFile(name, type, metadata.fileSize, async () => {
		return await helpers.getBinaryStream(id);
	});
}

/** n8n says that a file is gone in its own words, or in those of the file system. */
function throwUnopened(name: string, { message, code }: Error & { code?: string }): never {
	if (code !== 'ENOENT' && !message.startsWith('File not found')) {
		throw new UserError(`'Attachments': n8n could not open "${name}": ${message}`, {
			description: 'Run the workflow again. If it happens again, ask the person who runs n8n.',
		});
	}
	throw new UserError(`'Attachments': n8n no longer has the contents of "${name}"`, {
		description:
			'They may have been deleted. In queue mode every worker must have access to them: store binary data in the database or in S3, not on one disk.',
	});
}

/** Only what an HTTP header can hold. */
function getType({ mimeType }: IBinaryData): string {
	return /^[\x20-\x7e]+$/.test(mimeType ?? '') ? mimeType : 'application/octet-stream';
}

/**
 * Node's decoder reads both alphabets of base64, but skips what is neither, and would turn a data URI or
 * plain text into garbage.
 */
function decodeBase64(data: string, name: string): Buffer {
	const contents = Buffer.from(data, BINARY_ENCODING);
	const toPlain = (text: string) =>
		text
			.replace(/\s+|=+\s*$/g, '')
			.replaceAll('-', '+')
			.replaceAll('_', '/');
	if (toPlain(contents.toString(BINARY_ENCODING)) !== toPlain(data)) {
		throw new UserError(`'Attachments': the contents of "${name}" are not base64`, {
			description:
				'The node that made this file, such as a Code node, must put base64 into data, without a prefix such as data:image/png;base64,',
		});
	}
	return contents;
}

/** The last part of the name, as browsers send it; PHP drops a file whose name is empty or begins with a zero byte. */
function getFileName({ fileName: given, fileExtension, mimeType }: IBinaryData): string {
	const path = String(given ?? '').replaceAll('\0', '');
	const name = path
		.split(/[\\/]/)
		.filter((part) => part !== '')
		.at(-1);
	if (name !== undefined) return name;

	const [, subtype] = /^[\w-]+\/([a-z\d]+)$/.exec(mimeType) ?? [];
	const extension = fileExtension || (subtype === 'plain' ? 'txt' : subtype);
	return extension && extension !== 'octet' ? `file.${extension}` : 'file';
}
