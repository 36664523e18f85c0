import { readNetworkError } from '../../nodes/WolkvoxCrm/transport/reply';

/** What Node throws when it has tried each address of a name (net.js, `internalConnectMultiple`). */
function afterEachAddress(code: string, ...syscalls: string[]): Error {
	const errors = syscalls.map((syscall) => Object.assign(new Error(syscall), { syscall }));
	const cause = Object.assign(new AggregateError(errors), { code });
	return new Error('n8n', { cause });
}

describe('readNetworkError', () => {
	it('is sure that nothing was taken where no address could be connected to', () => {
		const error = afterEachAddress('ETIMEDOUT', 'connect', 'connect');
		expect(readNetworkError(error, 'c.test', 20_000)).toEqual({
			message: 'The server c.test cannot be reached',
			description: 'Check Server in the credential.',
		});
	});

	it('is not sure where one of them was', () => {
		const error = afterEachAddress('ETIMEDOUT', 'connect', 'read');
		expect(readNetworkError(error, 'c.test', 20_000).unsure).toBe(true);
	});
});
