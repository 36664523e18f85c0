import { CLOSE_CASE, CREATE_CASE, GET_CASE, locator, UPDATE_CASE } from '../support/operations.mts';
import { readingsOf } from './product.mts';

const NUMBER = locator('number', '={{ "CASO-1002" }}');

describe('each parameter is read once for an item, as each reading evaluates its expressions:', () => {
	it.each([
		['Case: Create', CREATE_CASE, {}],
		['Case: Update', UPDATE_CASE, {}],
		['Case: Update, by number', UPDATE_CASE, { caseId: NUMBER }],
		['Case: Close', CLOSE_CASE, {}],
		['Case: Close, by number', CLOSE_CASE, { caseId: NUMBER }],
		['Case: Get', GET_CASE, {}],
		['Case: Get, by number', GET_CASE, { caseId: NUMBER }],
	])('%s', async (_, operation, changed) => {
		const read = await readingsOf(operation, changed);
		expect(read).toEqual([...new Set(read)]);
	});
});
