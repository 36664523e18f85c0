import type { IDataObject, IExecutePaginationFunctions, INode } from 'n8n-workflow';

import type { Action } from '../transport/action';
import type { RequestBody } from '../transport/request';
import type { WolkvoxResponse } from '../transport/response';
import type { AttachedFile, ItemState } from './itemState';

/** What a handler may use while it sends. */
export interface SendContext {
	/** What earlier attempts did for this item; nothing for a read. */
	state: ItemState;
	/**
	 * Sends one request of the operation, with the files in its body, and returns Wolkvox's response.
	 *
	 * @throws RequestFailure if there is no success
	 */
	request(body?: RequestBody, files?: AttachedFile[]): Promise<WolkvoxResponse>;
}

/** What an operation does with one item. */
export interface Handler<Parameters> extends Action {
	/**
	 * The ID of the record that the item updates. Requests for one record are sent in the order of the
	 * items, and what was done for an item counts only for the same record.
	 */
	recordId?(context: IExecutePaginationFunctions): string;
	/**
	 * Reads and checks the parameters, as far as possible before its first `await`: only that part runs
	 * while n8n evaluates the items.
	 *
	 * @throws UserError with the label of the parameter, if a value is invalid
	 */
	read(context: IExecutePaginationFunctions, node: INode, recordId: string): Promise<Parameters>;
	/** Sends what was read; returns the JSON of the output items. */
	send(parameters: Parameters, context: SendContext): Promise<IDataObject[]>;
}
