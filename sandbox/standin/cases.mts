import { crmDate } from './generated.mts';
import type { Form, UploadedFile } from './form.mts';

/** Fields of a case, as the update endpoint names them. */
export const CASE_FIELDS = [
	'case-type',
	'responsible',
	'owner',
	'contact',
	'description',
	'status',
	'priority',
	'solution',
] as const;

const CLOSING_STATUSES = ['closed', 'cerrado'];
const PREFIX = 'CASO';
const FIRST_NUMBER = 1001;

export interface Change {
	field: string;
	from: unknown;
	to: unknown;
}

export interface HistoryEntry {
	at: string;
	changes: Change[];
	attachments: string[];
}

export interface Case {
	id: string;
	/** The number that people see, such as CASO-1001. */
	number: string;
	fields: Record<string, string>;
	customFields: Record<string, unknown>;
	attachments: Array<Omit<UploadedFile, 'part'> & { at: string }>;
	/** Date as the CRM writes it. */
	created: string;
	history: HistoryEntry[];
}

/** The cases that a new stand-in starts with. */
export function seedCases(): Case[] {
	const seeds = [
		seed('647f6ff1660dff48d803ffe6', '2025-03-03 09:12:00', {
			'case-type': 'Claims',
			responsible: 'laura.gomez@demo',
			owner: 'ana.ruiz@demo',
			contact: 'Carlos Restrepo',
			description: 'Invoice 4471 was charged twice.',
			status: 'open',
			priority: 'high',
		}),
		seed('64cb1f0a9d3e5c27b8a41d02', '2025-03-05 15:20:41', {
			'case-type': 'Request',
			responsible: 'mateo.diaz@demo',
			owner: 'ana.ruiz@demo',
			contact: 'Clínica San Rafael',
			description: 'Asks for a copy of the 2025 contract.',
			status: 'open',
			priority: 'low',
		}),
		seed('65f0c3b7e81d4a6690b2c7f5', '2025-03-06 11:48:07', {
			'case-type': 'Complaints',
			responsible: 'laura.gomez@demo',
			owner: 'julian.mora@demo',
			contact: 'Beatriz Ochoa',
			description: 'Waited on the phone for forty minutes.',
			status: 'in progress',
			priority: 'medium',
		}),
	];
	return seeds.map((one, index) => ({ ...one, number: caseNumber(index) }));
}

function seed(id: string, created: string, fields: Record<string, string>): Case {
	const customFields = { Canal: 'Teléfono', Ciudad: 'Medellín' };
	return { ...newCase(id), created, fields, customFields };
}

/** The number of the case that comes after this many others. */
export function caseNumber(earlier: number) {
	return `${PREFIX}-${FIRST_NUMBER + earlier}`;
}

/** A case with an id, a number and nothing else. */
export function newCase(id: string, number = ''): Case {
	const empty = { fields: {}, customFields: {}, attachments: [], history: [] };
	return { id, number, ...empty, created: crmDate() };
}

export function isClosing(status = '') {
	return CLOSING_STATUSES.includes(status.toLowerCase());
}

/** Applies an update; what was not sent stays unchanged. */
export function applyUpdate(target: Case, form: Form, customFields: Record<string, unknown>) {
	const at = new Date().toISOString();
	const sent = Object.fromEntries(
		CASE_FIELDS.filter((name) => name in form.fields).map((name) => [name, form.fields[name]]),
	);
	const changes = [
		...changesOf(target.fields, sent),
		...changesOf(target.customFields, customFields, 'form: '),
	];
	Object.assign(target.fields, sent);
	Object.assign(target.customFields, customFields);
	target.attachments.push(...form.files.map(({ part: _part, ...file }) => ({ ...file, at })));
	target.history.push({ at, changes, attachments: form.files.map((file) => file.name) });
}

function changesOf(before: Record<string, unknown>, sent: Record<string, unknown>, prefix = '') {
	return Object.entries(sent)
		.filter(([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value))
		.map(([name, value]) => ({ field: prefix + name, from: before[name] ?? null, to: value }));
}
