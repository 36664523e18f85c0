import type {
	IDataObject,
	IExecutePaginationFunctions,
	INode,
	INodeExecutionData,
} from 'n8n-workflow';
import { NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';

import { RequestFailure } from '../transport/failure';
import type { RoutingRequest } from '../transport/request';
import { sendRequest } from '../transport/request';
import type { Attempt } from './attempt';
import type { Handler } from './handler';
import type { NodeRun } from './nodeRun';
import { isTool, nodeRunOf } from './nodeRun';
import { getRunOptions } from './runOptions';
import { summaryOf } from './summary';

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
	handler: Handler<Parameters>,
): Promise<INodeExecutionData[]> {
	const run = nodeRunOf(context);
	const attempt = run.attemptOf(context);
	const pairedItem = { item: context.getItemIndex() };
	attempt.itemEvaluated();
	try {
		const result = await resultOf(context, request, handler, run, attempt);
		return result.map((json) => ({ json, pairedItem }));
	} catch (error) {
		const failure = await reportedFailure(context, run, attempt, error);
		return failure ? [{ json: failure, pairedItem }] : [];
	}
}

async function resultOf<Parameters>(
	context: IExecutePaginationFunctions,
	request: RoutingRequest,
	handler: Handler<Parameters>,
	run: NodeRun,
	attempt: Attempt,
): Promise<IDataObject[]> {
	const { maxRetries } = getRunOptions(run.node);
	const state = run.stateOf(context.getItemIndex(), handler.recordId(context));
	if (state.result) return state.result;

	const read = async () => await handler.read(context, run.node, state.recordId);
	return await attempt.run(state.recordId, read, async (parameters) => {
		await state.settled;
		if (state.result) return state.result;
		if (state.unknown) throw state.unknown;

		const sending = handler.send(parameters, {
			state,
			request: async (body) =>
				await sendRequest(context, request, { body, gate: attempt, maxRetries }),
		});
		state.settled = sending.catch((error: Error) => state.noteFailure(error));
		state.result = await sending;
		return state.result;
	});
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
	if (attempt.isOver) {
		await attempt.end();
		run.save(context);
	}

	const failure = toNodeError(run.node, context.getItemIndex(), error);
	// A model is shown the message alone, and needs the advice no less than a person.
	if (isTool(run.node)) failure.message = sentences(failure.message, failure.description);

	if (run.continueOnFail) {
		const outcome = error instanceof RequestFailure ? error.outcome : 'notSent';
		return { error: failure.message, details: { outcome } };
	}
	if (error !== attempt.cause) return undefined;
	if (!isTool(run.node)) {
		failure.description = sentences(failure.description, summaryOf(run.allStates(), error));
	}
	throw failure;
}

type DescribedError = Error & { description?: string | null };

/** The message names the item, as n8n shows nothing else on the error output. */
function toNodeError(node: INode, itemIndex: number, error: DescribedError): DescribedError {
	const { message } = error;
	const description = error.description ?? undefined;
	if (error instanceof RequestFailure) {
		const { httpCode, outcome } = error;
		const options = { message, description, httpCode, itemIndex };
		const apiError = new NodeApiError(node, { message }, options);
		// n8n replaces a message in which it finds the name of a network error.
		apiError.message = message;
		apiError.context.outcome = outcome;
		return apiError;
	}
	return error instanceof UserError
		? new NodeOperationError(node, `${message} [item ${itemIndex}]`, { itemIndex, description })
		: error;
}

function sentences(...texts: Array<string | null | undefined>): string {
	return texts
		.filter((text) => text)
		.map((text) => (/[.!?]$/.test(text!) ? text : `${text}.`))
		.join(' ');
}
