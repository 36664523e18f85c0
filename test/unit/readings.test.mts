import { CLOSE_CASE, locator, OPERATIONS, UPDATE_CASE, GET_CASE } from '../support/operations.mts';
import { readingsOf } from './product.mts';

const NUMBER = locator('number', '={{ "CASO-1002" }}');

describe('each parameter is read once for an item, as each reading evaluates its expressions:', () => {
	it.each([
		...OPERATIONS.map((operation) => [operation.name, operation, {}] as const),
		...[UPDATE_CASE, CLOSE_CASE, GET_CASE].map(
			(operation) => [`${operation.name}, by number`, operation, { caseId: NUMBER }] as const,
		),
	])('%s', async (_, operation, changed) => {
		const read = await readingsOf(operation, changed);
		expect(read).toEqual([...new Set(read)]);
	});
});
