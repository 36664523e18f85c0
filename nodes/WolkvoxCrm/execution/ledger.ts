import { createHash } from 'crypto';
import type { IDataObject, IExecutePaginationFunctions, INode } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { isTool } from '../isTool';
import type { AttachedFile, OperationKind, WolkvoxResponse } from '../operation';
import { isJsonObject } from '../transport/content';
import { RequestFailure } from '../transport/failure';
import { CHANGED } from './words';

/** What is known of one item, one record and one tenant. It outlives the attempts of n8n's Retry On Fail. */
export interface Entry {
	readonly itemIndex: number;
	/** How the item names its record, or the item itself if it names none. */
	readonly givenKey: string;
	/** The record itself, once it is found. */
	recordKey: string;
	/** The server and the CRM operation to which requests went; none before the first one. */
	tenant?: string;
	/** The JSON of the output items, once the item is done. */
	result?: IDataObject[];
	/** Whether a request has left of which neither the outcome is known nor the user was told. */
	isSending?: boolean;
	/** The failure after which Wolkvox may have applied a request: sending it again could double it. */
	unknownFailure?: RequestFailure;
	/** The last failure after which it is certain that Wolkvox has not applied a request. */
	lastCertainFailure?: Error;
	/** The response to the last request that Wolkvox applied. */
	lastResponse?: WolkvoxResponse;
	/** The files that Wolkvox has accepted. */
	attachedFiles: AttachedFile[];
	/** Settles, without an error, when the last sending of the item has ended. */
	lastSending?: Promise<unknown>;
}

/** What an execution keeps of an item, as plain data. */
type SavedEntry = Pick<
	Entry,
	| 'itemIndex'
	| 'givenKey'
	| 'recordKey'
	| 'tenant'
	| 'result'
	| 'isSending'
	| 'lastResponse'
	| 'attachedFiles'
>;

interface SavedRun {
	/** Identifies what the items were sent for: other parameters, another credential or number of items start afresh. */
	fingerprint: string;
	entries: Record<string, SavedEntry>;
}

/** What is known of a record, of all its items. */
interface RecordState {
	/** The last item by which Wolkvox has, or may have, changed the record. */
	latestEntry?: Entry;
	/** An item of which it is unknown whether Wolkvox has changed the record by it, or still will. */
	unknownItem?: number;
}

/**
 * What a node run knows of its items, over all attempts, and what the next execution will know of them:
 * n8n saves a node's context with each execution, so Retry in its list of executions can go on where the
 * run stopped. The context is one for all runs of a node.
 *
 * The saved part holds what the node returns, which is Wolkvox's responses, but no values, no file names
 * and no error messages: expressions can read it, and n8n does not redact it. An item is saved before its
 * request leaves, so that Retry does not send it again unasked if no one could note how it ended.
 */
export class Ledger {
	private readonly entries = new Map<number, Entry[]>();

	private readonly records = new Map<string, RecordState>();

	/** Where the saved part is; a tool call, which cannot be retried by itself, has none. */
	private readonly saved?: { context: IDataObject; key: string; fingerprint: string };

	/** @param items how many items the run has */
	constructor(
		context: IExecutePaginationFunctions,
		node: INode,
		private readonly operation: OperationKind,
		items: number,
	) {
		if (operation.effect === 'reads' || isTool(node)) return;

		this.saved = {
			context: context.getContext('node'),
			key: `run ${context.getWorkflowDataProxy(context.getItemIndex()).$runIndex}`,
			fingerprint: getFingerprint(node, items),
		};
		const earlier = this.saved.context[this.saved.key] as SavedRun | undefined;
		const isSameRun = earlier?.fingerprint === this.saved.fingerprint;
		if (!isSameRun || context.getMode() !== 'retry') this.discard();
		else Object.values(earlier.entries).forEach((entry) => this.load(entry));
	}

	/** Whether something was sent for an item before. Reads start afresh in every attempt. */
	has(itemIndex: number): boolean {
		return this.entries.has(itemIndex);
	}

