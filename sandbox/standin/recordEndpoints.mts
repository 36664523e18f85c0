import { isObject, type Json } from './body.mts';
import { hasValue, newRecord, toJson, applyFields } from './records.mts';
import { found, isCount, missing, notCount, refusal, success, type Result } from './results.mts';
import type { State } from './state.mts';

const DATE = /^\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?$/;

const ACTIVITIES = 'wolkvox_activities';

export function insertRecord(state: State, { module, type, fields }: Json): Result {
	if (!module) return missing('module');
	if (module === ACTIVITIES && !type) return missing('type');
	if (!isObject(fields)) return missing('fields');
	const created = newRecord(String(module), fields);
	state.records.push(created);
	return success(200, 'Succesfully insert record', { wolkvox_id: created.id });
}

export function updateRecord(state: State, { module, fields, ...json }: Json): Result {
	const id = json['wolkvox-id'];
	if (!module) return missing('module');
	if (!id) return missing('wolkvox-id');
	if (!isObject(fields)) return missing('fields');
	const target = state.records.find((one) => one.module === module && one.id === id);
	if (!target) return noRecord(id);
	applyFields(target, fields);
	return success(200, 'Succesfully update record', { wolkvox_id: id });
}

/** Deletes all of the records, or none if one of them is unknown. */
export function deleteRecords(state: State, { module, multiple, ...json }: Json): Result {
	const ids = [json['wolkvox-id'] || []].flat();
	if (!module) return missing('module');
	if (typeof multiple !== 'boolean') return missing('multiple');
	if (ids.length === 0) return missing('wolkvox-id');
	if (!multiple && ids.length > 1) return refusal(400, 'Several ids need multiple to be true');
	const targets = state.records.filter((one) => one.module === module && ids.includes(one.id));
	const unknown = ids.find((id) => targets.every((one) => one.id !== id));
	if (unknown !== undefined) return noRecord(unknown);
	for (const target of targets) state.records.splice(state.records.indexOf(target), 1);
	return success(200, 'Succesfully delete record', { wolkvox_id: json['wolkvox-id'] });
}

function noRecord(id: unknown) {
	return refusal(404, `There is no record with the id ${String(id)}`);
}

export function queryRecords(state: State, { module, field, value, page }: Json): Result {
	if (!module) return missing('module');
	if (!field) return missing('field');
	if (value === undefined || value === '') return missing('value');
	const records = recordsOf(state, module);
	return found(
		records.filter((record) => hasValue(record[String(field)], value, state.match)),
		state.settings.pageSize,
		page,
	);
}

export function queryRecordsByDate(state: State, json: Json): Result {
	const { pageSize } = state.settings;
	const { module, date, from, to, limit = pageSize, page } = json;
	if (!module) return missing('module');
	if (date !== true) return refusal(400, 'The parameter date must be true');
	if (!isDate(from)) return missing('from');
	if (!isDate(to)) return missing('to');
	if (!isCount(Number(limit))) return notCount('limit');
	return found(
		recordsOf(state, module).filter(({ wolkvox_fecha_creacion: created }) =>
			isBetween(String(created), from, to),
		),
		Math.min(Number(limit), pageSize),
		page,
	);
}

function recordsOf(state: State, module: unknown) {
	return state.records.filter((one) => one.module === module).map(toJson);
}

function isDate(value: unknown): value is string {
	return typeof value === 'string' && DATE.test(value);
}

/** Both ends belong to the range, to the precision they are written with. */
function isBetween(created: string, from: string, to: string) {
	return created.slice(0, from.length) >= from && created.slice(0, to.length) <= to;
}
