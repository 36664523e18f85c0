import type { IDataObject } from 'n8n-workflow';

import { CREATE_CASE, UPDATE_RECORD, locator } from '../support/operations.mts';
import { SUCCESS, itemOf, successFor, useServer } from '../support/server.mts';
import {
	CASE_ID,
	CONTINUE,
	RETRY_ON_FAIL,
	execute,
	numbered,
	update,
} from '../support/wolkvox.mts';

// Hundreds of requests, and waits, on a busy machine.
jest.setTimeout(60_000);

const server = useServer();

const HTML = { 'content-type': 'text/html' };

/** What Varnish sends by its own built-in rules, also after the server behind it has applied a request. */
const VARNISH = {
	status: 503,
	headers: { ...HTML, 'retry-after': '5' },
	body: '<html><h1>Error 503 Backend fetch failed</h1><p>Guru Meditation:',
};

/** The numbers from `first` to `last`. */
const range = (first: number, last: number) =>
	Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('a page that is not from Wolkvox', () => {
	it('with HTTP 503 and a Retry-After leaves one create unknown, with the default options', async () => {
		server.respond = () => VARNISH;
		const { error } = await execute(server, CREATE_CASE.parameters);
		expect(server.requests).toHaveLength(1);
		expect(error).toMatchObject({
			message: `${server.host} sent a web page instead of a response from Wolkvox (HTTP 503)`,
			description: expect.stringMatching(/^Wolkvox may have created the case anyway/),
			context: { outcome: 'unknown' },
		});
	});

	it.each<[string, number, unknown]>([
		['a web page with HTTP 403', 403, '<html><h1>Request blocked'],
		['JSON of a firewall with HTTP 403', 403, { message: 'Forbidden' }],
		['a web page with HTTP 400', 400, '<html><h1>Bad Request'],
		['an empty body with HTTP 409', 409, ''],
	])('%s leaves one create unknown, with Retry On Fail', async (_, status, body) => {
		server.respond = () => ({ status, headers: HTML, body });
		const { error } = await execute(server, CREATE_CASE.parameters, { node: RETRY_ON_FAIL });
		expect(server.requests).toHaveLength(1);
		expect(error!.context!.outcome).toBe('unknown');
	});

	it('proves with no other status than these that nothing was created', async () => {
		const statuses = range(400, 599);
		server.respond = (request) => ({
			status: statuses[itemOf(request)],
			headers: { ...HTML, 'retry-after': '0' },
			body: '<h1>Sorry',
		});
		const { outputs } = await execute(server, CREATE_CASE.parameters, {
			items: numbered(statuses.length),
			options: { maxConcurrent: 20, maxRetries: 1 },
			node: CONTINUE,
		});
		const isUnknown = ({ error }: IDataObject) => String(error).endsWith('[outcome unknown]');
		const proving = outputs[1].flatMap(({ json }, item) => (isUnknown(json) ? [] : statuses[item]));
		const sent = statuses.map((status, item) => ({
			status,
			times: server.requests.filter((request) => itemOf(request) === item).length,
		}));
		expect(outputs[1]).toHaveLength(statuses.length);
		expect(proving).toEqual([401, 404, 405, 407, 411, 413, 414, 415, 417, 421, 426, 429, 431]);
		expect(sent.filter(({ times }) => times > 1)).toEqual([{ status: 429, times: 2 }]);
	});
});

describe('a success needs a code, or the words of Wolkvox and an ID', () => {
	it.each<[string, object]>([
		['"fail" as its status', { status: 'fail', data: { priority: 'does not exist' } }],
		['an error in its message', { message: 'Internal error', data: { trace: 'x' } }],
		['a list of errors', { errors: ['x'], data: { a: 1 } }],
		['success: false', { success: false, data: { wolkvox_id: CASE_ID } }],
		['nothing but data', { data: { wolkvox_id: CASE_ID } }],
		['other words and an ID', { msg: 'Succesfully', data: { wolkvox_id: CASE_ID } }],
		['the words, but no ID', { msg: SUCCESS.msg, data: { wolkvox_id: '' } }],
		['the words and an error', { ...SUCCESS, code: undefined, error: 'X', wolkvox_id: CASE_ID }],
		['the words of an update at the beginning', { msg: `${SUCCESS.msg}: no`, _id: CASE_ID }],
	])('HTTP 200 with %s leaves a change unknown, and it is sent once', async (_, body) => {
		server.respond = () => ({ body });
		for (const parameters of [
			{ caseId: locator('id', CASE_ID), updateFields: { status: 'open' } },
			CREATE_CASE.parameters,
		]) {
			server.requests = [];
			const { error, outputs } = await execute(server, parameters, { node: RETRY_ON_FAIL });
			expect(outputs).toEqual([[], []]);
			expect(error!.context!.outcome).toBe('unknown');
			expect(server.requests).toHaveLength(1);
		}
	});

	it('the output has no code if Wolkvox sent none', async () => {
		const body = { msg: SUCCESS.msg, data: { wolkvox_id: CASE_ID } };
		server.respond = () => ({ body });
		const { outputs } = await update(server, { caseId: locator('id', CASE_ID) });
		expect(outputs[0].map(({ json }) => json)).toEqual([body]);
	});
});

