import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

/** What an operation does at Wolkvox. It decides what may be sent again, and which words fit in a message. */
export interface OperationKind {
	/** A read changes nothing, so it can be repeated whatever became of it. */
	effect: 'reads' | 'creates' | 'updates';
	/** What it reads, creates or updates, such as "case". */
	noun: string;
	/** What to check if Wolkvox rejects the values of a request. */
	rejectedAdvice: string;
	/** What to check if Wolkvox finds no such record, for operations that name one. */
	notFoundAdvice?: string;
}

/** What a request carries; the CRM operation is added when the request is completed. */
export type RequestBody = FormData | IDataObject | undefined;

/** A success in Wolkvox's own form; it never has a key `error`. */
export interface WolkvoxResponse extends IDataObject {
	code: number;
}

/** A file as it is remembered: by what it is, whatever its place in the list. */
export interface AttachedFile {
	key: string;
	/** Not saved with an execution, as names can be personal data. */
	name?: string;
}

/** What an operation may use while it sends. */
export interface SendContext {
	/** The response to the last request that Wolkvox applied for this item in an earlier attempt. */
	lastResponse?: WolkvoxResponse;
	/** The files that Wolkvox has not accepted for this item yet. */
	withoutAttached<File extends AttachedFile>(files: File[]): File[];
	/**
	 * Sends one request of the operation, with the files in its body, and returns Wolkvox's response.
	 *
	 * @throws RequestFailure if there is no success
	 */
	request(
		body?: RequestBody,
		files?: Array<AttachedFile & { file: File }>,
	): Promise<WolkvoxResponse>;
}

/** What the node does with one item: which parameters it needs, and what it sends. */
export interface Operation<Parameters> extends OperationKind {
	/**
	 * The ID of the record that the item changes. Requests for one record are sent in the order of the
	 * items, and what was done for an item counts only for the same record.
	 */
	recordId?(context: IExecutePaginationFunctions): string;
	/**
	 * Gets and checks the parameters, as far as possible before its first `await`: only that part runs
	 * while n8n evaluates the items.
	 *
	 * @throws UserError with the label of the parameter, if a value is invalid
	 */
	getParameters(context: IExecutePaginationFunctions, recordId: string): Promise<Parameters>;
	/** Sends the request or requests of an item; returns the JSON of its output items. */
	send(parameters: Parameters, context: SendContext): Promise<IDataObject[]>;
}
