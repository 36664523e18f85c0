import type { IDataObject } from 'n8n-workflow';

import { RequestFailure } from '../transport/failure';
import type { AttachedFile, WolkvoxResponse } from '../operation';

/** An earlier execution saved no names. */
export function namesOf(files: AttachedFile[]): string[] {
	return files.map(({ name }) => name ?? 'a file of an earlier execution');
}

/** What a node run knows of one item. It outlives the attempts of n8n's Retry On Fail. */
export class ItemState {
	/** The JSON of the output items, once the item is done. */
	result?: IDataObject[];

	/** The failure after which Wolkvox may have applied a request: sending it again could double it. */
	unknown?: RequestFailure;

	/** The response to the last request that Wolkvox applied. */
	lastResponse?: WolkvoxResponse;

	/** The files that Wolkvox has accepted. */
	attachedFiles: AttachedFile[] = [];

	/** Settles, without an error, when the requests of an earlier attempt have ended. */
	settled: Promise<unknown> = Promise.resolve();

	constructor(
		readonly itemIndex: number,
		/** The record that the item changes, as `ItemTask.recordKey`. */
		readonly recordId: string,
		/** The server and the CRM operation to which requests go. */
		public recipient?: string,
	) {}

	isFor(recipient?: string): boolean {
		return this.recipient === undefined || this.recipient === recipient;
	}

	/** The files that Wolkvox has not accepted yet. */
	withoutAttached<File extends AttachedFile>(files: File[]): File[] {
		const attached = this.attachedFiles.map(({ key }) => key);
		return files.filter(({ key }) => !removeFrom(attached, key));
	}

	noteSuccess(response: WolkvoxResponse, files: AttachedFile[]): void {
		this.lastResponse = response;
		this.attachedFiles.push(...files.map(({ name, key }) => ({ name, key })));
	}

	noteFailure(error: Error): void {
		if (error instanceof RequestFailure && error.outcome === 'unknown') this.unknown = error;
	}
}

function removeFrom(keys: string[], key: string): boolean {
	const index = keys.indexOf(key);
	if (index >= 0) keys.splice(index, 1);
	return index >= 0;
}