describe('a response that names another record than the one to change', () => {
	const OTHER = '64cbaaaaaaaaaaaaaaaaaaaa';
	const DELETE = { operation: 'delete' };

	it.each<[string, object]>([
		['in data', { data: { wolkvox_id: OTHER } }],
		['at the top', { wolkvox_id: OTHER, data: {} }],
		['as wolkvox-id', { data: { 'wolkvox-id': OTHER } }],
		['as _id', { data: { _id: { $oid: OTHER } } }],
		['in a list', { data: [{ wolkvox_id: OTHER }] }],
		['beside the right one', { wolkvox_id: CASE_ID, data: { wolkvox_id: OTHER } }],
	])('leaves an update unknown, and it is sent once: %s', async (_, body) => {
		server.respond = () => ({ body: { ...SUCCESS, ...body } });
		const { error } = await update(server, {
			caseId: locator('id', CASE_ID),
			node: RETRY_ON_FAIL,
		});
		expect(error).toMatchObject({
			message: `The response is about another record: "${OTHER}"`,
			context: { outcome: 'unknown' },
		});
		expect(server.requests).toHaveLength(1);
	});

	it.each<[string, IDataObject]>([
		['Record: Update', {}],
		['Record: Delete', DELETE],
		['Contact: Delete', { resource: 'contact', contactId: locator('id', 'item0'), ...DELETE }],
	])('leaves %s unknown', async (_, parameters) => {
		server.respond = () => ({ body: { ...SUCCESS, data: { wolkvox_id: OTHER } } });
		const { error } = await execute(server, { ...UPDATE_RECORD.parameters, ...parameters });
		expect(error!.context!.outcome).toBe('unknown');
	});
});

describe('a response that comes before the file was sent to its end', () => {
	const EARLY = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 33\r\n\r\n{"code":200,"msg":"Succesfully" }`;
	const file = { name: 'a.bin', type: 'application/pdf', contents: Buffer.alloc(30 * 2 ** 20) };

	it.each<[string, IDataObject]>([
		['an update', { caseId: locator('id', CASE_ID), updateFields: { attachments: 'data' } }],
		['a create', { ...CREATE_CASE.parameters, additionalFields: { attachments: 'data' } }],
	])('leaves %s unknown, and it is sent once', async (_, parameters) => {
		let connections = 0;
		server.onConnection = (socket) => {
			connections++;
			socket.once('data', () => void socket.pause().write(EARLY));
		};
		const { error } = await execute(server, parameters, {
			items: numbered(1, { data: file }),
			node: RETRY_ON_FAIL,
		});
		expect(error).toMatchObject({
			message: 'Wolkvox responded before all files were sent',
			context: { outcome: 'unknown' },
		});
		expect(connections).toBe(1);
	});
});

describe("Retry-After as a date counts from the response's own Date", () => {
	const CLOCKS = { 'is 10 minutes behind': 600_000, 'is 10 minutes ahead': -600_000 };

	/** The milliseconds between two tries of a create, the first of which is answered with these dates. */
	const waitBetween = async (clockMs: number, waitMs: number) => {
		const times: number[] = [];
		const at = (milliseconds: number) => new Date(milliseconds).toUTCString();
		server.respond = (request) => {
			times.push(Date.now());
			if (times.length > 1) return { body: successFor(request) };
			const serverTime = Date.now() + clockMs;
			return {
				status: 429,
				headers: { date: at(serverTime), 'retry-after': at(serverTime + waitMs) },
				body: { code: 429, msg: 'Busy' },
			};
		};
		const { outputs } = await execute(server, CREATE_CASE.parameters);
		expect(outputs[0]).toHaveLength(1);
		return times[1] - times[0];
	};

	it.each(Object.entries(CLOCKS))('if the clock of n8n %s', async (_, clockMs) => {
		const waited = await waitBetween(clockMs, 2000);
		expect(waited).toBeGreaterThanOrEqual(1990);
		expect(waited).toBeLessThan(10_000);
	});

	it('a date in the past waits the usual delay', async () => {
		expect(await waitBetween(0, -60_000)).toBeGreaterThanOrEqual(990);
	});
});
