import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { recipientOf } from '../transport/completeRequest';
import type { RequestGate, RoutingRequest } from '../transport/request';
import { sendRequest } from '../transport/request';
import type { Attempt } from './attempt';
import type { AttachedFile, Operation, RequestBody, WolkvoxResponse } from '../operation';
import type { ItemState } from './itemState';
import type { NodeRun } from './nodeRun';

interface ItemContext {
	run: NodeRun;
	attempt: Attempt;
	recordId: string;
	maxRetries: number;
}

/** What an operation does with one item in one attempt, in view of what earlier attempts did. */
export class ItemTask<Parameters> implements RequestGate {
	private state!: ItemState;

	constructor(
		private readonly context: IExecutePaginationFunctions,
		private readonly routingRequest: RoutingRequest,
		private readonly handler: Operation<Parameters>,
		private readonly item: ItemContext,
	) {}

	/** Tells records apart: the same one, however its ID is written. */
	get recordKey(): string {
		return this.item.recordId.toLowerCase();
	}

	/** The parameters, unless an earlier attempt has said all that there is to say of the item. */
	async getParameters(): Promise<Parameters | undefined> {
		const { context, handler } = this;
		const { run, recordId } = this.item;
		const itemIndex = context.getItemIndex();
		const wasSent = run.history.statesOf(itemIndex).some(({ recipient }) => recipient);
		const recipient = wasSent
			? recipientOf(await context.getCredentials('wolkvoxCrmApi'))
			: undefined;
		this.state = run.stateOf(itemIndex, this.recordKey, recipient);
		return this.state.result || this.state.unknown
			? undefined
			: await handler.getParameters(context, recordId);
	}

	/** @returns the JSON of the output items */
	async send(parameters: Parameters | undefined): Promise<IDataObject[]> {
		const { state } = this;
		await state.settled;
		if (state.result) return state.result;
		if (state.unknown) throw state.unknown;

		const sending = this.handler.send(parameters!, {
			lastResponse: state.lastResponse,
			withoutAttached: (files) => state.withoutAttached(files),
			request: async (body, files) => await this.request(body, files),
		});
		state.settled = sending.catch((error: Error) => this.item.run.noteFailure(state, error));
		state.result = await sending;
		this.item.run.noteProgress(state);
		return state.result;
	}

	private async request(body?: RequestBody, files: AttachedFile[] = []): Promise<WolkvoxResponse> {
		const { maxRetries, run } = this.item;
		const response = await sendRequest(this.context, this.routingRequest, {
			body,
			action: this.handler,
			gate: this,
			maxRetries,
		});
		this.state.noteSuccess(response, files);
		run.noteProgress(this.state);
		return response;
	}

	async open(recipient: string): Promise<void> {
		const { run, attempt } = this.item;
		await attempt.open();
		if (!this.state.isFor(recipient)) throwCredentialChanged();
		this.state.recipient = recipient;
		if (run.history.isOvertaken(this.state)) throwOvertaken(this.handler.noun);
	}

	hold(waitMs: number): void {
		this.item.attempt.hold(waitMs);
	}
}

function throwOvertaken(noun: string): never {
	throw new UserError(`A later item may have updated the same ${noun}`, {
		description:
			'This item failed at first. It is not sent after the later one, as it could put older values in place of newer ones.',
	});
}

/** What an item has sent to one company must not be completed at another. */
function throwCredentialChanged(): never {
	throw new UserError('The credential changed while the item was being sent', {
		description:
			'An expression in the credential returned another server or CRM operation name than before. It must return the same for all requests of an item.',
	});
}
