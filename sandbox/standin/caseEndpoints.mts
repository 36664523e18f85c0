import { applyUpdate, isClosing } from './cases.mts';
import { caseToJson, isSearchField, searchValue } from './caseSearch.mts';
import { parseObject, type Json } from './body.mts';
import type { Form } from './form.mts';
import { newId } from './generated.mts';
import { hasValue } from './records.mts';
import { found, missing, refusal, success, type Result } from './results.mts';
import type { State } from './state.mts';

const REQUIRED = [
	'case-type',
	'responsible',
	'owner',
	'contact',
	'description',
	'status',
	'priority',
];

export function insertCase(state: State, form: Form): Result {
	const absent = REQUIRED.find((name) => !form.fields[name]?.trim());
	if (absent) return missing(absent);
	const { contact } = form.fields;
	if (!state.contact(contact)) return refusal(412, `There is no contact ${contact}`);
	return write(form, (customFields) => {
		const created = state.addCase(newId());
		applyUpdate(created, form, customFields);
		return success(200, 'Succesfully insert record', { wolkvox_id: created.id });
	});
}

export function updateCase(state: State, form: Form): Result {
	const id = form.fields['wolkvox-id'];
	if (!id) return missing('wolkvox-id');
	return write(form, (customFields) => {
		const target = state.caseToUpdate(id);
		if (!target) return refusal(404, `There is no case with the id ${id}`);
		applyUpdate(target, form, customFields);
		return success(200, 'Succesfully update record', { wolkvox_id: '' });
	});
}

/** Checks what an insert and an update have in common before anything is written. */
function write(form: Form, apply: (customFields: Json) => Result): Result {
	const customFields = parseObject(form.fields.form ?? '{}');
	if (!customFields) return refusal(400, 'The parameter form must be a JSON object');
	if (lacksSolution(form.fields)) return refusal(412, 'A closed case needs a solution');
	return apply(customFields);
}

function lacksSolution({ status, solution = '' }: Record<string, string>) {
	return isClosing(status) && solution.trim() === '';
}

export function queryCases(state: State, { field, value, page }: Json): Result {
	if (!field) return missing('field');
	if (value === undefined || value === '') return missing('value');
	if (!isSearchField(String(field))) return refusal(400, `There is no field ${String(field)}`);
	const all = state.cases.map((one) => ({ one, contact: state.contact(one.fields.contact ?? '') }));
	return found(
		all
			.filter(({ one, contact }) =>
				hasValue(searchValue(String(field), one, contact), value, state.match),
			)
			.map(({ one, contact }) => caseToJson(one, contact)),
		state.settings.pageSize,
		page,
	);
}
