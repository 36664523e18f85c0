import type { IDataObject, IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { isTool } from '../isTool';
import type {
	AttachedFile,
	Operation,
	OperationKind,
	QueryResponse,
	RecordName,
	SendContext,
} from '../operation';
import { getTenant } from '../transport/completeRequest';
import { RequestFailure } from '../transport/failure';
import { createLimit } from '../transport/limit';
import type { RoutingRequest } from '../transport/request';
import { sendRequest } from '../transport/request';
import type { Attempt } from './attempt';
import { addSummary, toNodeError } from './errors';
import type { Entry } from './ledger';
import type { NodeRun } from './nodeRun';
import { getNodeRun } from './nodeRun';
import { assertRunOptions } from '../runOptions';

/** In a later attempt, all items ask for their credentials at once. */
const limitReadings = createLimit(20);

/** A model that gets nothing at all can take it for a failure, or for anything else. */
const NO_MATCH = { message: 'Nothing matches' };

/** One item in one attempt of its run. */
interface Item<Parameters> {
	context: IExecutePaginationFunctions;
	request: RoutingRequest;
	operation: Operation<Parameters>;
	run: NodeRun;
	attempt: Attempt;
}

/** What an item needs before it can be sent. */
interface Prepared<Parameters> {
	entry: Entry;
	/** The ID of the record that the item names; empty until it is found, or if it names none. */
	recordId: string;
	/** None if an earlier attempt has settled the item. */
	parameters?: Parameters;
}

/**
 * The way of one item through a node run, from top to bottom: its parameters are checked at once, it is
 * sent when its run allows, and its output items come back, or its failure in the form that keeps both
 * outputs paired. It must stay synchronous up to the first `await`: n8n is still in its loop over the items.
 *
 * @param request n8n's request, without address and body
 * @throws NodeOperationError what the user can fix, and NodeApiError what Wolkvox or the network
 * refused: the first failure of a run that stops, with a summary of what was changed before
 */
export async function executeItem<Parameters>(
	context: IExecutePaginationFunctions,
	request: RoutingRequest,
	operation: Operation<Parameters>,
): Promise<INodeExecutionData[]> {
	const run = getNodeRun(context, operation);
	const attempt = run.getAttempt(context);
	attempt.itemEvaluated(context.getItemIndex());
	try {
		const item = { context, request, operation, run, attempt };
		return toOutput(context, await takeTurn(item));
	} catch (error) {
		return toOutput(context, await reportFailure(context, run, attempt, error));
	} finally {
		await attempt.end();
		if (attempt.isComplete) run.ledger.discard();
	}
}

async function takeTurn<Parameters>(item: Item<Parameters>): Promise<IDataObject[]> {
	const { context, operation, run, attempt } = item;
	assertRunOptions(run.options);
	const record = operation.getRecord?.(context);
	const name = getName(item, record);

	const result = await attempt.run(typeof record === 'object' ? undefined : name, {
		prepare: async () => await prepare(item, name, typeof record === 'string' ? record : ''),
		findRecord: async (prepared) => await findRecord(item, prepared, record as RecordName),
		send: async (prepared) => await sendOnce(item, prepared),
	});
	return result.length === 0 && isTool(run.node) ? [NO_MATCH] : result;
}

/** What an item calls its record. Without a record to change, the item is its own. */
function getName<Parameters>(
	{ context, operation }: Item<Parameters>,
	record?: string | RecordName,
): string {
	if (typeof record === 'object') return record.name;
	const key = record ?? operation.getRecordKey?.(context);
	return key?.toLowerCase() ?? `item ${context.getItemIndex()}`;
}

/** Gets the parameters, unless the item is done or its outcome is unknown. */
async function prepare<Parameters>(
	{ context, operation, run }: Item<Parameters>,
	name: string,
	recordId: string,
): Promise<Prepared<Parameters>> {
	const itemIndex = context.getItemIndex();
	const tenant = run.ledger.has(itemIndex) ? await readTenant(context) : undefined;
	const entry = run.ledger.find(itemIndex, name, tenant);
	const parameters = isSettled(entry) ? undefined : await operation.getParameters(context);
	return { entry, recordId, parameters };
}

/** Looks up the record that an item names by something other than its ID, and returns its key. */
async function findRecord<Parameters>(
	item: Item<Parameters>,
	prepared: Prepared<Parameters>,
	{ name, find }: RecordName,
): Promise<string> {
	const { context, run } = item;
	const { entry } = prepared;
	if (!isSettled(entry)) {
		const { query } = createSendContext(item, prepared);
		run.ledger.goesTo(entry, await readTenant(context));
		const lookUp = JSON.stringify([name, entry.tenant]);
		prepared.recordId = await run.lookUps.once(lookUp, async () => await find(query));
		entry.recordKey = prepared.recordId.toLowerCase();
	}
	return entry.recordKey ?? entry.name;
}

async function sendOnce<Parameters>(
	item: Item<Parameters>,
	prepared: Prepared<Parameters>,
): Promise<IDataObject[]> {
	const { parameters, entry } = prepared;
	return await item.run.ledger.once(
		entry,
		async () => await item.operation.send(parameters!, createSendContext(item, prepared)),
	);
}

function createSendContext<Parameters>(
	{ context, request, operation, run, attempt }: Item<Parameters>,
	{ entry, recordId, parameters }: Prepared<Parameters>,
): SendContext {
	const { ledger, options } = run;
	const rejectedAdvice = operation.getRejectedAdvice?.(parameters!) ?? operation.rejectedAdvice;
	const beforeSend = async (tenant: string) => {
		await attempt.waitToSend();
		ledger.goesTo(entry, tenant);
	};
	return {
		recordId,
		lastResponse: entry.lastResponse,
		withoutAttached: (files) => withoutAttached(files, entry.attachedFiles),
		getEarlierResult: () => ledger.getEarlierResult(entry),
		query: async (body, url) =>
			(await sendRequest(context, request, {
				url,
				body,
				files: [],
				operation: { ...operation, effect: 'reads' },
				maxRetries: options.maxRetries,
				beforeSend,
				failed: (_failure, waitMs) => run.pause(waitMs),
			}).catch((failure: Error) => throwQueryFailure(failure, operation))) as QueryResponse,
		request: async (body, { url, files = [], recordId: changedId = recordId } = {}) => {
			const response = await sendRequest(context, request, {
				url,
				body,
				files: files.map(({ file }) => file),
				operation: { ...operation, rejectedAdvice },
				recordId: changedId || undefined,
				maxRetries: options.maxRetries,
				beforeSend: async (tenant) => {
					await beforeSend(tenant);
					ledger.sending(entry);
				},
				failed: (failure, waitMs) => {
					ledger.failed(entry, failure);
					run.pause(waitMs);
				},
			});
			ledger.accepted(entry, response, files);
			return response;
		},
	};
}

/** Before a change, a query that fails means that the change was not sent. */
function throwQueryFailure(failure: Error, { effect }: OperationKind): never {
	throw failure instanceof RequestFailure && effect !== 'reads' ? failure.asNotSent() : failure;
}

/** The server and the CRM operation to which the requests of an item go. */
async function readTenant(context: IExecutePaginationFunctions): Promise<string> {
	return getTenant(await limitReadings(async () => await context.getCredentials('wolkvoxCrmApi')));
}

/** Whether there is nothing left to send: the item is done, or sending it again could double it. */
function isSettled({ result, unknownFailure }: Entry): boolean {
	return result !== undefined || unknownFailure !== undefined;
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

/**
 * What n8n is told about a failure.
 *
 * @returns the JSON of the failed item if the run goes on: in this form, with no `error` beside `json`,
 * n8n adds the input's JSON to it (workflow-execute.js, `handleNodeErrorOutput`). Nothing for an item
 * that was not sent because the run stopped
 * @throws the failure that stopped the run, and no other: n8n would show that of the lowest item. After a
 * cancellation, each item that was not sent throws, so that the run never looks like a success with fewer items
 */
async function reportFailure(
	context: IExecutePaginationFunctions,
	run: NodeRun,
	attempt: Attempt,
	error: Error,
): Promise<IDataObject[]> {
	attempt.noteFailure(error);
	const nodeError = toNodeError(run, context.getItemIndex(), error);
	if (run.continueOnFail) return [{ error: nodeError.message }];
	if (!attempt.isEndedBy(error)) return [];

	await attempt.end();
	if (run.isLastAttempt && !attempt.isCanceled) run.ledger.told();
	throw addSummary(nodeError, run, error);
}

function toOutput(context: IExecutePaginationFunctions, output: IDataObject[]) {
	const pairedItem = { item: context.getItemIndex() };
	return output.map((json) => ({ json, pairedItem }));
}
