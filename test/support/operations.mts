import type { IDataObject } from 'n8n-workflow';

import type { ReceivedRequest } from './server.mts';
import { locator } from './wolkvox.mts';

export interface Operation {
	name: string;
	effect: 'reads' | 'creates' | 'updates';
	/** What is required, and no more. One value names the item: `item0`, `item1` … */
	parameters: IDataObject;
}

const ITEM = '={{ "item" + $json.n }}';

export const CREATE_CASE: Operation = {
	name: 'Case: Create',
	effect: 'creates',
	parameters: {
		resource: 'case',
		operation: 'create',
		caseType: locator('list', 'Request'),
		responsible: 'agent10@demo',
		owner: 'ADMIN_@demo',
		contact: 'ana@example.com',
		description: ITEM,
		status: 'open',
		priority: 'low',
	},
};

export const GET_CASE: Operation = {
	name: 'Case: Get',
	effect: 'reads',
	parameters: { resource: 'case', operation: 'get', caseId: locator('id', ITEM) },
};

export const FIND_CASES: Operation = {
	name: 'Case: Get Many',
	effect: 'reads',
	parameters: {
		resource: 'case',
		operation: 'getMany',
		searchBy: locator('list', 'idPrefijo'),
		value: ITEM,
	},
};

export const CREATE_RECORD: Operation = {
	name: 'Record: Create',
	effect: 'creates',
	parameters: {
		resource: 'record',
		operation: 'create',
		module: locator('list', 'contacts'),
		fields: { field: [{ name: 'namecontact', value: ITEM }] },
	},
};

export const FIND_RECORDS: Operation = {
	name: 'Record: Get Many, by a field',
	effect: 'reads',
	parameters: {
		resource: 'record',
		operation: 'getMany',
		module: locator('list', 'contacts'),
		filterBy: 'field',
		fieldName: 'emailcontact',
		value: ITEM,
	},
};

export const FIND_RECORDS_BY_DATE: Operation = {
	name: 'Record: Get Many, by date',
	effect: 'reads',
	parameters: {
		resource: 'record',
		operation: 'getMany',
		module: locator('name', ITEM),
		filterBy: 'dateRange',
		from: '2026-11-01 00:00',
		to: '2026-11-30 23:59',
	},
};

export const UPDATE_RECORD: Operation = {
	name: 'Record: Update',
	effect: 'updates',
	parameters: {
		resource: 'record',
		operation: 'update',
		module: locator('list', 'contacts'),
		recordId: locator('id', ITEM),
		fields: { field: [{ name: 'namecontact', value: 'Ana' }] },
	},
};

export const GET_QUOTA: Operation = {
	name: 'Token: Get Quota',
	effect: 'reads',
	parameters: { resource: 'token', operation: 'getQuota' },
};

/** The operations, except for Case: Update, which has tests of its own. */
export const OPERATIONS = [
	CREATE_CASE,
	GET_CASE,
	FIND_CASES,
	CREATE_RECORD,
	FIND_RECORDS,
	FIND_RECORDS_BY_DATE,
	UPDATE_RECORD,
	GET_QUOTA,
];

export const CREATES = OPERATIONS.filter(({ effect }) => effect === 'creates');

export const READS = OPERATIONS.filter(({ effect }) => effect === 'reads');

/** The operations with Limit and Additional Body Fields. */
export const SEARCHES = [FIND_CASES, FIND_RECORDS, FIND_RECORDS_BY_DATE];

/** The number of the item that a request of these operations names. */
export function itemOf({ fields, json }: ReceivedRequest): number {
	return Number(/item(\d+)/.exec(JSON.stringify([fields, json]))?.[1]);
}

/** What Wolkvox responds to a query, as integrations have seen it. */
export function found(...records: unknown[]) {
	return {
		code: '200',
		error: 'null',
		msg: `${records.length} records were are found`,
		data: records,
	};
}

/** A success for any of the operations, with the item that the request names as the ID. */
export function successFor(request: ReceivedRequest): object {
	const wolkvox_id = `item${itemOf(request)}`;
	return /\/(insert|update)\.php/.test(request.url)
		? { code: 200, error: 'null', msg: 'Succesfully', data: { wolkvox_id } }
		: found({ wolkvox_id });
}
