import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteData,
	IExecutePaginationFunctions,
	INode,
	INodeExecutionData,
	NodeError,
} from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { Failure } from './reply';

/** The editor takes no higher number of requests at once; a workflow made elsewhere could have one. */
const MOST_AT_ONCE = 20;

/** What a run knows of one item. It outlives the tries of n8n's Retry On Fail. */
class Progress {
	/** Requests of this item that Wolkvox has taken, one a file unless they go together. */
	taken = 0;

	/** Names of the files that Wolkvox has taken. */
	readonly attached: string[] = [];

	/** The answer, once the whole item is done. */
	answer?: IDataObject;

	/** A failure after which Wolkvox may have the update: sending it again could double it. */
	unsure?: Failure;

	/** Settles, always well, when the request that an earlier try left under way has ended. */
	underWay: Promise<unknown> = Promise.resolve();
}

/** A promise and the function that fulfils it. */
function signal() {
	let give = () => {};
	const given = new Promise<void>((resolve) => (give = resolve));
	return { given, give };
}

/**
 * One try of a node run: who has entered, who is sending, who waits.
 *
 * n8n reads the parameters of all items in one synchronous loop and only then awaits them
 * (routing-node.js, `runNode`). An expression that fails in a later item ends the node there and
 * then, with every earlier item already in here. So in a run that may not go on, nothing is sent
 * until the last item has entered, and a failure is held back until then: nobody would catch it.
 */
class Try {
	private entered = 0;

	private sending = 0;

	private stopped = false;

	/** Whether the pause after a batch has begun and not ended. */
	private inPause = false;

	private nextEntry = signal();

	private readonly everyone = signal();

	private readonly quiet = signal();

	private readonly queue: Array<() => void> = [];

	private credentialsRead?: Promise<ICredentialDataDecryptedObject>;

	/**
	 * @param items how many items n8n will bring
	 * @param atOnce how many may send at the same time
	 * @param goesOn whether the run goes on after a failure
	 * @param batch how many items n8n brings in a row, and the milliseconds it sleeps in between
	 */
	constructor(
		private readonly items: number,
		private readonly atOnce: number,
		private readonly goesOn: boolean,
		private readonly batch: { size: number; pause: number },
		private readonly cancelled?: AbortSignal,
	) {}

	get over(): boolean {
		return this.stopped || this.cancelled?.aborted === true;
	}

	enter(): void {
		this.entered++;
		this.inPause = false;
		if (this.entered === this.items) this.everyone.give();
		this.nextEntry.give();
		this.nextEntry = signal();
	}

	/** Nothing starts any more; what is being sent ends by itself. */
	stop(): void {
		this.stopped = true;
		if (this.sending === 0) this.quiet.give();
	}

	/** Waits until it is this item's turn. Whoever was given a turn must hand it on. */
	async turn(): Promise<void> {
		if (this.entered % this.batch.size === 0) void this.pause();
		if (this.sending < this.atOnce) this.sending++;
		else await new Promise<void>((resolve) => this.queue.push(resolve));
		while (this.mayHaveFailed()) await this.nextEntry.given;
	}

	handOn(): void {
		const next = this.queue.shift();
		if (next) return next();
		this.sending--;
		if (this.stopped && this.sending === 0) this.quiet.give();
	}

	/** The credential, read once: each reading is a query and a decryption. */
	async credentials(context: IExecutePaginationFunctions): Promise<ICredentialDataDecryptedObject> {
		this.credentialsRead ??= context.getCredentials('wolkvoxCrmApi');
		return await this.credentialsRead;
	}

	/** After a stop: waits until n8n listens for failures and nothing is being sent. */
	async ended(): Promise<void> {
		await this.everyone.given;
		await this.quiet.given;
	}

	/**
	 * Sleeps as long as n8n is about to. Timers of one length end in the order in which they began, so
	 * this one ends before n8n's, and nothing is sent between the two.
	 */
	private async pause(): Promise<void> {
		this.inPause = true;
		await sleep(this.batch.pause);
		this.inPause = false;
	}

	/**
	 * Whether n8n may have stopped bringing items: an expression may have failed within a batch, or as
	 * the first of the next one when the pause is over.
	 */
	private mayHaveFailed(): boolean {
		return !this.goesOn && !this.over && this.entered < this.items && !this.inPause;
	}
}

/** A node run: all tries over the same items. */
class Run {
	readonly node: INode;

	readonly goesOn: boolean;

	readonly progress = new Map<number, Progress>();

	current!: Try;

	private lastIndex = Infinity;

	constructor(context: IExecutePaginationFunctions) {
		this.node = context.getNode();
		this.goesOn = context.continueOnFail();
	}

	/**
	 * Notes that n8n has brought an item. Within a try they come in rising order, so one that is not
	 * higher than the last begins the next try.
	 */
	enter(context: IExecutePaginationFunctions): Progress {
		const index = context.getItemIndex();
		if (index <= this.lastIndex) {
			this.current?.stop();
			this.current = this.newTry(context);
		}
		this.lastIndex = index;
		this.current.enter();

		if (!this.progress.has(index)) this.progress.set(index, new Progress());
		return this.progress.get(index)!;
	}

	/** What a person needs to know after a stop: which cases are changed already. */
	applied(): string {
		const all = [...this.progress];
		const updated = all.filter(([, { answer }]) => answer).map(([index]) => index);
		const partly = all
			.filter(([, { answer, attached }]) => !answer && attached.length > 0)
			.map(([index, { attached }]) => `item ${index} in part (attached: ${attached.join(', ')})`);

		const [cases, items] = updated.length === 1 ? ['case was', 'item'] : ['cases were', 'items'];
		const parts = [...(updated.length > 0 ? [`${items} ${ranges(updated)}`] : []), ...partly];
		return parts.length === 0
			? 'No case was updated before this.'
			: `Before this, ${updated.length} ${cases} updated: ${parts.join('; ')}.`;
	}

