import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { N8N_FOLDER, nodeForN8n, Trouble } from './tools.cjs';

/** Ends n8n and its task runner when this process is gone, whatever ended it. */
const WARDEN = join(import.meta.dirname, 'warden.mjs');
const READY_WITHIN_MS = 180_000;
const INHERITED =
	/^(path|home|lang|lc_.*|tmpdir|temp|tmp|systemroot|userprofile|(local)?appdata)$/i;

/** The login of every sandbox; it listens on the loopback address only. */
export const OWNER = { email: 'owner@sandbox.invalid', password: 'Sandbox-2025' };

export interface N8nOptions {
	/** Where n8n is installed; by default the n8n of the sandbox. */
	n8nFolder?: string;
	/** n8n's user folder: its database, its settings, its community packages. */
	home: string;
	logFile: string;
	port: number;
	/** Settings of n8n besides those of every sandbox. */
	env?: Record<string, string>;
}

/** A running process of n8n. */
export interface N8nProcess {
	url: string;
	/** Settles when n8n ends without being asked to. */
	died: Promise<Trouble>;
	stop(): Promise<void>;
	/** Ends it by SIGKILL, as a machine does that goes down. */
	kill(): Promise<void>;
}

export interface N8n extends N8nProcess {
	/** Calls n8n's own REST API as the owner; a failure tells n8n's message. */
	request<T>(method: string, path: string, body?: unknown): Promise<T>;
}

/** Starts n8n, waits until it takes requests, and signs in as its owner. */
export async function startN8n(options: N8nOptions): Promise<N8n> {
	const started = await startProcess(options, ['start']);
	try {
		// Older versions say that they are ready before they take requests.
		await answers(`${started.url}/rest/settings`, options.logFile);
		return { ...started, request: await signIn(started.url) };
	} catch (error) {
		await started.stop();
		throw error;
	}
}

/** Starts a worker of queue mode and waits until it takes jobs; the settings of the queue are in `env`. */
export async function startWorker(options: N8nOptions, concurrency: number): Promise<N8nProcess> {
	const health = {
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(options.port),
		N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
	};
	const env = { ...health, ...options.env };
	return await startProcess({ ...options, env }, ['worker', `--concurrency=${concurrency}`]);
}

async function startProcess(
	{ n8nFolder = N8N_FOLDER, home, logFile, port, env }: N8nOptions,
	command: string[],
): Promise<N8nProcess> {
	mkdirSync(home, { recursive: true });
	const brokerPort = await freePort();
	const log = openSync(logFile, 'w');
	const node = nodeForN8n();
	const n8n = join(n8nFolder, 'node_modules', 'n8n', 'bin', 'n8n');
	const child = spawn(node, [WARDEN, node, n8n, ...command], {
		cwd: home,
		env: { ...inherited(), ...settings(home, port, brokerPort), ...env },
		// Ctrl-C in the terminal must not reach it: stop() decides when n8n ends.
		detached: true,
		stdio: ['pipe', log, log],
		windowsHide: true,
	});
	closeSync(log);
	const died = new Promise<Trouble>((resolve) => {
		child.once('error', (error) => resolve(new Trouble(`n8n did not start: ${error.message}`)));
		child.once('exit', () => resolve(new Trouble(`n8n ended:\n${lastLines(logFile)}`)));
	});
	const endAtOnce = () => child.kill('SIGTERM');
	process.once('exit', endAtOnce);
	const stop = async () => {
		child.stdin?.destroy();
		await died;
		process.off('exit', endAtOnce);
		// n8n copies its editor there at each start, and the linter would read it all.
		rmSync(join(home, '.cache'), { recursive: true, force: true });
	};
	const kill = async () => {
		endAtOnce();
		await died;
	};

	try {
		const url = `http://127.0.0.1:${port}`;
		await Promise.race([answers(`${url}/healthz/readiness`, logFile), failWith(died)]);
		return { url, died, stop, kill };
	} catch (error) {
		await stop();
		throw error;
	}
}

/** A port that nobody uses at the moment. */
export async function freePort() {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}

/** Settings of an n8n around us (N8N_..., DB_...) must not reach the sandbox, so little is passed on. */
function inherited() {
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => INHERITED.test(name)));
}

function settings(home: string, port: number, brokerPort: number) {
	return {
		N8N_USER_FOLDER: home,
		N8N_HOST: '127.0.0.1',
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		N8N_SECURE_COOKIE: 'false',
		N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'true',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
		// Both would ask n8n's own servers for lists.
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_DISABLED_MODULES: 'mcp-registry',
	};
}

async function answers(url: string, logFile: string) {
	const end = Date.now() + READY_WITHIN_MS;
	while (Date.now() < end) {
		const reply = await fetch(url).catch(() => undefined);
		if (reply?.ok) return;
		await sleep(200);
	}
	throw new Trouble(
		`n8n was not ready within ${READY_WITHIN_MS / 1000} seconds:\n${lastLines(logFile)}`,
	);
}

async function failWith(died: Promise<Trouble>): Promise<never> {
	throw await died;
}

async function signIn(url: string): Promise<N8n['request']> {
	const headers: Record<string, string> = { 'browser-id': 'sandbox' };
	const send = async (method: string, path: string, body?: unknown) => {
		const reply = await fetch(url + path, {
			method,
			headers: {
				...headers,
				...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
			},
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		const text = await reply.text();
		if (!reply.ok) throw new Error(`${method} ${path}: HTTP ${reply.status} ${text.slice(0, 500)}`);
		const cookies = reply.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
		if (cookies.length > 0) headers.cookie = cookies.join('; ');
		return text === '' ? undefined : JSON.parse(text).data;
	};

	const { userManagement } = await send('GET', '/rest/settings');
	const { email, password } = OWNER;
	await (userManagement.showSetupOnFirstLoad
		? send('POST', '/rest/owner/setup', {
				email,
				password,
				firstName: 'Sandbox',
				lastName: 'Owner',
			})
		: send('POST', '/rest/login', { emailOrLdapLoginId: email, password }));
	return send;
}

function lastLines(logFile: string) {
	return readFileSync(logFile, 'utf8').trim().split('\n').slice(-10).join('\n');
}
