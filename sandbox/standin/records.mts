import { crmDate, newId } from './generated.mts';

/** A record of a module such as `contacts`. Its values are kept as they were sent. */
export interface StoredRecord {
	id: string;
	module: string;
	fields: Record<string, unknown>;
	/** Dates as the CRM writes them. */
	created: string;
	modified: string;
}

/** The records that a new stand-in starts with: the contacts of its cases, and one without a case. */
export function seedRecords(): StoredRecord[] {
	return [
		seed('63a1c0de5b7f4e0012ab3401', '2025-02-10 08:15:00', {
			namecontact: 'Carlos Restrepo',
			emailcontact: 'carlos.restrepo@example.com',
			telephonecontact: phone('3004471002'),
			idcontact: '1017204455',
		}),
		seed('63a1c0de5b7f4e0012ab3402', '2025-02-18 14:40:30', {
			namecontact: 'Clínica San Rafael',
			emailcontact: 'contratos@sanrafael.example.com',
			telephonecontact: phone('6044440000'),
			idcontact: '890904996',
		}),
		seed('63a1c0de5b7f4e0012ab3403', '2025-03-02 10:05:12', {
			namecontact: 'Beatriz Ochoa',
			emailcontact: 'beatriz.ochoa@example.com',
			telephonecontact: phone('3152208841'),
			idcontact: '43556781',
		}),
		seed('63a1c0de5b7f4e0012ab3404', '2025-03-21 16:30:45', {
			namecontact: 'Diana Torres',
			emailcontact: 'diana.torres@example.com',
			telephonecontact: phone('3016677889'),
			idcontact: '1037611902',
		}),
	];
}

function seed(id: string, created: string, fields: Record<string, unknown>): StoredRecord {
	return { id, module: 'contacts', fields, created, modified: created };
}

function phone(value: string) {
	return { type: 'telephone', value, country: 'CO', code: '+57' };
}

export function newRecord(module: string, fields: Record<string, unknown>): StoredRecord {
	const created = crmDate();
	return { id: newId(), module, fields, created, modified: created };
}

/** Applies an update; fields that were not sent stay unchanged. */
export function applyFields(record: StoredRecord, fields: Record<string, unknown>) {
	Object.assign(record.fields, fields);
	record.modified = crmDate();
}

/** A record as a query returns it: its typed values without their type. */
export function toJson({ id, fields, created, modified }: StoredRecord): Record<string, unknown> {
	const values = Object.entries(fields).map(([name, value]) => [name, withoutType(value)]);
	return {
		...Object.fromEntries(values),
		wolkvox_id: id,
		wolkvox_fecha_creacion: created,
		wolkvox_fecha_modificacion: modified,
	};
}

export type Match = (held: string, wanted: string) => boolean;

export const isSame: Match = (held, wanted) => held === wanted;

/** Whether a text contains another, whatever its capitals. */
export const contains: Match = (held, wanted) => held.toLowerCase().includes(wanted.toLowerCase());

/** Whether a field has a value, which a typed field holds in `value` and, as a number, in `convert`. */
export function hasValue(field: unknown, wanted: unknown, match = isSame) {
	const values = isTyped(field) ? [field.value, field.convert] : [field];
	return values
		.filter((value) => ['string', 'number', 'boolean'].includes(typeof value))
		.some((value) => match(String(value), String(wanted)));
}

/** The value of a field as text; empty if there is none. */
export function textOf(field: unknown) {
	return String((isTyped(field) ? field.value : field) ?? '');
}

function withoutType(field: unknown) {
	if (!isTyped(field)) return field;
	const { type: _type, ...value } = field;
	return value;
}

function isTyped(field: unknown): field is { value: unknown; convert?: unknown; type?: unknown } {
	return typeof field === 'object' && field !== null && 'value' in field;
}
