import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

export interface Sink {
	url: string;
	/** The cases in the order in which their requests ended, and the bytes of all bodies. */
	received(): Promise<{ ids: string[]; bytes: number }>;
	close(): void;
}

/** Starts a server in another process that responds to every update with a success. */
export async function startSink(): Promise<Sink> {
	const child = fork(resolve(__dirname, 'sink.mjs'));
	const [port] = (await once(child, 'message')) as [number];
	// A test that fails before it closes the server must not keep the test runner waiting.
	child.unref();
	child.channel?.unref();
	const url = `http://127.0.0.1:${port}`;
	return {
		url,
		received: async () => (await (await fetch(url)).json()) as { ids: string[]; bytes: number },
		close: () => child.disconnect(),
	};
}
