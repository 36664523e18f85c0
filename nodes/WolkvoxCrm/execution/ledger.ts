import { createHash } from 'crypto';
import type { IDataObject, IExecutePaginationFunctions, INode } from 'n8n-workflow';

import { isTool } from '../isTool';
import type { AttachedFile, OperationKind, WolkvoxResponse } from '../operation';
import { RequestFailure } from '../transport/failure';
import { isJsonObject } from '../transport/content';

/** What is known of one item, one record and one tenant. It outlives the attempts of n8n's Retry On Fail. */
export interface Entry {
	readonly itemIndex: number;
	readonly recordKey: string;
	/** The server and the CRM operation to which requests went; none before the first one. */
	tenant?: string;
	/** The JSON of the output items, once the item is done. */
	result?: IDataObject[];
	/** The failure after which Wolkvox may have applied a request: sending it again could double it. */
	unknownFailure?: RequestFailure;
	/** The response to the last request that Wolkvox applied. */
	lastResponse?: WolkvoxResponse;
	/** The files that Wolkvox has accepted. */
	attachedFiles: AttachedFile[];
	/** Settles, without an error, when the requests of an earlier attempt have ended. */
	settled?: Promise<unknown>;
}

/** What an execution keeps of an item, as plain data. */
type SavedEntry = Omit<Entry, 'unknownFailure' | 'settled'>;

interface SavedRun {
	/** Identifies what the items were sent for: another node, credential or number of items starts afresh. */
	fingerprint: string;
	entries: Record<string, SavedEntry>;
}

/**
 * What a node run knows of its items, over all attempts, and what the next execution will know of them:
 * n8n saves a node's context with each execution, so Retry in its list of executions can go on where the
 * run stopped. The context is one for all runs of a node.
 *
 * The saved part holds what the node returns, which is Wolkvox's responses, but no values, no file names
 * and no error messages: expressions can read it, and n8n does not redact it. An unknown outcome is not
 * saved: people who press Retry were told to check first.
 */
export class Ledger {
	private readonly entries = new Map<number, Entry[]>();

	/** The last item of each record that Wolkvox has, or may have, changed. */
	private readonly latestItems = new Map<string, number>();

	private readonly isReadOnly: boolean;

	/** Where the saved part is; a tool call, which cannot be retried by itself, has none. */
	private readonly saved?: { context: IDataObject; key: string; fingerprint: string };

	/** @param items how many items the run has */
	constructor(context: IExecutePaginationFunctions, { effect }: OperationKind, items: number) {
		const node = context.getNode();
		this.isReadOnly = effect === 'reads';
		if (this.isReadOnly || isTool(node)) return;

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

	/** What is known of an item; a new entry if nothing was sent for it at this record and tenant. */
	find(itemIndex: number, recordKey: string, tenant?: string): Entry {
		const known = this.getEntries(itemIndex).find(
			(entry) => entry.recordKey === recordKey && entry.tenant === tenant,
		);
		return known ?? { itemIndex, recordKey, tenant, attachedFiles: [] };
	}

	getEntries(itemIndex: number): Entry[] {
		return this.entries.get(itemIndex) ?? [];
	}

	all(): Entry[] {
		return [...this.entries.values()].flat();
	}

	/** Sends an item unless it is done, or may be: never twice, over all attempts. */
	async once(entry: Entry, send: () => Promise<IDataObject[]>): Promise<IDataObject[]> {
		await entry.settled;
		if (entry.result) return entry.result;
		if (entry.unknownFailure) throw entry.unknownFailure;

		const sending = send();
		entry.settled = sending.catch((error: Error) => this.failed(entry, error));
		entry.result = await sending;
		this.save(entry);
		return entry.result;
	}

	/** Registers where the next request of an entry goes. */
	sentTo(entry: Entry, tenant: string): void {
		entry.tenant = tenant;
		const isNew = !this.getEntries(entry.itemIndex).includes(entry);
		if (isNew && !this.isReadOnly) this.add(entry);
	}

	/** Registers that Wolkvox has applied a request. */
	accepted(entry: Entry, response: WolkvoxResponse, files: AttachedFile[]): void {
		entry.lastResponse = response;
		entry.attachedFiles.push(...files.map(({ name, key }) => ({ name, key })));
		this.noteChange(entry);
		this.save(entry);
	}

	/** Whether this item would put older values in place of those of a later one. */
	isOvertaken(entry: Entry): boolean {
		return this.getLatestItem(entry) > entry.itemIndex;
	}

	/** Once the run has ended well, no one needs what was saved. */
	discard(): void {
		if (this.saved) delete this.saved.context[this.saved.key];
	}

	private failed(entry: Entry, error: Error): void {
		if (!(error instanceof RequestFailure) || error.outcome !== 'unknown') return;
		entry.unknownFailure = error;
		this.noteChange(entry);
	}

	/** Notes that Wolkvox has, or may have, changed the record of an entry. */
	private noteChange(entry: Entry): void {
		this.latestItems.set(getRecord(entry), Math.max(this.getLatestItem(entry), entry.itemIndex));
	}

	private getLatestItem(entry: Entry): number {
		return this.latestItems.get(getRecord(entry)) ?? -1;
	}

	private add(entry: Entry): void {
		this.entries.set(entry.itemIndex, [...this.getEntries(entry.itemIndex), entry]);
	}

	private load(saved: SavedEntry): void {
		this.add({ ...saved });
		this.noteChange(saved);
	}

	private save(entry: Entry): void {
		if (!this.saved) return;
		const { context, key, fingerprint } = this.saved;
		context[key] ??= { fingerprint, entries: {} };
		const { entries } = context[key] as unknown as SavedRun;
		const { itemIndex, recordKey, tenant, result, lastResponse } = entry;
		entries[JSON.stringify([itemIndex, recordKey, tenant])] = {
			itemIndex,
			recordKey,
			tenant,
			attachedFiles: entry.attachedFiles.map(({ key: fileKey }) => ({ key: fileKey })),
			...(result ? { result } : { lastResponse }),
		};
	}
}

/** The names of the files that Wolkvox has accepted for an entry; an earlier execution saved none. */
export function getAttachedNames({ attachedFiles }: Entry): string[] {
	return attachedFiles.map(({ name }) => name ?? 'a file of an earlier execution');
}

function getRecord({ recordKey, tenant }: Entry): string {
	return JSON.stringify([recordKey, tenant]);
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
