import type { AddressInfo, Server } from 'node:net';

/** Lets the server listen, on any free port if none is given. */
export async function listen(server: Server, port = 0, host = '127.0.0.1') {
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, host, resolve);
	});
	return (server.address() as AddressInfo).port;
}
