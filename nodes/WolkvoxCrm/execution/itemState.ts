import type { IDataObject } from 'n8n-workflow';

import { RequestFailure } from '../transport/failure';
import type { WolkvoxResponse } from '../transport/response';

/** A file as it is remembered: by what it is, whatever its place in the list. */
export interface AttachedFile {
	name: string;
	key: string;
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
	readonly attachedFiles: AttachedFile[] = [];

	/** Settles, without an error, when the requests of an earlier attempt have ended. */
	settled: Promise<unknown> = Promise.resolve();

	constructor(
		readonly itemIndex: number,
		/** The record that the item changes. */
		readonly recordId: string,
	) {}

	/** The requests that are still to be sent: Wolkvox has the fields and files of the others. */
	remaining<Request extends { files: AttachedFile[] }>(requests: Request[]): Request[] {
		if (!this.lastResponse) return requests;
		const accepted = this.attachedFiles.map(({ key }) => key);
		return requests.filter(({ files }) => !files.every(({ key }) => removeFrom(accepted, key)));
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
