import type { IDataObject, IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { isTool } from '../isTool';
import type { AttachedFile, Operation, SendContext } from '../operation';
import { getTenant } from '../transport/completeRequest';
import type { RoutingRequest } from '../transport/request';
import { sendRequest } from '../transport/request';
import type { Attempt } from './attempt';
import { addSummary, toNodeError } from './errors';
import type { Entry } from './ledger';
import type { NodeRun } from './nodeRun';
import { getNodeRun } from './nodeRun';
import { assertRunOptions } from '../runOptions';

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

/** What an item needs before it can be sent; no parameters if an earlier attempt has settled it. */
interface Prepared<Parameters> {
	entry: Entry;
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
	attempt.itemEvaluated();
	try {
		const item = { context, request, operation, run, attempt };
		return toOutput(context, await takeTurn(item));
	} catch (error) {
		return toOutput(context, await reportFailure(context, run, attempt, error));
	} finally {
		if (attempt.isComplete) run.ledger.discard();
	}
}

async function takeTurn<Parameters>(item: Item<Parameters>): Promise<IDataObject[]> {
	const { context, operation, run, attempt } = item;
	assertRunOptions(run.options);
	// Without a record to change, the item is its own key.
	const recordId = operation.recordId?.(context) ?? `item ${context.getItemIndex()}`;

	const result = await attempt.run(
		recordId.toLowerCase(),
		async () => await prepare(item, recordId),
		async (prepared) => await sendOnce(item, prepared),
	);
	return result.length === 0 && isTool(run.node) ? [NO_MATCH] : result;
}

/** Gets the parameters, unless the item is done or its outcome is unknown. */
async function prepare<Parameters>(
	{ context, operation, run }: Item<Parameters>,
	recordId: string,
): Promise<Prepared<Parameters>> {
	const itemIndex = context.getItemIndex();
	const tenant = run.ledger.has(itemIndex)
		? getTenant(await context.getCredentials('wolkvoxCrmApi'))
		: undefined;
	const entry = run.ledger.find(itemIndex, recordId.toLowerCase(), tenant);
	if (entry.result || entry.unknownFailure) return { entry };
	return { entry, parameters: await operation.getParameters(context, recordId) };
}

async function sendOnce<Parameters>(
	item: Item<Parameters>,
	{ entry, parameters }: Prepared<Parameters>,
): Promise<IDataObject[]> {
	return await item.run.ledger.once(
		entry,
		async () => await item.operation.send(parameters!, createSendContext(item, entry)),
	);
}

function createSendContext<Parameters>(item: Item<Parameters>, entry: Entry): SendContext {
	const { context, operation, run } = item;
	return {
		lastResponse: entry.lastResponse,
		withoutAttached: (files) => withoutAttached(files, entry.attachedFiles),
		request: async (body, files = []) => {
			const response = await sendRequest(context, item.request, {
				body,
				files: files.map(({ file }) => file),
				operation,
				maxRetries: run.options.maxRetries,
				beforeSend: async (tenant) => await beforeSend(item, entry, tenant),
				pause: (waitMs) => run.pause(waitMs),
			});
			run.ledger.accepted(entry, response, files);
			return response;
		},
	};
}

/** Waits until a request may leave, and makes sure that it still should. */
async function beforeSend<Parameters>(
	{ operation, run, attempt }: Item<Parameters>,
	entry: Entry,
	tenant: string,
): Promise<void> {
	await attempt.waitToSend();
	if (entry.tenant !== undefined && entry.tenant !== tenant) {
		throw new UserError('The credential changed while the item was being sent', {
			description:
				'An expression in the credential returned another server or CRM operation name than before. It must return the same for all requests of an item.',
		});
	}
	run.ledger.sentTo(entry, tenant);
	if (run.ledger.isOvertaken(entry)) {
		throw new UserError(`A later item may have updated the same ${operation.noun}`, {
			description:
				'This item failed at first. It is not sent after the later one, as it could put older values in place of newer ones.',
		});
	}
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
 * @throws the failure that stopped the run, and no other: n8n would show that of the lowest item
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
	if (error !== attempt.stoppedBy) return [];

	await attempt.end();
	throw addSummary(nodeError, run, error);
}

function toOutput(context: IExecutePaginationFunctions, output: IDataObject[]) {
	const pairedItem = { item: context.getItemIndex() };
	return output.map((json) => ({ json, pairedItem }));
}
