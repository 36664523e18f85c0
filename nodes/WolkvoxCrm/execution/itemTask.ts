import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { recipientOf } from '../transport/completeRequest';
import type { RequestBody, RequestGate, RoutingRequest } from '../transport/request';
import { sendRequest } from '../transport/request';
import type { WolkvoxResponse } from '../transport/response';
import type { Attempt } from './attempt';
import type { Handler } from './handler';
import type { AttachedFile, ItemState } from './itemState';
import type { NodeRun } from './nodeRun';

interface ItemContext {
	run: NodeRun;
	attempt: Attempt;
	state: ItemState;
	maxRetries: number;
}

/** What an operation does with one item in one attempt, in view of what earlier attempts did. */
export class ItemTask<Parameters> implements RequestGate {
	private readonly state: ItemState;

	constructor(
		private readonly context: IExecutePaginationFunctions,
		private readonly routingRequest: RoutingRequest,
		private readonly handler: Handler<Parameters>,
		private readonly item: ItemContext,
	) {
		this.state = item.state;
	}

	/** The parameters, unless an earlier attempt has said all that there is to say of the item. */
	async read(): Promise<Parameters | undefined> {
		const { context, state } = this;
		if (state.recipient) {
			state.forgetUnlessFor(recipientOf(await context.getCredentials('wolkvoxCrmApi')));
		}
		return state.result || state.unknown
			? undefined
			: await this.handler.read(context, this.item.run.node, state.recordId);
	}

	/** @returns the JSON of the output items */
	async send(parameters: Parameters | undefined): Promise<IDataObject[]> {
		const { state } = this;
		await state.settled;
		if (state.result) return state.result;
		if (state.unknown) throw state.unknown;
		if (this.item.run.isOvertaken(state)) throwOvertaken(this.handler.noun);

		const sending = this.handler.send(parameters!, {
			state,
			request: async (body, files) => await this.request(body, files),
		});
		state.settled = sending.catch((error: Error) => state.noteFailure(error));
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
		await this.item.attempt.open();
		this.state.recipient = recipient;
	}

	hold(waitMs: number): void {
		this.item.attempt.hold(waitMs);
	}
}

function throwOvertaken(noun: string): never {
	throw new UserError(`A later item has updated the same ${noun}`, {
		description:
			'This item failed at first. It is not sent after the later one, as it would put older values in place of newer ones.',
	});
}
