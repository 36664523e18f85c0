import { getManyOperation } from '../../nodes/WolkvoxCrm/resources/case/getMany';
import { updateOperation } from '../../nodes/WolkvoxCrm/resources/case/update';
import { RequestFailure } from '../../nodes/WolkvoxCrm/transport/failure';
import { describeNetworkError } from '../../nodes/WolkvoxCrm/transport/networkErrors';
import { parseResponse } from '../../nodes/WolkvoxCrm/transport/response';
import { QUERY_RESPONSES } from '../support/queryResponses.mts';
import { RESPONSES, type Expected, type ResponseCase } from '../support/responses.mts';

const SENT = { host: 'c.test', timeoutMs: 1, hasFiles: false };

const RECIPIENT = { host: 'HOST', token: 'response-token' };

const UPDATE: Parameters<typeof updateOperation.send>[0] = {
	caseId: 'case0',
	fields: [],
	files: [],
	partName: 'files',
	areTogether: true,
};

/** A body as n8n hands it on. */
function bytesOf(body: unknown): Buffer {
	return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** What Case: Update makes of a response. */
async function readByUpdate({ status = 200, headers = {}, body }: ResponseCase): Promise<Expected> {
	const request = async () =>
		parseResponse({ statusCode: status, headers, body: bytesOf(body) }, RECIPIENT, updateOperation);
	try {
		const [output] = await updateOperation.send(UPDATE, {
			request,
			withoutAttached: (files) => files,
		});
		return { output };
	} catch (error) {
		if (!(error instanceof RequestFailure)) throw error;
		const { outcome, message, httpCode, retryAfterMs = 'usual' } = error;
		const repetition = error.canRepeat(updateOperation) ? { retryAfterMs } : {};
		return { outcome, message, httpCode, ...repetition } as Expected;
	}
}

describe('how a response is read', () => {
	it.each(RESPONSES)('$name', async (response) => {
		expect(await readByUpdate(response)).toEqual(response.expected);
	});
});

describe('how a response to a search is read', () => {
	const search = { body: {}, limit: Infinity };

	it.each(QUERY_RESPONSES)('$name', async ({ status = 200, headers = {}, body, expected }) => {
		const response = { statusCode: status, headers, body: bytesOf(body) };
		const request = async () => parseResponse(response, RECIPIENT, getManyOperation);
		const result = await getManyOperation
			.send(search, { request, withoutAttached: (files) => files })
			.then((records) => ({ records }))
			.catch(({ message, httpCode }: RequestFailure) => ({ message, httpCode }));
		expect(result).toEqual(expected);
	});
});

describe('the charset of a response', () => {
	const message = (contentType: string, body: Buffer) => {
		const response = { statusCode: 400, headers: { 'content-type': contentType }, body };
		try {
			return parseResponse(response, RECIPIENT, updateOperation);
		} catch (error) {
			return (error as Error).message;
		}
	};
	const json = '{"code":400,"msg":"Descripción"}';

	it.each([
		['application/json; charset=ISO-8859-1', Buffer.from(json, 'latin1')],
		['application/json; charset="utf-16le"', Buffer.from(json, 'utf16le')],
		['application/json', Buffer.from(json)],
		['application/json; charset=unheard-of', Buffer.from(json)],
		['text/html', Buffer.from(`\ufeff${json}`)],
	])('is the one that is declared: %s', (contentType, body) => {
		expect(message(contentType, body)).toBe('Descripción');
	});
});

describe('a long response', () => {
	it.each([0, 1, 2, 3])('keeps every character, shifted by %i bytes', (shift) => {
		const text = 'x'.repeat(shift) + 'ñ€😀'.repeat(50_000);
		const body = Buffer.from(JSON.stringify({ code: '200', data: [{ text }] }));
		const response = parseResponse(
			{ statusCode: 200, headers: {}, body },
			RECIPIENT,
			getManyOperation,
		);
		expect(response.data).toEqual([{ text }]);
	});
});

describe('a host with several addresses', () => {
	/** What Node throws after it has tried each of them (net.js, `internalConnectMultiple`). */
	const afterEachAddress = (code: string, ...syscalls: string[]) => {
		const errors = syscalls.map((syscall) => Object.assign(new Error(syscall), { syscall }));
		const cause = Object.assign(new AggregateError(errors), { code });
		return describeNetworkError(new Error('n8n', { cause }), { ...SENT, timeoutMs: 20_000 });
	};

	it('was definitely not sent the update if it could not be connected to at any of them', () => {
		const { message, outcome } = afterEachAddress('ETIMEDOUT', 'connect', 'connect');
		expect(message).toBe('The server c.test cannot be reached');
		expect(outcome).toBe('notSent');
	});

	it('may have been sent the update if it was connected to at one of them', () => {
		expect(afterEachAddress('ETIMEDOUT', 'connect', 'read').outcome).toBe('unknown');
	});
});

describe('where the connection stood decides whether an update was sent', () => {
	/** An error of Node, in an n8n that keeps it and in an older one that keeps only its code and text. */
	const outcomes = (syscall: string, code: string) => {
		const original = Object.assign(new Error(`${syscall} ${code} 10.0.0.1:443`), { code, syscall });
		const wrapped = [
			new Error('n8n', { cause: original }),
			Object.assign(new Error('n8n'), { httpCode: code, messages: [original.message] }),
		];
		return wrapped.map((error) => describeNetworkError(error, SENT).outcome);
	};
	const CODES = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'ECONNRESET', 'EPIPE'];

	it.each(CODES)('connect %s: not sent', (code) =>
		expect(outcomes('connect', code)).toEqual(['notSent', 'notSent']),
	);

	it.each(['read', 'write'].flatMap((syscall) => CODES.map((code) => [syscall, code])))(
		'%s %s: unknown',
		(syscall, code) => expect(outcomes(syscall, code)).toEqual(['unknown', 'unknown']),
	);

	it.each(['ENOTFOUND', 'EAI_AGAIN'])('getaddrinfo %s: not sent', (code) =>
		expect(outcomes('getaddrinfo', code)).toEqual(['notSent', 'notSent']),
	);

	it('an error that no one foresaw: unknown', () => {
		expect(describeNetworkError(new RangeError('Maximum call stack'), SENT).outcome).toBe(
			'unknown',
		);
	});
});
