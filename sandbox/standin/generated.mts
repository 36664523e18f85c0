import { randomBytes } from 'node:crypto';

const COLOMBIA_OFFSET_MS = -5 * 3_600_000;

/** An id such as the CRM gives each record. */
export function newId() {
	return randomBytes(12).toString('hex');
}

/** A date as the CRM writes it: without a time zone, here in Colombia's time. */
export function crmDate(date = new Date()) {
	const local = new Date(date.getTime() + COLOMBIA_OFFSET_MS);
	return local.toISOString().slice(0, 19).replace('T', ' ');
}
