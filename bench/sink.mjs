// A server in a process of its own: takes updates, counts their bytes, answers at once or slowly, and
// tells when the first one came since it was last given its settings.
import { createServer } from 'node:http';

const SUCCESS = '{"code":200,"error":"null","msg":"ok","data":{"wolkvox_id":""}}';

let delayMs = 0;
let atOnce = Infinity;
let isFirst = true;
let working = 0;
const waiting = [];

/** Works on a request for `delayMs`, `atOnce` requests at a time. */
function work(done) {
	if (working >= atOnce) return waiting.push(done);
	working++;
	return setTimeout(() => {
		working--;
		done();
		if (waiting.length > 0) work(waiting.shift());
	}, delayMs);
}

const server = createServer((request, response) => {
	const started = performance.now();
	let bytes = 0;
	if (isFirst) process.send({ event: 'first', at: Date.now() });
	isFirst = false;
	request.on('data', (chunk) => (bytes += chunk.length));
	request.on('end', () => {
		if (bytes > 2 ** 20) process.send({ event: 'end', bytes, ms: performance.now() - started });
		if (delayMs === 0) return response.end(SUCCESS);
		return work(() => response.end(SUCCESS));
	});
});

process.on('message', (settings) => {
	({ delayMs, atOnce } = settings);
	isFirst = true;
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () =>
	process.send({ event: 'listening', port: server.address().port }),
);
