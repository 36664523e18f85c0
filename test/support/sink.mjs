// A server in a process of its own, so that the tests measure only the node's memory and event loop.
import { createServer } from 'node:http';

const SUCCESS = '{"code":200,"error":"null","msg":"ok","data":{"wolkvox_id":""}}';
const ids = [];
let bytes = 0;

const server = createServer((request, response) => {
	if (request.method === 'GET') return response.end(JSON.stringify({ ids, bytes }));
	let head = '';
	request.on('data', (chunk) => {
		bytes += chunk.length;
		if (head.length < 2000) head += chunk.toString('latin1');
	});
	request.on('end', () => {
		ids.push(/name="wolkvox-id"\r\n\r\n(.*?)\r\n/.exec(head)?.[1]);
		response.end(SUCCESS);
	});
	return undefined;
});

server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