	private newTry(context: IExecutePaginationFunctions): Try {
		const items = itemCount(context, this.node);
		const { maxConcurrent = 1 } = context.getNodeParameter('options', {}) as IDataObject;
		const { batching } = context.getNodeParameter('requestOptions', {}) as {
			batching?: { batch?: { batchSize?: number; batchInterval?: number } };
		};
		const { batchSize = 1, batchInterval = 0 } = batching?.batch ?? {};
		const batch =
			batchInterval > 0
				? { size: Math.max(batchSize, 1), pause: batchInterval }
				: { size: items, pause: 0 };
		return new Try(
			items,
			Math.min(Math.max(Number(maxConcurrent) || 1, 1), MOST_AT_ONCE),
			this.goesOn,
			batch,
			context.getExecutionCancelSignal(),
		);
	}
}

/** Rising numbers in words: 0, 1, 2, 5 gives "0-2, 5". */
function ranges(numbers: number[]): string {
	const runs: Array<[number, number]> = [];
	for (const number of numbers) {
		const last = runs.at(-1);
		if (last?.[1] === number - 1) last[1] = number;
		else runs.push([number, number]);
	}
	return runs.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(', ');
}

/** n8n gives the copy of a node that serves AI agents this ending. */
export function isTool(node: INode): boolean {
	return node.type.endsWith('Tool');
}

/** What an item may use while it is its turn. */
export interface Turn {
	node: INode;
	credentials: ICredentialDataDecryptedObject;
	progress: Progress;
	/** Whether the run has stopped or was cancelled, so that nothing more may be sent. */
	isOver(): boolean;
}

/** With Execute Once n8n hands the node one item, and the execute data still holds all of them. */
function itemCount(context: IExecutePaginationFunctions, node: INode): number {
	return isTool(node) || node.executeOnce
		? 1
		: (context.getExecuteData().data.main?.[0]?.length ?? 1);
}

/**
 * A run is known by its execute data: all its items and tries share that object, and no two runs do.
 * A tool call is a run of its own; in older versions of n8n it has the execute data of its agent,
 * which tells no two calls apart.
 */
const runs = new WeakMap<IExecuteData, Run>();

function runOf(context: IExecutePaginationFunctions): Run {
	const data = context.getExecuteData();
	const known = runs.get(data);
	if (known) return known;

	const run = new Run(context);
	if (data.node.name === run.node.name) runs.set(data, run);
	return run;
}

/**
 * Takes one item through a run: reads it at once, sends it when its turn comes, and gives n8n the
 * output item or the failure in the form that keeps both outputs paired.
 *
 * - An item that an earlier try of Retry On Fail has updated gives its stored answer.
 * - A run that may not go on sends nothing more after its first failure, and nothing at all when an
 *   item cannot be read.
 * - A failed item of a run that goes on is `{ json: { error }, pairedItem }` without an `error`
 *   beside `json`: in this form n8n adds the input's JSON to it (workflow-execute.js,
 *   `handleNodeErrorOutput`).
 *
 * @param read reads the item's parameters; throws when they will not do
 * @param send sends what was read and gives Wolkvox's answer, or nothing when the run was over
 * before everything was sent
 * @throws NodeError the first failure of a run that may not go on, with what was updated before
 */
export async function inTurn<Update>(
	context: IExecutePaginationFunctions,
	read: (node: INode) => Update,
	send: (update: Update, turn: Turn) => Promise<IDataObject | undefined>,
): Promise<INodeExecutionData[]> {
	const item = context.getItemIndex();
	const run = runOf(context);
	const progress = run.enter(context);
	const { current } = run;
	const failure = progress.answer ? undefined : await takeTurn(context, run, progress, read, send);
	if (failure && isTool(run.node)) adviseModel(failure);

	if (progress.answer) return [{ json: progress.answer, pairedItem: { item } }];
	if (run.goesOn) {
		const error = failure?.message ?? 'The execution was cancelled before this case was updated';
		return [{ json: { error }, pairedItem: { item } }];
	}
	if (!failure) return [];

	await current.ended();
	throw isTool(run.node) ? failure : withCount(failure, run);
}

/** A model is shown the message alone, and needs the advice no less than a person. */
function adviseModel(failure: NodeError): void {
	failure.message = sentences(failure.message, failure.description);
}

function withCount(failure: NodeError, run: Run): NodeError {
	failure.description = sentences(failure.description, run.applied());
	return failure;
}

function sentences(...texts: Array<string | null | undefined>): string {
	return texts
		.filter((text) => text)
		.map((text) => (/[.!?]$/.test(text!) ? text : `${text}.`))
		.join(' ');
}

/** @returns what went wrong; nothing when the item is done, or when the run was over before it */
async function takeTurn<Update>(
	context: IExecutePaginationFunctions,
	run: Run,
	progress: Progress,
	read: (node: INode) => Update,
	send: (update: Update, turn: Turn) => Promise<IDataObject | undefined>,
): Promise<NodeError | undefined> {
	const { current, node } = run;
	try {
		const update = read(node);
		await current.turn();
		try {
			await progress.underWay;
			if (progress.answer || current.over) return undefined;

			const credentials = await current.credentials(context);
			const isOver = () => current.over;
			const sending = send(update, { node, credentials, progress, isOver });
			progress.underWay = sending.catch(() => {});
			progress.answer = await sending;
		} finally {
			current.handOn();
		}
		return undefined;
	} catch (error) {
		if (!run.goesOn) current.stop();
		return error;
	}
}
