import { createServer } from 'node:net';
import { Trouble } from './tools.cjs';

const PORTS = [
	{ variable: 'WOLKVOX_SANDBOX_N8N_PORT', usual: 5678, user: 'n8n' },
	{ variable: 'WOLKVOX_SANDBOX_PORT', usual: 8085, user: 'the Wolkvox stand-in' },
];

/** Finds out before the long steps whether the ports can be had, and hands them on by variable. */
export async function checkPorts() {
	for (const { variable, usual, user } of PORTS) {
		const port = Number(process.env[variable] ?? usual);
		if (!Number.isInteger(port) || port < 1 || port > 65535) {
			throw new Trouble(`${variable} must be a port number between 1 and 65535.`);
		}
		if (!(await isFree(port))) {
			throw new Trouble(
				`Port ${port} is in use, and ${user} needs one: stop what uses it, or name another port with ${variable}.`,
			);
		}
		process.env[variable] = String(port);
	}
}

function isFree(port) {
	return new Promise((resolve) => {
		const server = createServer();
		server.once('error', () => resolve(false));
		server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
	});
}
