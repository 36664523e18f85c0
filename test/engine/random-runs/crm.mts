import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type { IDataObject } from 'n8n-workflow';

import { SUCCESS, type ReceivedRequest } from '../../support/server.mts';

type Write = (response: ServerResponse) => void;

const send = (status: number, type: string, body: string, headers = {}): Write => {
	return (response) => {
		response.writeHead(status, { 'content-type': type, ...headers }).end(body);
	};
};
const json = (status: number, body: object, headers = {}) =>
	send(status, 'application/json', JSON.stringify(body), headers);
const page = (status: number, headers = {}) => send(status, 'text/html', '<h1>Busy</h1>', headers);

/** Without it, the node waits for a second or more before it repeats a request. */
const AT_ONCE = { 'retry-after': '0' };

/** What a response lets anyone know of a change, whoever sent it. */
type Proof = 'applied' | 'refused' | 'unknown';

interface Failure {
	proof: Proof;
	/** Which requests the node itself may repeat. */
	repeatable?: 'all' | 'searches';
	write: Write;
}

const refused = (write: Write, repeatable?: 'all'): Failure => ({
	proof: 'refused',
	repeatable,
	write,
});
const unknown = (write: Write, repeatable?: 'searches'): Failure => ({
	proof: 'unknown',
	repeatable,
	write,
});

/**
 * What a client sees instead of a success. The proofs are what the vendor's pages show, and what a status
 * means by itself; all others say nothing of what the server did, however much they look like it.
 */
export const FAILURES = {
	rejection: refused(json(400, { code: 400, msg: 'No' })),
	tooMany: refused(json(429, { code: 429, msg: 'Busy' }, AT_ONCE), 'all'),
	pause: refused(json(503, { code: 503, msg: 'Wait' }, AT_ONCE), 'all'),
	noSuchPage: refused(page(404)),
	moved: refused(page(308, { location: '/' })),
	pageOfCache: unknown(page(503, AT_ONCE), 'searches'),
	pageOfServer: unknown(page(500, AT_ONCE), 'searches'),
	contradiction: unknown(json(502, SUCCESS, AT_ONCE), 'searches'),
	pageOfFirewall: unknown(page(403)),
	pageElsewhere: unknown(page(302, { location: '/' })),
	emptyPage: unknown(page(416)),
	otherJson: unknown(json(200, { status: 'fail', data: { id: 1 } })),
	noReason: unknown(json(200, { ok: false, reason: 'timeout', data: '' })),
	emptyError: unknown(json(200, { status: 'error', data: [] })),
	silence: unknown((response) => void response.destroy(), 'searches'),
};

/** What only looks like a search without a result. */
export const NO_RESULTS = {
	tooManyRows: unknown(json(200, { code: 200, error_code: 17, data: '' })),
	timedOut: unknown(json(200, { code: 200, msg: 'Connected, but the query timed out', data: [] })),
};

/** What happens to a request: each part of it is drawn apart from the others. */
export interface Draw {
	/** What the client sees of a change: a success that names its record, none or another one, or a failure. */
	change: 'success' | 'withoutId' | 'otherRecord' | keyof typeof FAILURES;
	/** What the server does with a change, where the response does not prove it. */
	fate: 'applied' | 'late' | 'never';
	/** What the client sees of a search. */
	search: 'result' | keyof typeof FAILURES | keyof typeof NO_RESULTS;
	delayMs: number;
}

const AS_USUAL: Draw = { change: 'success', fate: 'applied', search: 'result', delayMs: 0 };

/** Where a page of a search begins. */
export const PAGING = {
	complete: (page: number, size: number) => (page - 1) * size,
	overlapping: (page: number, size: number) => (page - 1) * Math.max(size - 1, 1),
	alwaysTheFirst: () => 0,
	onlyTheFirst: (page: number) => (page - 1) * 100,
};

/** How the server searches; no page of the API says it. */
export interface SearchHabits {
	/** Whether a part of a value finds it. */
	findsParts: boolean;
	/** Whether it does not find what was created during the run. */
	isBehind: boolean;
	pageSize: number;
	paging: keyof typeof PAGING;
	/** Where a response says how many records there are. */
	announcement: 'total' | 'message' | 'none';
	idKey: 'wolkvox_id' | '_id' | 'none';
}

export interface CrmRecord {
	id: string;
	/** The number of a case, or the email address of a contact. */
	key: string;
	createdBy?: SentRequest;
}

/** A request as it arrives. */
export interface Request {
	execution: number;
	item: number;
	kind: 'search' | 'insert' | 'update' | 'delete';
	/** The record that a change names by its ID. */
	id: string;
	/** The value that a search looks for, or that a change sets. */
	key: string;
	page: number;
	body: IDataObject;
	files: ReceivedRequest['files'];
}

/** A request as the server knows it. Arrivals and responses are numbered in the order in which they happened. */
export interface SentRequest extends Request {
	/** What the response says of a change; of a search, whether it has a result. */
	proof: Proof;
	/** Whether the node itself may repeat it. */
	isTemporary: boolean;
	/** What has become of a change in the end. */
	isApplied: boolean;
	/** The records with its key when it arrived, and what a search would have found. */
	existing: CrmRecord[];
	findable: ReturnType<Crm['find']>;
	/** The ID in the response. */
	respondedId: string;
	arrivedAt: number;
	respondedAt: number;
}

