import { UserError } from 'n8n-workflow';

import { FAULTS } from '../support/faults.mts';
import { CREATE_CASE, FIND_CASES, UPDATE_CASE } from '../support/operations.mts';
import { explain, operationOf } from './product.mts';

const [update, create, search] = [UPDATE_CASE, CREATE_CASE, FIND_CASES].map(operationOf);

interface NodeError {
	message: string;
	code: string;
	syscall?: string;
	errors?: Error[];
}

/** An error of Node.js, in an n8n that keeps it as the cause, and in an older one that keeps its code and text. */
function inEachN8n({ message, ...error }: NodeError): Error[] {
	return [
		new Error('n8n', { cause: Object.assign(new Error(message), error) }),
		Object.assign(new Error('n8n'), { httpCode: error.code, messages: [message] }),
	];
}

/** What an update makes of an error, the same in each n8n. */
async function explainInEachN8n(error: NodeError, sent: Parameters<typeof explain>[2] = {}) {
	const [explained, inOlderN8n] = await Promise.all(
		inEachN8n(error).map(async (each) => await explain(update, each, sent)),
	);
	expect(inOlderN8n).toEqual(explained);
	return explained;
}

describe.each(FAULTS)('$name', ({ error, failure }) => {
	const { outcome, message, repeatedAfter } = failure;

	it.each([
		['an update', update],
		['a create', create],
	])('is explained, and repeated only if it cannot have been applied: %s', async (_, operation) => {
		for (const each of inEachN8n(error)) expect(await explain(operation, each)).toEqual(failure);
	});

	it('is explained and repeated if it is a read, unless a secure connection is impossible', async () => {
		const wait = outcome === 'unknown' ? 'usual' : repeatedAfter;
		for (const each of inEachN8n(error)) {
			expect(await explain(search, each)).toEqual({
				message,
				...(wait && { repeatedAfter: wait }),
			});
		}
	});
});

describe('where the connection stood decides whether a request was sent', () => {
	const CODES = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'ECONNRESET', 'EPIPE'];
	const failed = (syscall: string, code: string) => ({
		message: `${syscall} ${code} 10.0.0.1:443`,
		code,
		syscall,
	});

	const outcomeOf = async (syscall: string, code: string) =>
		(await explainInEachN8n(failed(syscall, code))).outcome;

	it.each(CODES)('connect %s: not sent', async (code) => {
		expect(await outcomeOf('connect', code)).toBe('notSent');
	});

	it.each(['ENOTFOUND', 'EAI_AGAIN'])('getaddrinfo %s: not sent', async (code) => {
		expect(await outcomeOf('getaddrinfo', code)).toBe('notSent');
	});

	it.each(['read', 'write'].flatMap((syscall) => CODES.map((code) => [syscall, code])))(
		'%s %s: unknown',
		async (syscall, code) => {
			expect(await outcomeOf(syscall, code)).toBe('unknown');
		},
	);

	it('an error that no one foresaw: unknown', async () => {
		expect(await explain(update, new RangeError('Maximum call stack'))).toMatchObject({
			outcome: 'unknown',
		});
	});
});

describe('a host with several addresses', () => {
	/** What Node throws after it has tried each of them (net.js, `internalConnectMultiple`). */
	const afterEachAddress = async (...syscalls: string[]) => {
		const errors = syscalls.map((syscall) => Object.assign(new Error(syscall), { syscall }));
		const cause = Object.assign(new AggregateError(errors), { code: 'ETIMEDOUT' });
		return await explain(update, new Error('n8n', { cause }));
	};

	it('was definitely not sent the update if it could not be connected to at any of them', async () => {
		expect(await afterEachAddress('connect', 'connect')).toMatchObject({
			message: 'The server HOST cannot be reached',
			outcome: 'notSent',
		});
	});

	it('may have been sent the update if it was connected to at one of them', async () => {
		expect(await afterEachAddress('connect', 'read')).toMatchObject({ outcome: 'unknown' });
	});
});

