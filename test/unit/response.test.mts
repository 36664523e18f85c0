import { readNetworkError, readReply } from '../../nodes/WolkvoxCrm/transport/reply';
import { RESPONSES, type Outcome, type ResponseCase } from '../support/responses.mts';

function outcomeOf({ status = 200, headers = {}, body }: ResponseCase): Outcome {
	const parsed = readReply({ statusCode: status, headers, body }, 'case0', 'HOST');
	if (!parsed.failure) return { output: parsed.answer };

	const { message, httpCode, unsure, again } = parsed.failure;
	return {
		message,
		httpCode: httpCode!,
		...(unsure && { outcomeUnknown: true }),
		...(again && { retryAfterMs: again.afterMs ?? 'usual' }),
	};
}

describe('how a response is read', () => {
	it.each(RESPONSES)('$name', (response) => {
		expect(outcomeOf(response)).toEqual(response.expected);
	});
});

describe('a name with several addresses', () => {
	/** What Node throws when it has tried each of them (net.js, `internalConnectMultiple`). */
	const afterEachAddress = (code: string, ...syscalls: string[]) => {
		const errors = syscalls.map((syscall) => Object.assign(new Error(syscall), { syscall }));
		const cause = Object.assign(new AggregateError(errors), { code });
		return readNetworkError(new Error('n8n', { cause }), 'c.test', 20_000);
	};

	it('was definitely not sent the update if none of them could be connected to', () => {
		const { message, unsure } = afterEachAddress('ETIMEDOUT', 'connect', 'connect');
		expect(message).toBe('The server c.test cannot be reached');
		expect(unsure).toBeFalsy();
	});

	it('may have been sent the update if one of them was connected to', () => {
		expect(afterEachAddress('ETIMEDOUT', 'connect', 'read').unsure).toBe(true);
	});
});
