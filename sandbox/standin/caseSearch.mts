import { crmDate } from './generated.mts';
import { isClosing, type Case } from './cases.mts';
import { textOf, type StoredRecord } from './records.mts';

type Reader = (searched: Case, contact?: StoredRecord) => string | undefined;

/** The fields to search by, as the page names them; those without a reader are not held here. */
const SEARCH_FIELDS: Record<string, Reader | undefined> = {
	status: ({ fields }) => fields.status,
	priority: ({ fields }) => fields.priority,
	'email contact': contactField('emailcontact'),
	'name contact': contactField('namecontact'),
	'contact wolkvox id': (_case, contact) => contact?.id,
	'contact identification': contactField('idcontact'),
	'contact phone': contactField('telephonecontact'),
	description: ({ fields }) => fields.description,
	idCase: ({ number }) => number.split('-')[1],
	idPrefijo: ({ number }) => number,
	companyName: undefined,
	'company name': undefined,
	'company id': undefined,
	prefix: ({ number }) => number.split('-')[0],
	reopened: undefined,
	'responsible name': undefined,
	'responsible user': ({ fields }) => fields.responsible,
	'responsible id': undefined,
	'owner name': undefined,
	'owner user': ({ fields }) => fields.owner,
	'owner id': undefined,
	solution: ({ fields }) => fields.solution,
	'wolkvox-id': ({ id }) => id,
	'type case': ({ fields }) => fields['case-type'],
	'case expired': undefined,
	reason: undefined,
};

function contactField(name: string): Reader {
	return (_case, contact) => textOf(contact?.fields[name]);
}

export function isSearchField(field: string) {
	return Object.hasOwn(SEARCH_FIELDS, field);
}

/** The value of a case that a search by this field compares; undefined if it is not held here. */
export function searchValue(field: string, searched: Case, contact: StoredRecord | undefined) {
	return SEARCH_FIELDS[field]?.(searched, contact);
}

/** A case as a query returns it: with the names of the older of the two generations of records. */
export function caseToJson(
	{ id, number, fields, customFields, created, history }: Case,
	contact: StoredRecord | undefined,
) {
	const { status = '', priority = '', responsible, owner } = fields;
	const changed = history.at(-1)?.at;
	return {
		wolkvox_id: id,
		idPrefijo: number,
		caseType: fields['case-type'] ?? '',
		status: { name: status, value: isClosing(status) ? 'closed' : 'open' },
		priority: { name: priority },
		contact: textOf(contact?.fields.namecontact) || (fields.contact ?? ''),
		contactEmail: textOf(contact?.fields.emailcontact),
		responsible: { mail: responsible ?? '' },
		owner: { mail: owner ?? '' },
		description_case: fields.description ?? '',
		solution: fields.solution ?? '',
		form: customFields,
		wolkvox_fecha_creacion: created,
		wolkvox_fecha_modificacion: changed ? crmDate(new Date(changed)) : created,
	};
}
