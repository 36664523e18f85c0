import type { IBinaryData, IExecuteSingleFunctions } from 'n8n-workflow';
import { BINARY_ENCODING, UserError } from 'n8n-workflow';

type BinaryHelpers = Pick<
	IExecuteSingleFunctions['helpers'],
	'getBinaryMetadata' | 'getBinaryStream'
>;
type BinaryStream = Awaited<ReturnType<BinaryHelpers['getBinaryStream']>>;

/**
 * A file whose bytes are read only while they are sent, and anew each time it is sent. The HTTP
 * layer asks a part of a `FormData` for its name, type, size and stream (axios, formDataToStream.js).
 */
export class StreamedFile extends File {
	/** Why the bytes could not be read, once that has happened. */
	fault?: Error;

	private readonly opened: Array<Promise<BinaryStream>> = [];

	/**
	 * @param size of the contents, in bytes
	 * @param open opens the contents
	 */
	constructor(
		name: string,
		type: string,
		size: number,
		private readonly open: () => Promise<BinaryStream>,
	) {
		super([], name, { type });
		Object.defineProperty(this, 'size', { value: size });
	}

	stream(): ReturnType<File['stream']> {
		return ReadableStream.from(this.chunks()) as ReturnType<File['stream']>;
	}

	/** Closes what a request that ended early has left open, or is about to open. */
	close(): void {
		for (const opening of this.opened.splice(0)) {
			opening.then(
				(stream) => stream.destroy(),
				() => {},
			);
		}
	}

	private async *chunks(): AsyncGenerator<Uint8Array> {
		const opening = this.open();
		this.opened.push(opening);
		opening.catch((fault) => (this.fault = fault));
		const stream = await opening;
		stream.once('error', (fault) => (this.fault = fault));

		let sent = 0;
		for await (const chunk of stream as AsyncIterable<Uint8Array>) {
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
	}
}

/**
 * Makes a file to attach from n8n's binary data: streamed if n8n stores it by ID, else from memory.
 *
 * @throws UserError if n8n no longer has the contents, or if they are not base64
 */
export async function toFile(binary: IBinaryData, helpers: BinaryHelpers): Promise<File> {
	const name = fileName(binary);
	const type = binary.mimeType || 'application/octet-stream';
	const { id } = binary;
	if (!id) return new File([decodeBase64(binary.data, name)], name, { type });

	const metadata = await helpers.getBinaryMetadata(id).catch(() => undefined);
	if (!metadata) {
		throw new UserError(`'Attachments': n8n no longer has the contents of "${name}"`, {
			description:
				'They may have been deleted. In queue mode every worker must have access to them: store binary data in the database or in S3, not on one disk.',
		});
	}
	return new StreamedFile(name, type, metadata.fileSize, async () => {
		return await helpers.getBinaryStream(id);
	});
}

/** Node's decoder skips what is not base64, and would turn a data URI or plain text into garbage. */
function decodeBase64(data: string, name: string): Buffer {
	const contents = Buffer.from(data, BINARY_ENCODING);
	const unpadded = (text: string) => text.replace(/\s+|=+\s*$/g, '');
	if (unpadded(contents.toString(BINARY_ENCODING)) !== unpadded(data)) {
		throw new UserError(`'Attachments': the contents of "${name}" are not base64`, {
			description:
				'The node that made this file, such as a Code node, must put base64 into data, without a prefix such as data:image/png;base64,',
		});
	}
	return contents;
}

/** The last part of the name, as browsers send it; PHP drops a file whose name is empty or begins with a zero byte. */
function fileName({ fileName: given, fileExtension, mimeType }: IBinaryData): string {
	const name = String(given ?? '')
		.replaceAll('\0', '')
		.replace(/[\\/]+$/, '')
		.replace(/^.*[\\/]/s, '');
	if (name !== '') return name;

	const [, subtype] = /^[\w-]+\/([a-z\d]+)$/.exec(mimeType) ?? [];
	const extension = fileExtension || (subtype === 'plain' ? 'txt' : subtype);
	return extension && extension !== 'octet' ? `file.${extension}` : 'file';
}
