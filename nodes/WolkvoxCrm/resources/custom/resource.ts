import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

import type { RecordIdField } from '../shared/recordId';

/** What the operations on the API's `custom/*` need to know of a resource: contacts, or the records of any module. */
export interface CustomResource {
	/** What one of them is called in the texts: "contact". */
	noun: string;
	/** The field for the one to update or to delete. */
	idField: RecordIdField;
	/** What to check if Wolkvox rejects the values. */
	valuesAdvice: string;
	/** What to check if Wolkvox rejects a search. */
	rejectedSearchAdvice: string;
	/** The part of the CRM that holds them. */
	getModule(context: IExecutePaginationFunctions): string;
	/** The fields to send; throws a UserError if there are none. Some stand among the options of the node. */
	getFields(context: IExecutePaginationFunctions, options: IDataObject): IDataObject;
	/** The field by which to search. */
	getSearchField(context: IExecutePaginationFunctions): string;
	/** The field by which Create or Update recognizes one: its key, how people know it, and the label of the choice. */
	getMatchField(context: IExecutePaginationFunctions): {
		field: string;
		label: string;
		place: string;
	};
}
