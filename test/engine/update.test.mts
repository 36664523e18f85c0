import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { runNode } from '../support/engine.mts';

it('runs', async () => {
	const server = createServer((req, res) => {
		req.resume().on('end', () => {
			res.setHeader('content-type', 'application/json');
			res.end('{"code":200,"error":"null","msg":"Succesfully update record","data":{"wolkvox_id":""}}');
		});
	});
	await new Promise<void>((r) => server.listen(0, '127.0.0.1', r));
	const { port } = server.address() as AddressInfo;
	const result = await runNode({
		items: [{ json: { id: 'abc' } }],
		parameters: { caseId: { __rl: true, mode: 'id', value: '={{ $json.id }}' }, updateFields: { status: 'open' } },
		credential: { server: 'custom', customServer: `http://127.0.0.1:${port}`, operation: 'demo', token: 'tok123', allowedHttpRequestDomains: 'domains', allowedDomains: '*.wolkvox.com' },
	});
	console.log(JSON.stringify(result.outputs), result.error);
	server.close();
});
