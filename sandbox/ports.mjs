import { createServer } from 'node:net';
import { UserFacingError } from './tools.cjs';

const PORTS = [
	{ variable: 'WOLKVOX_SANDBOX_N8N_PORT', usual: 5678, user: 'n8n' },
	{ variable: 'WOLKVOX_SANDBOX_PORT', usual: 8085, user: 'the Wolkvox stand-in' },
];

/** Checks before the long steps that the ports are free, and passes them on in those variables. */
export async function checkPorts() {
	for (const { variable, usual, user } of PORTS) {
		const port = Number(process.env[variable] ?? usual);
		if (!Number.isInteger(port) || port < 1 || port > 65535) {
			throw new UserFacingError(`${variable} must be a port number between 1 and 65535.`);
		}
		if (!(await isFree(port))) {
			throw new UserFacingError(
				`Port ${port}, which ${user} needs, is in use. Stop the program that uses it (perhaps this sandbox in another terminal), or choose another port:\n  ${variable}=${port + 1} npm start`,
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
