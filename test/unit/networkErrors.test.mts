import { describeNetworkError } from '../../nodes/WolkvoxCrm/transport/networkErrors';

const OPERATION = { effect: 'updates', noun: 'case', rejectedAdvice: '' } as const;

/** What is said of an error of Node, in an n8n that keeps it, and in an older one that keeps its code and text. */
function messagesFor(text: string, url: string, proxyHost?: string): string[] {
	const [syscall, code] = text.split(' ');
	const original = Object.assign(new Error(text), { code, syscall });
	const wrapped = [
		new Error('n8n', { cause: original }),
		Object.assign(new Error('n8n'), { httpCode: code, messages: [text] }),
	];
	const sent = {
		origin: new URL(url),
		proxyHost,
		token: 'token',
		operation: OPERATION,
		isSentWhole: true,
		fileBytes: 0,
		timeoutMs: 1000,
	};
	return wrapped.map((error) => describeNetworkError(error, sent).message);
}

const REFUSED = 'refused the connection';
const MISSING = 'was not found';
const UNREACHABLE = 'cannot be reached';

describe("whom Node could not reach is a proxy in n8n's environment, if it is not the server", () => {
	it.each([
		['https://c.test', 'connect ECONNREFUSED 127.0.0.1:3128', `127.0.0.1:3128 … ${REFUSED}`],
		['https://c.test', 'connect ECONNREFUSED ::1:3128', `::1:3128 … ${REFUSED}`],
		['https://c.test:8443', 'connect ECONNREFUSED 10.0.0.1:443', `10.0.0.1:443 … ${REFUSED}`],
		['http://localhost:81', 'connect ECONNREFUSED 127.0.0.1:80', `127.0.0.1:80 … ${REFUSED}`],
		['https://10.0.0.1', 'connect EHOSTUNREACH 10.0.0.2:443', `10.0.0.2:443 … ${UNREACHABLE}`],
		['https://c.test', 'getaddrinfo ENOTFOUND proxy.test', `proxy.test … ${MISSING}`],
		['https://c.test', 'getaddrinfo EAI_AGAIN proxy.test', `proxy.test … ${MISSING}`],
	])('%s: %s', (url, text, expected) => {
		const message = `The proxy ${expected.replace('…', "in n8n's environment")}`;
		expect(messagesFor(text, url)).toEqual([message, message]);
	});

	it.each([
		['https://c.test', 'connect ECONNREFUSED 10.0.0.1:443', REFUSED],
		['http://localhost', 'connect ECONNREFUSED 127.0.0.1:80', REFUSED],
		['https://[::1]', 'connect ECONNREFUSED ::1:443', REFUSED],
		['https://10.0.0.1', 'connect EADDRNOTAVAIL 10.0.0.1:443 - Local (0.0.0.0:0)', UNREACHABLE],
		['https://c.test', 'getaddrinfo ENOTFOUND c.test', MISSING],
		['https://c.test', 'getaddrinfo ENOTFOUND', MISSING],
	])('but here it is the server: %s, %s', (url, text, expected) => {
		const message = `The server ${new URL(url).host} ${expected}`;
		expect(messagesFor(text, url)).toEqual([message, message]);
	});
});

it.each([
	['connect ECONNREFUSED 10.0.0.1:443', `The proxy p.test ${REFUSED}`],
	['getaddrinfo ENOTFOUND p.test', `The proxy p.test ${MISSING}`],
	['getaddrinfo ENOTFOUND c.test', `The server c.test ${MISSING}`],
])("with 'Proxy', it is that proxy, unless the server was looked up: %s", (text, message) => {
	expect(messagesFor(text, 'https://c.test', 'p.test')).toEqual([message, message]);
});