export const isSame = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();

export const idOf = (record: number) => String(record).padStart(24, 'c');

/** The server with its records: what it does with a change, and what it says of it, are two things. */
export class Crm {
	readonly sent: SentRequest[] = [];

	private late: SentRequest[] = [];

	private events = 0;

	constructor(
		readonly records: CrmRecord[],
		private readonly habits: SearchHabits,
		private readonly draws: Draw[],
	) {}

	/** The number of an event that happens now. */
	now(): number {
		return this.events++;
	}

	/** Takes a request, and returns what responds to it. A late change comes after the next request. */
	receive(request: Request, onResponse: (sent: SentRequest) => void): Write {
		const draw = this.draws[this.sent.length] ?? AS_USUAL;
		const sent: SentRequest = {
			...request,
			proof: 'applied',
			isTemporary: false,
			isApplied: false,
			existing: this.records.filter(({ key }) => isSame(key, request.key)),
			findable: this.find(request.key),
			respondedId: '',
			arrivedAt: this.now(),
			respondedAt: Infinity,
		};
		this.sent.push(sent);
		const late = this.late.splice(0);
		const write = sent.kind === 'search' ? this.search(sent, draw) : this.change(sent, draw);
		for (const earlier of late) this.apply(earlier);
		return (response) =>
			void sleep(draw.delayMs).then(() => {
				sent.respondedAt = this.now();
				onResponse(sent);
				write(response);
			});
	}

	/** Applies what was to be applied later. */
	finish(): void {
		for (const late of this.late.splice(0)) this.apply(late);
	}

	/** What someone finds who asks for as many pages as there can be. */
	find(key: string) {
		const all = this.matches(key);
		const isAnnounced = this.habits.announcement !== 'none';
		const records = new Set(this.page(all, 1));
		let pages = 1;
		for (let page = 2; isAnnounced && page <= 2 * all.length; page++) {
			const before = records.size;
			for (const record of this.page(all, page)) records.add(record);
			if (records.size > before) pages = page;
		}
		const exact = [...records].filter((record) => isSame(record.key, key));
		const isComplete = !isAnnounced || records.size === all.length;
		const isClear = isComplete && exact.length === 1 && this.habits.idKey !== 'none';
		return { records: [...records], isComplete, pages, onlyId: isClear ? exact[0].id : undefined };
	}

	private matches(searched: string): CrmRecord[] {
		const { isBehind, findsParts } = this.habits;
		const part = searched.trim().toLowerCase();
		return this.records
			.filter(({ createdBy }) => !isBehind || !createdBy)
			.filter(({ key }) => (findsParts ? key.toLowerCase().includes(part) : isSame(key, part)));
	}

	private page(records: CrmRecord[], page: number): CrmRecord[] {
		const { paging, pageSize } = this.habits;
		const start = PAGING[paging](page, pageSize);
		return records.slice(start, start + pageSize);
	}

	private search(sent: SentRequest, { search }: Draw): Write {
		if (search === 'result') return json(200, this.result(sent));
		const { proof, repeatable, write } = { ...FAILURES, ...NO_RESULTS }[search];
		return Object.assign(sent, { proof, isTemporary: repeatable !== undefined }) && write;
	}

	private result({ key, page, body }: SentRequest): object {
		const { announcement, idKey } = this.habits;
		const all = this.matches(key);
		const records = this.page(all, page);
		if (records.length === 0) {
			return { code: '416', error: 'null', msg: 'There are no values in the specified page' };
		}
		return {
			code: '200',
			error: 'null',
			msg: announcement === 'message' ? `${all.length} records were are found` : 'OK',
			...(announcement === 'total' && { 'Total records': all.length }),
			data: records.map((record) => ({
				serial: this.records.indexOf(record),
				[String(body.field)]: record.key,
				...(idKey === 'wolkvox_id' && { wolkvox_id: record.id }),
				...(idKey === '_id' && { _id: { $oid: record.id } }),
			})),
		};
	}

	private change(sent: SentRequest, { change, fate }: Draw): Write {
		// The response to a new record may name any.
		const isOther = change === 'otherRecord' && sent.kind !== 'insert';
		const failure: Failure | undefined = isOther
			? unknown(json(200, { ...SUCCESS, data: { wolkvox_id: idOf(99) } }))
			: FAILURES[change as keyof typeof FAILURES];
		if (failure) {
			sent.proof = failure.proof;
			sent.isTemporary = failure.repeatable === 'all';
			if (sent.proof === 'unknown' && fate === 'applied') this.apply(sent);
			if (sent.proof === 'unknown' && fate === 'late') this.late.push(sent);
			return failure.write;
		}
		this.apply(sent);
		const id = sent.kind === 'insert' ? this.records.at(-1)!.id : sent.id;
		sent.respondedId = change === 'withoutId' ? '' : id;
		return json(200, { ...SUCCESS, data: { wolkvox_id: sent.respondedId } });
	}

	private apply(sent: SentRequest): void {
		sent.isApplied = true;
		if (sent.kind !== 'insert') return;
		this.records.push({ id: idOf(this.records.length), key: sent.key, createdBy: sent });
	}
}
