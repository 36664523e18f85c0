import type { IDataObject, INodeProperties, INodeTypeDescription } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

export interface Operation {
	name: string;
	effect: 'reads' | 'creates' | 'updates' | 'upserts' | 'deletes';
	/** What is required, and no more. One value names the item: `item0`, `item1` … */
	parameters: IDataObject;
	/** Where the request goes; the search, if a change follows it. */
	path: string;
	/** The body for item 0, unless it is a form or empty. */
	json?: IDataObject;
}

/** A value of the Case field, or of another with modes. */
export function locator(
	mode: 'id' | 'url' | 'number' | 'list' | 'name',
	value: string,
): IDataObject {
	return { __rl: true, mode, value };
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
	path: 'cases/insert.php',
};

export const GET_CASE: Operation = {
	name: 'Case: Get',
	effect: 'reads',
	parameters: { resource: 'case', operation: 'get', caseId: locator('id', ITEM) },
	path: 'cases/queryCases.php',
	json: { operation: 'demo', field: 'wolkvox-id', value: 'item0' },
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
	path: 'cases/queryCases.php',
	json: { operation: 'demo', field: 'idPrefijo', value: 'item0' },
};

export const UPDATE_CASE: Operation = {
	name: 'Case: Update',
	effect: 'updates',
	parameters: {
		resource: 'case',
		operation: 'update',
		caseId: locator('id', ITEM),
		updateFields: { status: 'open' },
	},
	path: 'cases/update.php',
};

export const CLOSE_CASE: Operation = {
	name: 'Case: Close',
	effect: 'updates',
	parameters: {
		resource: 'case',
		operation: 'close',
		caseId: locator('id', ITEM),
		status: 'closed',
		solution: 'Case solved.',
	},
	path: 'cases/update.php',
};

export const CREATE_CONTACT: Operation = {
	name: 'Contact: Create',
	effect: 'creates',
	parameters: { resource: 'contact', operation: 'create', contactFields: { name: ITEM } },
	path: 'custom/insert.php',
	json: { operation: 'demo', module: 'contacts', fields: { namecontact: 'item0' } },
};

export const UPSERT_CONTACT: Operation = {
	name: 'Contact: Create or Update',
	effect: 'upserts',
	parameters: {
		resource: 'contact',
		operation: 'upsert',
		matchBy: 'emailcontact',
		contactFields: { email: ITEM, name: 'Ana' },
	},
	path: 'custom/query.php',
	json: { operation: 'demo', module: 'contacts', field: 'emailcontact', value: 'item0' },
};

export const DELETE_CONTACT: Operation = {
	name: 'Contact: Delete',
	effect: 'deletes',
	parameters: { resource: 'contact', operation: 'delete', contactId: locator('id', ITEM) },
	path: 'custom/delete.php',
	json: { operation: 'demo', module: 'contacts', multiple: false, 'wolkvox-id': 'item0' },
};

export const FIND_CONTACTS: Operation = {
	name: 'Contact: Get Many, by a field',
	effect: 'reads',
	parameters: {
		resource: 'contact',
		operation: 'getMany',
		filterBy: 'field',
		contactField: locator('list', 'emailcontact'),
		value: ITEM,
	},
	path: 'custom/query.php',
	json: { operation: 'demo', module: 'contacts', field: 'emailcontact', value: 'item0' },
};

export const FIND_CONTACTS_BY_DATE: Operation = {
	name: 'Contact: Get Many, by date',
	effect: 'reads',
	parameters: {
		resource: 'contact',
		operation: 'getMany',
		filterBy: 'dateRange',
		from: '2026-11-01 00:00',
		to: '2026-11-30 23:59',
		options: { bodyFields: '={{ { item: "item" + $json.n } }}' },
	},
	path: 'custom/queryDates.php',
	json: {
		operation: 'demo',
		module: 'contacts',
		date: true,
		from: '2026-11-01 00:00',
		to: '2026-11-30 23:59',
		item: 'item0',
	},
};

