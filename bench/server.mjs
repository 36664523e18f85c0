// A server in a process of its own that accepts every update. PUT sets how long an update takes and how
// many run at a time, and resets the counts; GET returns the counts.
import { createServer } from 'node:http';

const SUCCESS = '{"code":200,"error":"null","msg":"ok","data":{"wolkvox_id":""}}';
const SMALL = 2 ** 16;

let load;
let counts = { requests: 0, bytes: 0, firstAt: 0, receivingMs: 0 };
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
	if (load.delayMs === 0) return response.end(SUCCESS);
	return work(() => response.end(SUCCESS));
}).listen(0, '127.0.0.1', function () {
	process.send(this.address().port);
});
process.on('disconnect', () => process.exit());

/** Length of the names and values of a form, without its boundaries, which differ between senders. */
function contentLength(form) {
	const parts = form.matchAll(/name="([^"]*)"[^]*?\r\n\r\n([^]*?)\r\n--/g);
	return [...parts].reduce((sum, [, name, value]) => sum + name.length + value.length, 0);
}

/** Works on an update for `delayMs`, on `concurrency` updates at a time. */
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
