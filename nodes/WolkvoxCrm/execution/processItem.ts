import type { IDataObject, IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { isTool } from '../isTool';
import type { RoutingRequest } from '../transport/request';
import type { Attempt } from './attempt';
import type { Operation } from '../operation';
import { ItemTask } from './itemTask';
import { sentences, toNodeError } from './nodeErrors';
import type { NodeRun } from './nodeRun';
import { nodeRunOf } from './nodeRun';
import { getRunOptions } from './runOptions';
import { summaryOf } from './summary';

/** A model that gets nothing at all can take it for a failure, or for anything else. */
const NO_MATCH = { message: 'Nothing matches' };

/**
 * Takes one item through a node run: reads it at once, sends it when its run allows, and returns its
 * output items, or its failure in the form that keeps both outputs paired.
 *
 * @throws NodeOperationError what the user can fix, and NodeApiError what Wolkvox or the network
 * refused: the first failure of a run that stops, with a summary of what was updated before
 */
export async function processItem<Parameters>(
	context: IExecutePaginationFunctions,
	request: RoutingRequest,
	handler: Operation<Parameters>,
): Promise<INodeExecutionData[]> {
	const run = nodeRunOf(context, handler);
	const attempt = run.attemptOf(context);
	const pairedItem = { item: context.getItemIndex() };
	attempt.itemEvaluated();
	try {
		const result = await resultOf(context, request, handler, run, attempt);
		const output = result.length === 0 && isTool(run.node) ? [NO_MATCH] : result;
		return output.map((json) => ({ json, pairedItem }));
	} catch (error) {
		const failure = await reportedFailure(context, run, attempt, error);
		return failure ? [{ json: failure, pairedItem }] : [];
	} finally {
		run.noteEnd();
	}
}

async function resultOf<Parameters>(
	context: IExecutePaginationFunctions,
	request: RoutingRequest,
	handler: Operation<Parameters>,
	run: NodeRun,
	attempt: Attempt,
): Promise<IDataObject[]> {
	const { maxRetries } = getRunOptions(run.node);
	const itemIndex = context.getItemIndex();
	// An item that updates no record is one for itself.
	const recordId = handler.recordId?.(context) ?? `item ${itemIndex}`;

	const task = new ItemTask(context, request, handler, { run, attempt, recordId, maxRetries });
	return await attempt.run(
		task.recordKey,
		async () => await task.getParameters(),
		async (parameters) => await task.send(parameters),
	);
}

/**
 * What n8n is told about a failure.
 *
 * @returns the JSON of the failed item if the run goes on: in this form, with no `error` beside `json`,
 * n8n adds the input's JSON to it (workflow-execute.js, `handleNodeErrorOutput`). Nothing for an item
 * that was not sent because the run stopped
 * @throws NodeError the failure that stopped the run, and no other: n8n would show that of the lowest item
 */
async function reportedFailure(
	context: IExecutePaginationFunctions,
	run: NodeRun,
	attempt: Attempt,
	error: Error,
): Promise<IDataObject | undefined> {
	attempt.noteFailure(error);
	const failure = toNodeError(run, context.getItemIndex(), error);
	if (run.continueOnFail) return { error: failure.message };
	if (error !== attempt.cause) return undefined;

	await attempt.end();
	if (!isTool(run.node)) {
		failure.description = sentences(failure.description, summaryOf(run, error));
	}
	throw failure;
}