export const UPDATE_CONTACT: Operation = {
	name: 'Contact: Update',
	effect: 'updates',
	parameters: {
		resource: 'contact',
		operation: 'update',
		contactId: locator('id', ITEM),
		contactFields: { name: 'Ana' },
	},
	path: 'custom/update.php',
	json: {
		operation: 'demo',
		module: 'contacts',
		'wolkvox-id': 'item0',
		fields: { namecontact: 'Ana' },
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
	path: 'custom/insert.php',
	json: { operation: 'demo', module: 'contacts', fields: { namecontact: 'item0' } },
};

export const UPSERT_RECORD: Operation = {
	name: 'Record: Create or Update',
	effect: 'upserts',
	parameters: {
		resource: 'record',
		operation: 'upsert',
		module: locator('list', 'leads'),
		matchField: 'Name',
		fields: { field: [{ name: 'Name', value: ITEM }] },
	},
	path: 'custom/query.php',
	json: { operation: 'demo', module: 'leads', field: 'Name', value: 'item0' },
};

export const DELETE_RECORD: Operation = {
	name: 'Record: Delete',
	effect: 'deletes',
	parameters: {
		resource: 'record',
		operation: 'delete',
		module: locator('list', 'leads'),
		recordId: locator('id', ITEM),
	},
	path: 'custom/delete.php',
	json: { operation: 'demo', module: 'leads', multiple: false, 'wolkvox-id': 'item0' },
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
	path: 'custom/query.php',
	json: { operation: 'demo', module: 'contacts', field: 'emailcontact', value: 'item0' },
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
	path: 'custom/queryDates.php',
	json: {
		operation: 'demo',
		module: 'item0',
		date: true,
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
	path: 'custom/update.php',
	json: {
		operation: 'demo',
		module: 'contacts',
		'wolkvox-id': 'item0',
		fields: { namecontact: 'Ana' },
	},
};

export const GET_QUOTA: Operation = {
	name: 'Token: Get Quota',
	effect: 'reads',
	parameters: { resource: 'token', operation: 'getQuota' },
	path: 'token/tokenInformation.php',
};

/** Those that send one request per item. */
export const OPERATIONS = [
	CLOSE_CASE,
	CREATE_CASE,
	GET_CASE,
	FIND_CASES,
	UPDATE_CASE,
	CREATE_CONTACT,
	DELETE_CONTACT,
	FIND_CONTACTS,
	FIND_CONTACTS_BY_DATE,
	UPDATE_CONTACT,
	CREATE_RECORD,
	DELETE_RECORD,
	FIND_RECORDS,
	FIND_RECORDS_BY_DATE,
	UPDATE_RECORD,
	GET_QUOTA,
];

/** Those that search before they change something. */
export const UPSERTS = [UPSERT_CONTACT, UPSERT_RECORD];

export const CREATES = OPERATIONS.filter(({ effect }) => effect === 'creates');

export const UPDATES = OPERATIONS.filter(({ effect }) => effect === 'updates');

export const READS = OPERATIONS.filter(({ effect }) => effect === 'reads');

/** The operations with Limit and Additional Body Fields. */
export const SEARCHES = [FIND_CASES, FIND_CONTACTS, FIND_RECORDS, FIND_RECORDS_BY_DATE];

export const DELETES = OPERATIONS.filter(({ effect }) => effect === 'deletes');

/** The operations that change something by one request per item. */
export const CHANGES = [...CREATES, ...UPDATES, ...DELETES];

/** What an operation works with, as messages call it: "case". */
export const nounOf = ({ name }: Operation) => name.split(':')[0].toLowerCase();

/** The parameters that n8n's editor marks as required for an operation. */
export function requiredFields(
	description: INodeTypeDescription,
	{ parameters }: Operation,
): INodeProperties[] {
	return description.properties.filter(
		(field) =>
			field.required && NodeHelpers.displayParameter(parameters as never, field, null, description),
	);
}
