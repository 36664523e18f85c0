// A server in a process of its own that accepts everything, and finds as many records as a search asks for in
// its value. PUT sets how long a request takes, how many run at a time and how fast a body is read, and resets
// the counts; GET returns the counts.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const SMALL = 2 ** 16;

let load = {};
let counts;
let active = 0;
const waiting = [];

createServer(async (request, response) => {
	if (request.method === 'GET') return response.end(JSON.stringify(counts));
	const startedAt = Date.now();
	const started = performance.now();
	let size = 0;
	let body = '';
	for await (const chunk of request) {
		size += chunk.length;
		if (size <= SMALL) body += chunk.toString('latin1');
		if (load.bytesPerSecond) await keepPace(size, started);
	}
	if (request.method === 'PUT') {
		load = JSON.parse(body);
		counts = { requests: 0, bytes: 0, firstAt: 0, receivingMs: 0 };
		return response.end();
	}
	counts.requests++;
	counts.bytes += size <= SMALL ? contentLength(body) : size;
	counts.firstAt ||= startedAt;
	counts.receivingMs += performance.now() - started;
	const result = request.url.endsWith('queryCases.php')
		? records(JSON.parse(body).value)
		: success(body);
	response.setHeader('Content-Type', 'application/json');
	if (load.delayMs === 0) return response.end(result);
	return work(() => response.end(result));
}).listen(0, '127.0.0.1', function () {
	process.send(this.address().port);
});
process.on('disconnect', () => process.exit());

/** Waits if that many bytes have arrived sooner than they should. */
async function keepPace(bytes, started) {
	const due = started + (bytes / load.bytesPerSecond) * 1000;
	const early = due - performance.now();
	if (early > 0) await sleep(early);
}

/** Length of the names and values of a body, without boundaries and quotes, which differ between senders. */
function contentLength(body) {
	if (body.startsWith('{')) return Object.entries(JSON.parse(body)).flat().join('').length;
	const parts = body.matchAll(/name="([^"]*)"[^]*?\r\n\r\n([^]*?)\r\n--/g);
	return [...parts].reduce((sum, [, name, value]) => sum + name.length + value.length, 0);
}

/** The response to a new case, or to an update of the case that its form names. */
function success(form) {
	const [, id = '647f6ff1660dff48d803ffe6'] = /name="wolkvox-id"\r\n\r\n([^\r]*)/.exec(form) ?? [];
	return `{"code":200,"error":"null","msg":"ok","data":{"wolkvox_id":"${id}"}}`;
}

const bodies = {};

/** The response to a search that finds so many records. */
function records(count) {
	bodies[count] ??= Buffer.from(
		JSON.stringify({
			code: '200',
			error: 'null',
			msg: `${count} records were are found`,
			data: Array.from({ length: Number(count) }, (_, index) => record(index)),
		}),
	);
	return bodies[count];
}

function record(index) {
	const user = { user: `agent_${index % 40}@demo`, nombre: 'Laura Gómez', id: String(index % 40) };
	const form = Object.fromEntries(
		Array.from({ length: 10 }, (_, field) => [
			`Campo ${field}`,
			`Valor ${field} del caso ${index}`,
		]),
	);
	return {
		wolkvox_id: index.toString(16).padStart(24, '6'),
		idPrefijo: `CASO-${index}`,
		caseType: 'Request',
		status: { name: 'Abierto', value: 'open' },
		priority: { name: 'Baja', value: 'low' },
		contact: `Cliente ${index}`,
		contactEmail: `cliente${index}@example.com`,
		responsible: user,
		owner: user,
		description_case: 'La clienta pide una copia de su factura y un cambio de dirección.',
		wolkvox_fecha_creacion: '2026-11-25 08:00:00',
		form,
	};
}

/** Works on a request for `delayMs`, on `concurrency` requests at a time. */
function work(done) {
	if (active >= load.concurrency) return waiting.push(done);
	active++;
	return setTimeout(() => {
		active--;
		done();
		const next = waiting.shift();
		if (next) work(next);
	}, load.delayMs);
}