	/** What is known of an item; if nothing was sent for it to this record and tenant, a new entry, which counts once it is sent. */
	getEntry(itemIndex: number, givenKey: string, tenant?: string): Entry {
		const known = this.getEntries(itemIndex).find(
			(entry) => entry.givenKey === givenKey && entry.tenant === tenant,
		);
		return known ?? { itemIndex, givenKey, recordKey: givenKey, tenant, attachedFiles: [] };
	}

	/** The entry of an item once its record is found; a new one if earlier requests went to another record. */
	atRecord(entry: Entry, recordKey: string): Entry {
		const { itemIndex, givenKey, tenant } = entry;
		const isNew = !this.getEntries(itemIndex).includes(entry);
		if (isNew) return { ...entry, recordKey };
		const known = this.getEntries(itemIndex).find(
			(other) =>
				other.givenKey === givenKey && other.tenant === tenant && other.recordKey === recordKey,
		);
		return known ?? { itemIndex, givenKey, recordKey, tenant, attachedFiles: [] };
	}

	getEntries(itemIndex: number): Entry[] {
		return this.entries.get(itemIndex) ?? [];
	}

	all(): Entry[] {
		return [...this.entries.values()].flat();
	}

	/** Sends an item unless it is done, or may be: never twice, over all attempts. */
	async once(entry: Entry, send: () => Promise<IDataObject[]>): Promise<IDataObject[]> {
		await entry.lastSending;
		if (isSettled(entry)) return recall(entry);

		const sending = send();
		entry.lastSending = sending.catch(() => {});
		entry.result = await sending;
		this.save(entry);
		return entry.result;
	}

	/**
	 * Registers to which server and CRM operation the requests of an entry go.
	 *
	 * @throws UserError if an earlier one went elsewhere
	 */
	noteTenant(entry: Entry, tenant: string): void {
		entry.tenant ??= tenant;
		if (entry.tenant !== tenant) throwCredentialChanged();
	}

	/** The output of the last other item that changed the same record. */
	getEarlierResult(entry: Entry): IDataObject[] | undefined {
		return this.records.get(getStateKey(entry))?.latestEntry?.result;
	}

	/**
	 * Registers that a change is about to leave.
	 *
	 * @throws UserError if it must not
	 */
	sending(entry: Entry): void {
		this.assertMayFollow(entry);
		if (!this.getEntries(entry.itemIndex).includes(entry)) this.add(entry);
		entry.isSending = true;
		this.save(entry);
	}

	/** Registers that Wolkvox has applied a request. */
	applied(entry: Entry, response: WolkvoxResponse, files: AttachedFile[]): void {
		entry.isSending = false;
		entry.lastResponse = response;
		entry.attachedFiles.push(...files.map(({ name, key }) => ({ name, key })));
		this.noteChange(entry);
		this.save(entry);
	}

	/** Registers that a request was not confirmed. */
	failed(entry: Entry, failure: RequestFailure): void {
		if (failure.outcome === 'unknown') {
			// `isSending` stays, so that Retry takes it for unknown until the user is told.
			entry.unknownFailure = failure;
			this.noteChange(entry);
		} else {
			entry.isSending = false;
			entry.lastCertainFailure = failure;
			this.save(entry);
		}
	}

	/** Registers that the user was told of all unknown outcomes: people who press Retry then have checked. */
	userWasTold(): void {
		for (const entry of this.all().filter(({ unknownFailure }) => unknownFailure)) {
			entry.isSending = false;
			this.save(entry);
		}
	}

	/** Once the run has ended well, no one needs what was saved. */
	discard(): void {
		if (this.saved) delete this.saved.context[this.saved.key];
	}

	/** An item must not put older values in place of newer ones, nor overtake one that Wolkvox may still apply. */
	private assertMayFollow(entry: Entry): void {
		const { effect, noun } = this.operation;
		const changed = CHANGED[effect];
		const { latestEntry, unknownItem } = this.records.get(getStateKey(entry)) ?? {};
		if (latestEntry && latestEntry.itemIndex > entry.itemIndex) {
			throw new UserError(`A later item may have ${changed} the same ${noun}${because(entry)}`, {
				description:
					'This item failed at first. It is not sent after the later one, as it could put older values in place of newer ones.',
			});
		}
		if (unknownItem !== undefined && unknownItem !== entry.itemIndex) {
			throw new UserError(
				`It is unknown whether item ${unknownItem} has ${changed} the same ${noun}`,
				{
					description: `This item is not sent, as Wolkvox may still apply the other one after it. Check the ${noun}, then run this item again.`,
				},
			);
		}
	}