describe('a certificate', () => {
	it.each([
		['PATH_LENGTH_EXCEEDED', 'path length constraint exceeded'],
		['UNSPECIFIED', 'CA signature digest algorithm too weak'],
		['CERT_REVOKED', 'certificate revoked'],
		['HOSTNAME_MISMATCH', 'hostname mismatch'],
		['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unable to get local issuer certificate'],
	])(
		'that is not accepted stops the request, with the reason of OpenSSL: %s',
		async (code, message) => {
			expect(await explainInEachN8n({ message, code })).toEqual({
				message: `No secure connection to HOST: ${message}`,
				outcome: 'notSent',
			});
		},
	);

	it('can be that of a proxy', async () => {
		const error = { message: 'self-signed certificate', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' };
		expect(await explainInEachN8n(error, { proxyHost: 'proxy' })).toEqual({
			message: 'No secure connection to HOST or to the proxy proxy: self-signed certificate',
			outcome: 'notSent',
		});
	});
});

describe('a secure connection that breaks after it was made', () => {
	it.each([
		['ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number'],
		['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'decryption failed or bad record mac'],
	])('may have carried the update: %s', async (code, reason) => {
		expect(await explainInEachN8n({ message: `SSL routines: ${reason}`, code })).toEqual({
			message: `The secure connection to HOST broke: ${reason}`,
			outcome: 'unknown',
		});
	});
});

describe('a proxy', () => {
	it.each([
		['connect ECONNREFUSED 10.0.0.1:80', 'ECONNREFUSED', 'refused the connection'],
		['getaddrinfo ENOTFOUND proxy', 'ENOTFOUND', 'was not found'],
		['Proxy connection ended before receiving CONNECT response', 'ECONNRESET', 'cannot be reached'],
	])('is named instead of the server, and not tried again: %s', async (message, code, problem) => {
		expect(await explainInEachN8n({ message, code }, { proxyHost: 'proxy' })).toEqual({
			message: `The proxy proxy ${problem}`,
			outcome: 'notSent',
		});
	});

	it('is not named if n8n looked up the server itself', async () => {
		const error = { message: 'getaddrinfo ENOTFOUND host.test', code: 'ENOTFOUND' };
		expect(await explainInEachN8n(error, { proxyHost: 'proxy' })).toMatchObject({
			message: 'The server HOST was not found',
		});
	});
});

describe("whom Node.js could not reach is a proxy in n8n's environment", () => {
	const REFUSED = 'refused the connection';
	const MISSING = 'was not found';
	const UNREACHABLE = 'cannot be reached';

	const messageFor = async (server: string, message: string) => {
		const [syscall, code] = message.split(' ');
		return (await explainInEachN8n({ message, code, syscall }, { server })).message;
	};

	it.each([
		['c.test', 'connect ECONNREFUSED 127.0.0.1:3128', `127.0.0.1:3128 … ${REFUSED}`],
		['c.test', 'connect ECONNREFUSED ::1:3128', `::1:3128 … ${REFUSED}`],
		['c.test:8443', 'connect ECONNREFUSED 10.0.0.1:443', `10.0.0.1:443 … ${REFUSED}`],
		['http://localhost:81', 'connect ECONNREFUSED 127.0.0.1:80', `127.0.0.1:80 … ${REFUSED}`],
		['10.0.0.1', 'connect EHOSTUNREACH 10.0.0.2:443', `10.0.0.2:443 … ${UNREACHABLE}`],
		['c.test', 'getaddrinfo ENOTFOUND proxy.test', `proxy.test … ${MISSING}`],
		['c.test', 'getaddrinfo EAI_AGAIN proxy.test', `proxy.test … ${MISSING}`],
	])('if it is not the server: %s, %s', async (server, message, expected) => {
		expect(await messageFor(server, message)).toBe(
			`The proxy ${expected.replace('…', "in n8n's environment")}`,
		);
	});

	it('also if it closes the connection without a response', async () => {
		const message = 'Proxy connection ended before receiving CONNECT response';
		expect(await explainInEachN8n({ message, code: 'ECONNRESET' })).toEqual({
			message: "The proxy in n8n's environment cannot be reached",
			outcome: 'notSent',
		});
	});

	it.each([
		['c.test', 'connect ECONNREFUSED 10.0.0.1:443', REFUSED],
		['http://localhost', 'connect ECONNREFUSED 127.0.0.1:80', REFUSED],
		['https://[::1]', 'connect ECONNREFUSED ::1:443', REFUSED],
		['10.0.0.1', 'connect EADDRNOTAVAIL 10.0.0.1:443 - Local (0.0.0.0:0)', UNREACHABLE],
		['c.test', 'getaddrinfo ENOTFOUND c.test', MISSING],
		['c.test', 'getaddrinfo ENOTFOUND', MISSING],
	])('but not if it is the server: %s, %s', async (server, message, expected) => {
		expect(await messageFor(server, message)).toMatch(/^The server /);
		expect(await messageFor(server, message)).toContain(expected);
	});
});

describe('a request that n8n itself refuses', () => {
	it('was not sent, in the words of n8n', async () => {
		const refusal = new UserError('The request was blocked', { description: 'Ask the admin' });
		const nested = new Error('axios', { cause: refusal });
		const error = new Error('n8n', { cause: nested });
		const message = 'The request was blocked';
		expect(await explain(update, error)).toEqual({ message, outcome: 'notSent' });
		expect(await explain(search, error)).toEqual({ message });
	});
});

describe('a file that could not be read', () => {
	it('is named, whatever error it leads to', async () => {
		const file = { name: 'a.pdf', size: 1, isRead: false, fault: new Error('gone'), close() {} };
		const error = new Error('n8n', { cause: new Error('socket hang up') });
		expect(await explain(update, error, { files: [file as never] })).toEqual({
			message: `'Attachments': "a.pdf" could not be read completely`,
			outcome: 'unknown',
		});
	});
});

/** The error of axios for a response that breaks off keeps its head. */
const brokenOff = (status: number, headers = {}) =>
	new Error('n8n', {
		cause: Object.assign(new Error('aborted'), {
			code: 'ECONNRESET',
			response: { status, headers },
		}),
	});

describe('a response whose body did not arrive', () => {
	it.each([401, 404, 413, 429])('is a refusal by its status alone: %d', async (status) => {
		expect(await explain(update, brokenOff(status))).toMatchObject({
			message: `HOST sent an empty body instead of a response from Wolkvox (HTTP ${status})`,
			outcome: 'refused',
		});
	});

	it('can be of a proxy or a redirect', async () => {
		expect(await explain(update, brokenOff(407), { proxyHost: 'proxy' })).toMatchObject({
			message: 'The proxy proxy requires a user name and password',
			outcome: 'notSent',
		});
		const headers = { location: 'https://elsewhere.test/' };
		expect(await explain(update, brokenOff(308, headers))).toMatchObject({
			message: 'HOST redirected to elsewhere.test instead of serving the API',
			outcome: 'refused',
		});
	});

	it.each([200, 302, 400, 403, 500, 502, 503])('proves nothing: %d', async (status) => {
		expect(await explain(update, brokenOff(status))).toMatchObject({
			message: 'The connection to HOST broke before Wolkvox responded',
			outcome: 'unknown',
		});
	});

	it.each([
		[407, 'notSent'],
		[429, 'refused'],
		[503, 'unknown'],
		[200, 'unknown'],
	])('counts by its status in an n8n that keeps nothing else: %d', async (status, outcome) => {
		const inOlderN8n = { httpCode: `${status}`, messages: ['stream has been aborted'] };
		const error = Object.assign(new Error('n8n'), inOlderN8n);
		expect(await explain(update, error, { proxyHost: 'proxy.test' })).toMatchObject({ outcome });
	});
});
