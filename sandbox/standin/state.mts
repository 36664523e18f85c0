import { caseNumber, newCase, seedCases, type Case } from './cases.mts';
import type { UploadedFile } from './form.mts';
import { contains, hasValue, isSame, seedRecords, type StoredRecord } from './records.mts';

const LOG_LENGTH = 5000;

/** What can be changed while a stand-in runs. */
export interface Settings {
	/** Creates a case for every unknown id of an update. */
	acceptAnyCase: boolean;
	/** The most records in a response. */
	pageSize: number;
	/** A search also finds longer values that contain what is searched, whatever its capitals. */
	partialMatches: boolean;
}

export interface StateOptions extends Partial<Settings> {
	/** The only token it accepts, and the operation that the token belongs to. */
	token?: string;
	operation?: string;
}

/** One request to the API. The token is never in it. */
export interface LogEntry {
	at: string;
	method: string;
	path: string;
	code: number;
	query: Record<string, string>;
	fields: Record<string, string>;
	files: UploadedFile[];
	/** The body, if it is JSON. */
	body?: Record<string, unknown>;
}

/** What a stand-in holds. */
export class State {
	readonly cases: Case[] = seedCases();
	readonly records: StoredRecord[] = seedRecords();
	readonly log: LogEntry[] = [];
	readonly token: string;
	readonly operation: string;
	readonly settings: Settings;
	calls = 0;
	private numbered = this.cases.length;

	constructor({
		token = 'sandbox-token',
		operation = 'demo',
		acceptAnyCase = false,
		pageSize = 10,
		partialMatches = false,
	}: StateOptions) {
		this.token = token;
		this.operation = operation;
		this.settings = { acceptAnyCase, pageSize, partialMatches };
	}

	caseToUpdate(id: string) {
		const known = this.cases.find((one) => one.id === id);
		return known ?? (this.settings.acceptAnyCase ? this.addCase(id) : undefined);
	}

	addCase(id: string) {
		const created = newCase(id, caseNumber(this.numbered++));
		this.cases.push(created);
		return created;
	}

	/** How a search compares a value with the one that is wanted. */
	get match() {
		return this.settings.partialMatches ? contains : isSame;
	}

	/** The contact with this email address, id or name. */
	contact(text: string) {
		return this.records.find(
			({ module, id, fields }) =>
				module === 'contacts' &&
				[id, fields.emailcontact, fields.namecontact].some((value) => hasValue(value, text)),
		);
	}

	write(entry: LogEntry) {
		this.log.push(entry);
		if (this.log.length > LOG_LENGTH) this.log.shift();
	}
}