	/** Notes that Wolkvox has, or may have, changed the record of an entry. */
	private noteChange(entry: Entry): void {
		const key = getStateKey(entry);
		const { latestEntry, unknownItem } = this.records.get(key) ?? {};
		const isLater = latestEntry && latestEntry.itemIndex > entry.itemIndex;
		this.records.set(key, {
			latestEntry: isLater ? latestEntry : entry,
			unknownItem: entry.unknownFailure ? entry.itemIndex : unknownItem,
		});
	}

	private add(entry: Entry): void {
		this.entries.set(entry.itemIndex, [...this.getEntries(entry.itemIndex), entry]);
	}

	private load(saved: SavedEntry): void {
		const entry: Entry = { ...saved };
		if (saved.isSending) {
			entry.unknownFailure = new RequestFailure(
				'unknown',
				'The earlier execution ended before the response to this item was read',
			);
		}
		this.add(entry);
		this.noteChange(entry);
	}

	private save(entry: Entry): void {
		if (!this.saved || entry.tenant === undefined) return;
		const { context, key, fingerprint } = this.saved;
		context[key] ??= { fingerprint, entries: {} };
		const { entries } = context[key] as unknown as SavedRun;
		const { itemIndex, givenKey, recordKey, tenant, result, lastResponse, isSending } = entry;
		const entryKey = JSON.stringify([itemIndex, givenKey, tenant]);
		if (!result && !lastResponse && !isSending) {
			delete entries[entryKey];
			return;
		}
		entries[entryKey] = {
			itemIndex,
			givenKey,
			recordKey,
			tenant,
			attachedFiles: entry.attachedFiles.map((file) => ({ key: file.key })),
			...(isSending && { isSending }),
			...(result ? { result } : { lastResponse }),
		};
	}
}

/** The names of the files that Wolkvox has accepted for an entry; an earlier execution saved none. */
export function getAttachedNames({ attachedFiles }: Entry): string[] {
	return attachedFiles.map(({ name }) => name ?? 'a file of an earlier execution');
}

function getStateKey({ recordKey, tenant }: Entry): string {
	return JSON.stringify([recordKey, tenant]);
}

/** Whether there is nothing left to send: the item is done, or sending it again could double it. */
export function isSettled({ result, unknownFailure }: Entry): boolean {
	return result !== undefined || unknownFailure !== undefined;
}

/** How a settled item ended: returns its output, or throws what made it unknown. */
export function recall({ result, unknownFailure }: Entry): IDataObject[] {
	if (result) return result;
	throw unknownFailure;
}

/** On the error output, n8n shows nothing but the message. */
function because({ lastCertainFailure }: Entry): string {
	return lastCertainFailure ? `, after this one failed: ${lastCertainFailure.message}` : '';
}

function throwCredentialChanged(): never {
	throw new UserError('The credential changed while the item was being sent', {
		description:
			'An expression in the credential returned another server or CRM operation name than before. It must return the same for all requests of an item.',
	});
}

/** Of the parameters as they stand: a hash of resolved values would differ with `$now` or `$execution.id`. */
function getFingerprint({ parameters, credentials }: INode, items: number): string {
	const relevant = {
		...parameters,
		requestOptions: undefined,
		options: { ...(parameters.options as object), maxConcurrent: undefined, maxRetries: undefined },
	};
	const text = JSON.stringify([relevant, credentials?.wolkvoxCrmApi?.id, items], sortKeys);
	return createHash('sha256').update(text).digest('base64');
}

function sortKeys(_key: string, value: unknown): unknown {
	return isJsonObject(value)
		? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
		: value;
}
