import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { startStandIn } from './standin.mts';

/** The stand-in in a thread of its own, which can start again with new code. */
export interface StandInThread {
	url: string;
	token: string;
	/** Ends it, then starts it as its code is now, at the same address; its data is new. */
	restart(): Promise<void>;
}

/** Starts the stand-in; it ends with the process. @throws what its code throws */
export async function startStandInThread(port: number): Promise<StandInThread> {
	const start = async () => {
		const worker = new Worker(import.meta.filename, { workerData: port });
		const [address] = await once(worker, 'message');
		return { worker, address };
	};
	let { worker, address } = await start();
	const restart = async () => {
		await worker.terminate();
		({ worker, address } = await start());
	};
	return { ...address, restart };
}

if (!isMainThread) {
	const { url, token } = await startStandIn({ port: workerData });
	parentPort!.postMessage({ url, token });
}
