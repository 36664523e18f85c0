import { ItemState } from '../../nodes/WolkvoxCrm/execution/itemState';
import { updateHandler } from '../../nodes/WolkvoxCrm/resources/case/update';
import type { CaseUpdate } from '../../nodes/WolkvoxCrm/resources/case/updateParameters';
import { RequestFailure } from '../../nodes/WolkvoxCrm/transport/failure';
import { describeNetworkError } from '../../nodes/WolkvoxCrm/transport/networkErrors';
import { parseResponse } from '../../nodes/WolkvoxCrm/transport/response';
import { RESPONSES, type Expected, type ResponseCase } from '../support/responses.mts';

const SENT = { host: 'c.test', timeoutMs: 1, hasFiles: false };

const UPDATE: CaseUpdate = {
	caseId: 'case0',
	fields: [],
	files: [],
	attachmentField: 'files',
	multipleFiles: 'together',
};

/** What Case: Update makes of a response, as n8n hands it on: with the body in a Buffer. */
async function readByUpdate({ status = 200, headers = {}, body }: ResponseCase): Promise<Expected> {
	const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
	const state = new ItemState(0, 'case0');
	const request = async () => {
		const success = parseResponse(
			{ statusCode: status, headers, body: bytes },
			{ host: 'HOST', token: 'response-token' },
			updateHandler,
		);
		state.noteSuccess(success, []);
		return success;
	};
	try {
		const [output] = await updateHandler.send(UPDATE, { state, request });
		return { output };
	} catch (error) {
		if (!(error instanceof RequestFailure)) throw error;
		const { outcome, message, httpCode, retryAfterMs = 'usual' } = error;
		const repetition = error.canRepeat(updateHandler) ? { retryAfterMs } : {};
		return { outcome, message, httpCode, ...repetition } as Expected;
	}
}

describe('how a response is read', () => {
	it.each(RESPONSES)('$name', async (response) => {
		expect(await readByUpdate(response)).toEqual(response.expected);
	});
});

describe('the charset of a response', () => {
	const message = (contentType: string, body: Buffer) => {
		const response = { statusCode: 400, headers: { 'content-type': contentType }, body };
		try {
			return parseResponse(response, { host: 'HOST', token: 'response-token' }, updateHandler);
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
