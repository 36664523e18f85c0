import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** Lets the server listen, on any free port if none is given; returns the port. */
export async function listen(server: Server, port = 0, host = '127.0.0.1') {
	await once(server.listen(port, host), 'listening');
	return (server.address() as AddressInfo).port;
}

/**
 * A port that is free at the moment. It is below those that systems give to connections (from 32768 on
 * Linux), so that no connection takes it before its server starts.
 */
export async function freePort(): Promise<number> {
	const server = createServer();
	try {
		const port = await listen(server, randomInt(20_000, 30_000));
		await once(server.close(), 'close');
		return port;
	} catch {
		return await freePort();
	}
}
