// `npm start`: a real n8n with this package in it, next to a stand-in for Wolkvox. Runs on a bare
// Node.js 20.15 in a fresh clone.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { exitWithError, UserFacingError } from '../tools/common.mjs';
import { install } from '../tools/install.mjs';
import { runOnNode24 } from '../tools/node24.mjs';

const PORTS = [
	{ variable: 'WOLKVOX_SANDBOX_N8N_PORT', usual: 5678, user: 'n8n' },
	{ variable: 'WOLKVOX_SANDBOX_PORT', usual: 8085, user: 'the Wolkvox stand-in' },
];

try {
	for (const port of PORTS) await checkPort(port);
	await install();
	await runOnNode24(['sandbox/run.mts', ...process.argv.slice(2)]);
} catch (error) {
	exitWithError(error);
}

/** Checks before the long steps that a port is free, and passes it on in its variable. */
async function checkPort({ variable, usual, user }) {
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

async function isFree(port) {
	const server = createServer();
	try {
		await once(server.listen(port, '127.0.0.1'), 'listening');
		await once(server.close(), 'close');
		return true;
	} catch {
		return false;
	}
}
