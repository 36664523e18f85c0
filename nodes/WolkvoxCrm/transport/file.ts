import type { IBinaryData, IExecuteSingleFunctions } from 'n8n-workflow';
import { BINARY_ENCODING, UserError } from 'n8n-workflow';

type BinaryHelpers = Pick<
	IExecuteSingleFunctions['helpers'],
	'getBinaryMetadata' | 'getBinaryStream'
>;
type BinaryStream = Awaited<ReturnType<BinaryHelpers['getBinaryStream']>>;

/**
 * A file whose bytes are read only while they are sent, and again each time it is sent. The HTTP
 * layer asks a `FormData` part for its name, type, size and stream (axios, formDataToStream.js).
 */
export class StreamedFile extends File {
	/** Why the bytes could not be read, once that has happened. */
	fault?: Error;

	private readonly opened: Array<Promise<BinaryStream>> = [];

	/**
	 * @param size of the contents in bytes
	 * @param read opens the contents
	 */
	constructor(
		name: string,
		type: string,
		size: number,
		private readonly read: () => Promise<BinaryStream>,
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
		const opening = this.read();
		this.opened.push(opening);
		const stream = await opening;
		stream.once('error', (fault) => (this.fault = fault));

		let sent = 0;
		for await (const chunk of stream as AsyncIterable<Uint8Array>) {
			sent += chunk.length;
			yield chunk;
		}
		// The server would wait for the rest until the time is out.
		if (sent < this.size) throw (this.fault = new Error(`${sent} of ${this.size} bytes`));
	}
}

/**
 * Makes a file to attach from n8n's binary data.
 *
 * Data that n8n keeps by id is streamed; data that it keeps in memory is there already.
 *
 * @throws UserError when n8n does not have the data (any more)
 */
export async function toFile(binary: IBinaryData, helpers: BinaryHelpers): Promise<File> {
	const name = fileName(binary);
	const type = binary.mimeType || 'application/octet-stream';
	const { id } = binary;

	if (!id) return new File([Buffer.from(binary.data, BINARY_ENCODING)], name, { type });
	const metadata = await helpers.getBinaryMetadata(id).catch(() => undefined);
	if (!metadata) {
		throw new UserError(`Attachments: n8n does not have the contents of "${name}"`, {
			description:
				'They may have been deleted. In queue mode every worker must reach them: keep binary data in the database or in S3, not on one disk.',
		});
	}
	const { fileSize } = metadata;
	return new StreamedFile(name, type, fileSize, async () => await helpers.getBinaryStream(id));
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
