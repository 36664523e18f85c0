import type { IDataObject, IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { isTool } from '../isTool';
import type {
	AttachedFile,
	Operation,
	OperationKind,
	QueryResponse,
	RecordReference,
	RequestBody,
	RequestDetails,
	SendContext,
	WolkvoxResponse,
} from '../operation';
import { assertRunOptions } from '../runOptions';
import { getTenant } from '../transport/completeRequest';
import { RequestFailure } from '../transport/failure';
import { createLimit } from '../transport/limit';
import type { RoutingRequest } from '../transport/request';
import { sendRequest } from '../transport/request';
import type { Attempt, Turn } from './attempt';
import { addSummary, toNodeError } from './errors';
import type { Entry } from './ledger';
import { isSettled, recall } from './ledger';
import type { NodeRun } from './nodeRun';
import { joinRun } from './nodeRun';

/** What an AI agent gets if nothing matches: a model could take empty output for a failure. */
const NOTHING_MATCHES = { message: 'Nothing matches' };

/** One item in one attempt of its run. */
interface Item {
	context: IExecutePaginationFunctions;
	request: RoutingRequest;
	run: NodeRun;
	attempt: Attempt;
	turn: Turn;
}

/**
 * The way of one item through a node run, from top to bottom: it joins its run, its parameters are checked,
 * it is sent when its run allows, and its output items come back, or its failure in the form that keeps both
 * outputs paired. Nothing is awaited before it has joined: n8n is still in its loop over the items.
 *
 * @param request n8n's request, without address and body
 * @throws NodeApiError for what the user can fix and for a request that was not confirmed: the first
 * failure of a run that stops, with a summary of what was changed before
 */
export async function executeItem<Parameters>(
	context: IExecutePaginationFunctions,
	request: RoutingRequest,
	operation: Operation<Parameters>,
): Promise<INodeExecutionData[]> {
	const item = { context, request, ...joinRun(context, operation) };
	let output: IDataObject[];
	try {
		output = await sendInTurn(item, operation);
	} catch (error) {
		await leave(item, error);
		return toOutput(item, reportFailure(item, error));
	}
	await leave(item);
	return toOutput(item, output.length === 0 && isTool(item.run.node) ? [NOTHING_MATCHES] : output);
}

/** Sends an item once it is its turn, and its record is found. */
async function sendInTurn<Parameters>(
	item: Item,
	operation: Operation<Parameters>,
): Promise<IDataObject[]> {
	const { context, run, turn } = item;
	assertRunOptions(run.options);
	const record = operation.getRecord?.(context);
	// This leaves n8n's loop over the items.
	const entry = await getEntry(item, record);
	// Its parameters may be invalid by now, which must not hide what is known of it.
	if (isSettled(entry)) {
		await turn.waitForPlace(entry.recordKey);
		return recall(entry);
	}

	const parameters = await operation.getParameters(context);
	if (!record?.find) {
		await turn.waitForPlace(entry.recordKey);
		return await sendOnce(item, operation, parameters, entry, record?.id);
	}
	await turn.waitForPlace();
	const recordId = await findRecord(item, entry, record.find);
	const found = run.ledger.atRecord(entry, recordId.toLowerCase());
	await turn.waitForRecord(found.recordKey);
	return await sendOnce(item, operation, parameters, found, recordId);
}

/** Sends an item unless an earlier attempt has settled it. */
async function sendOnce<Parameters>(
	item: Item,
	operation: Operation<Parameters>,
	parameters: Parameters,
	entry: Entry,
	recordId?: string,
): Promise<IDataObject[]> {
	const context = createSendContext(item, entry, recordId);
	return await item.run.ledger.once(entry, async () => await operation.send(parameters, context));
}

/** What is known of an item. Its credential is read only if something is: a first attempt knows nothing, unless an execution is retried. */
async function getEntry({ context, run }: Item, record?: RecordReference): Promise<Entry> {
	const itemIndex = context.getItemIndex();
	const tenant = run.ledger.has(itemIndex) ? await readTenant(context) : undefined;
	return run.ledger.getEntry(itemIndex, record?.key ?? `item ${itemIndex}`, tenant);
}

/** Looks up the record that an item names by something other than its ID; returns the ID. */
async function findRecord(
	item: Item,
	entry: Entry,
	find: NonNullable<RecordReference['find']>,
): Promise<string> {
	const { context, run } = item;
	run.ledger.noteTenant(entry, await readTenant(context));
	const lookUp = JSON.stringify([entry.givenKey, entry.tenant]);
	return await run.lookUps.once(
		lookUp,
		async () => await find(async (body, url) => await sendQuery(item, entry, body, url)),
	);
}

/** In a later attempt and after Retry, all items ask for their credentials at once. */
const limitReadings = createLimit(20);

/** The server and the CRM operation to which the requests of an item go. */
async function readTenant(context: IExecutePaginationFunctions): Promise<string> {
	return getTenant(await limitReadings(async () => await context.getCredentials('wolkvoxCrmApi')));
}

function createSendContext(item: Item, entry: Entry, recordId?: string): SendContext {
	return {
		recordId: recordId ?? '',
		lastResponse: entry.lastResponse,
		withoutAttached: (files) => withoutAttached(files, entry.attachedFiles),
		getEarlierResult: () => item.run.ledger.getEarlierResult(entry),
		query: async (body, url) => await sendQuery(item, entry, body, url),
		request: async (body, details) => await sendChange(item, entry, body, { recordId, ...details }),
	};
}

/** Asks Wolkvox and changes nothing, so nothing is noted of it. */
async function sendQuery(
	item: Item,
	entry: Entry,
	body?: IDataObject,
	url?: string,
): Promise<QueryResponse> {
	const { context, request, run } = item;
	const response = await sendRequest(context, request, {
		url,
		body,
		files: [],
		operation: { ...run.operation, effect: 'reads' },
		maxRetries: run.options.maxRetries,
		beforeSend: async (tenant) => await waitAndNoteTenant(item, entry, tenant),
		failed: (_failure, waitMs) => run.pause(waitMs),
	}).catch((failure: Error) => throwQueryFailure(failure, run.operation));
	return response as QueryResponse;
}

/** Sends a request of the operation, and notes in the ledger that it leaves and how it ends. */
async function sendChange(
	item: Item,
	entry: Entry,
	body: RequestBody,
	{ files = [], ...details }: RequestDetails,
): Promise<WolkvoxResponse> {
	const { context, request, run } = item;
	const response = await sendRequest(context, request, {
		...details,
		body,
		files: files.map(({ file }) => file),
		operation: run.operation,
		maxRetries: run.options.maxRetries,
		beforeSend: async (tenant) => {
			await waitAndNoteTenant(item, entry, tenant);
			run.ledger.sending(entry);
		},
		failed: (failure, waitMs) => {
			run.ledger.failed(entry, failure);
			run.pause(waitMs);
		},
	});
	run.ledger.applied(entry, response, files);
	return response;
}

async function waitAndNoteTenant(
	{ attempt, run }: Item,
	entry: Entry,
	tenant: string,
): Promise<void> {
	await attempt.waitToSend();
	run.ledger.noteTenant(entry, tenant);
}

/** Before a change, a query that fails means that the change was not sent. */
function throwQueryFailure(failure: Error, { effect }: OperationKind): never {
	throw failure instanceof RequestFailure && effect !== 'reads' ? failure.asNotSent() : failure;
}

/** The files that Wolkvox has not accepted yet; of two equal ones, each counts. */
function withoutAttached<File extends AttachedFile>(
	files: File[],
	attached: AttachedFile[],
): File[] {
	const keys = attached.map(({ key }) => key);
	return files.filter(({ key }) => {
		const index = keys.indexOf(key);
		if (index >= 0) keys.splice(index, 1);
		return index < 0;
	});
}

/** Ends the turn of an item and waits for the others, as n8n does; once all have ended well, no one needs what was saved. */
async function leave({ run, attempt, turn }: Item, failure?: Error): Promise<void> {
	turn.leave(failure);
	await attempt.allEnded();
	if (attempt.hasEndedWell && !run.isTriedAgain) run.ledger.discard();
}

/**
 * What n8n is told about a failure.
 *
 * @returns the JSON of the failed item if the run goes on: in this form, with no `error` beside `json`,
 * n8n adds the input's JSON to it (workflow-execute.js, `handleNodeErrorOutput`). Nothing for an item
 * that was not sent because the run stopped
 * @throws the failure that stopped the run, and no other: n8n would show that of the lowest item. After a
 * cancellation, each item that was not sent throws, so that the run never looks like a success with fewer items
 */
function reportFailure({ context, run, attempt }: Item, error: Error): IDataObject[] {
	const nodeError = toNodeError(run, context.getItemIndex(), error);
	if (run.continueOnFail) return [{ error: nodeError.message }];
	if (!attempt.mustThrow(error)) return [];

	if (run.isLastAttempt && !attempt.isCanceled) run.ledger.userWasTold();
	throw addSummary(nodeError, run, error);
}

function toOutput({ context }: Item, output: IDataObject[]): INodeExecutionData[] {
	const pairedItem = { item: context.getItemIndex() };
	return output.map((json) => ({ json, pairedItem }));
}
