import { createHash, randomBytes } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import { listen } from '../../tools/ports.mts';

/** One update of one case, which has a file of its own. */
export interface Update {
	caseId: string;
	bytes: Buffer<ArrayBuffer>;
	sha256: string;
}

/** What the client of the webhook receives. */
export interface Response {
	update: Update;
	/** Missing if the connection broke. */
	status?: number;
	at: number;
}

/** Updates with files of 2 to 34 KB, all different. */
export function makeUpdates(count: number): Update[] {
	return Array.from({ length: count }, (_, index) => {
		const bytes = randomBytes(2048 + ((index * 631) % 32768));
		const sha256 = createHash('sha256').update(bytes).digest('hex');
		return { caseId: index.toString(16).padStart(24, '0'), bytes, sha256 };
	});
}

/** Sends the updates to the webhook from several concurrent clients; returns the responses. */
export async function sendAll(url: string, updates: Update[], clients: number) {
	const waiting = [...updates];
	const responses: Response[] = [];
	const client = async () => {
		for (let next = waiting.shift(); next; next = waiting.shift()) {
			responses.push(await send(url, next));
		}
	};
	await Promise.all(Array.from({ length: clients }, client));
	return responses;
}

async function send(url: string, update: Update): Promise<Response> {
	const form = new FormData();
	form.append('caseId', update.caseId);
	form.append('report', new File([update.bytes], `${update.caseId}.bin`));
	const response = await fetch(url, { method: 'POST', body: form }).catch(() => undefined);
	await response?.text();
	return { update, status: response?.status, at: Date.now() };
}

/**
 * Forwards requests and delays each response, as a distant server does. So there is a time in which
 * an update has been applied and n8n does not know it yet.
 */
export async function startLatencyProxy(target: string, latencyMs: number) {
	const server = createServer((request, response) => {
		const { method, headers, url } = request;
		const forwarded = httpRequest(target + url, { method, headers }, (upstream) => {
			setTimeout(() => {
				response.writeHead(upstream.statusCode ?? 502, upstream.headers);
				upstream.pipe(response);
			}, latencyMs);
		});
		forwarded.on('error', () => response.destroy());
		request.on('error', () => forwarded.destroy());
		request.pipe(forwarded);
	});
	return {
		url: `http://127.0.0.1:${await listen(server)}`,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
