import { Socket } from 'node:net';

const attempts = jest.spyOn(Socket.prototype, 'connect');
// Files of tests share the process, and a spy holds each socket that it has seen.
afterAll(() => attempts.mockRestore());

/** Counts from zero again. */
export function forgetConnections(): void {
	attempts.mockClear();
}

/** How many connections this process has tried to open, also those that nobody accepts. */
export function connectionsTo({ hostname, port }: URL): number {
	return attempts.mock.calls
		.map(([options]) => [options as unknown].flat()[0] as { host?: string; port?: unknown })
		.filter(({ host, port: to }) => host === hostname && String(to) === (port || '443')).length;
}
