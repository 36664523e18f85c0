import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

/** What an operation does at Wolkvox. It decides what may be sent again, and which words fit in a message. */
export interface OperationKind {
	/** A read changes nothing, so it can be repeated whatever became of it. */
	effect: 'reads' | 'creates' | 'updates' | 'upserts' | 'deletes';
	/** What it reads or changes, such as "case". */
	noun: string;
	/** What to check if Wolkvox rejects the values of a request. */
	valuesAdvice: string;
	/** What to check if Wolkvox finds no such record, for operations that name one. */
	notFoundAdvice?: string;
}

/** What a request carries; the CRM operation is added when the request is completed. */
export type RequestBody = FormData | IDataObject | undefined;

/** A success in Wolkvox's own form; it never has a key `error`. */
export interface WolkvoxResponse extends IDataObject {
	/** Missing if Wolkvox sent none. */
	code?: number;
}

/** The response to a query that proves what was found. */
export interface QueryResponse extends IDataObject {
	/** The records in it; an empty list if nothing was found. */
	data: IDataObject[];
}

/** A file as it is remembered: by what it is, whatever its place in the list. */
export interface AttachedFile {
	key: string;
	/** Not saved with an execution, as names can be personal data. */
	name?: string;
}

/** A file whose bytes are read only while it is sent. */
export interface RequestFile extends File {
	/** Whether the contents were read to their end, the last time that the file was sent. */
	readonly isRead: boolean;
	/** Why the bytes could not be read, once that has happened. */
	readonly fault?: Error;
	/** Closes what a request that ended early has left open. */
	close(): void;
}

/** What is sent beside the body of a request. */
export interface RequestDetails {
	/** The endpoint, if it is not the operation's own. */
	url?: string;
	/** The ID of the record that the request changes, if it is not the one that the item names. */
	recordId?: string;
	/** The files in the body. */
	files?: Array<AttachedFile & { file: RequestFile }>;
	/** What to check if Wolkvox rejects these values, where the operation's `valuesAdvice` does not say it. */
	getValuesAdvice?(): string;
}

/** What an operation may use while it sends. */
export interface SendContext {
	/** The ID of the record that the item names; empty if it names none. */
	recordId: string;
	/** The response to the last request that Wolkvox applied for this item in an earlier attempt. */
	lastResponse?: WolkvoxResponse;
	/** The files that Wolkvox has not accepted for this item yet. */
	withoutAttached<File extends AttachedFile>(files: File[]): File[];
	/** The output of the last earlier item of the same record, after a query. */
	getEarlierResult(): IDataObject[] | undefined;
	/**
	 * Asks Wolkvox and changes nothing.
	 *
	 * @param url the endpoint, if it is not the operation's own
	 * @throws RequestFailure if the response does not prove what was found
	 */
	query(body?: IDataObject, url?: string): Promise<QueryResponse>;
	/**
	 * Sends one request of the operation and returns Wolkvox's response.
	 *
	 * @throws RequestFailure if Wolkvox did not confirm it
	 */
	request(body: RequestBody, details?: RequestDetails): Promise<WolkvoxResponse>;
}

/** How an item names the record that it changes. */
export interface RecordReference {
	/**
	 * The same for items that may change the same record. It is saved with the execution, so it may hold an
	 * ID or a case number, but no value of a field.
	 */
	key: string;
	/** The ID of the record, if the item names it. */
	id?: string;
	/**
	 * Finds the ID, where the item names the record by something else; once in a run for each key.
	 *
	 * @throws UserError unless exactly one record is meant
	 */
	find?(query: SendContext['query']): Promise<string>;
}

/** What the node does with one item: which parameters it needs, and what it sends. */
export interface Operation<Parameters> extends OperationKind {
	/**
	 * The record that the item changes. Requests for one record are sent in the order of the items, and
	 * what was done for an item counts only for the same record. Without it, no two items change the same one.
	 *
	 * @throws UserError with the label of the parameter, if the item names none
	 */
	getRecord?(context: IExecutePaginationFunctions): RecordReference;
	/**
	 * Gets and checks the parameters, once n8n has left its loop over the items or sleeps between two batches.
	 *
	 * @throws UserError with the label of the parameter, if a value is invalid
	 */
	getParameters(context: IExecutePaginationFunctions): Promise<Parameters>;
	/** Sends the request or requests of an item; returns the JSON of its output items. */
	send(parameters: Parameters, context: SendContext): Promise<IDataObject[]>;
}
