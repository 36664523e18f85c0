import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server says to every request. */
export interface Answer {
	status?: number;
	type?: string;
	body: string;
}

/** Runs `use` with the address of a server that has one answer only; gives the number of its calls. */
export async function withAnswer(answer: Answer, use: (url: string) => Promise<void>) {
	const { status = 200, type = 'application/json', body } = answer;
	let calls = 0;
	const server = createServer((request, response) => {
		calls++;
		request.resume();
		response.writeHead(status, { 'Content-Type': type }).end(body);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	try {
		await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
	} finally {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}
	return calls;
}
