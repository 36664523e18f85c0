import { createServer, request as httpRequest } from 'node:http';
import { listen } from '../../tools/ports.mts';

/**
 * Forwards requests and delays each response, as a distant server does. So there is a time in which
 * an update has been applied and n8n does not know it yet.
 */
export async function startLatencyProxy(target: string, latencyMs: number) {
	const server = createServer((request, response) => {
		const { method, headers, url } = request;
		const forwarded = httpRequest(target + url, { method, headers }, (upstream) => {
			setTimeout(() => {
				response.writeHead(upstream.statusCode ?? 502, upstream.headers);
				upstream.pipe(response);
			}, latencyMs);
		});
		forwarded.on('error', () => response.destroy());
		request.on('error', () => forwarded.destroy());
		request.pipe(forwarded);
	});
	return {
		url: `http://127.0.0.1:${await listen(server)}`,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
