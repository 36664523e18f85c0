import type { IDataObject } from 'n8n-workflow';

/** Whether a JSON value is an object of names and values. */
export function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
