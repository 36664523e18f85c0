import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Distant {
	url: string;
	close(): Promise<void>;
}

/**
 * Passes requests on and holds each answer back for a while, as a server far away does. So there
 * is a time in which an update has been taken and n8n does not know it yet.
 */
export async function startDistant(target: string, answerAfterMs: number): Promise<Distant> {
	const server = createServer((request, response) => {
		const { method, headers, url } = request;
		const onward = httpRequest(target + url, { method, headers }, (answer) => {
			setTimeout(() => {
				response.writeHead(answer.statusCode ?? 502, answer.headers);
				answer.pipe(response);
			}, answerAfterMs);
		});
		onward.on('error', () => response.destroy());
		request.on('error', () => onward.destroy());
		request.pipe(onward);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
