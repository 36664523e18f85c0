import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from './listen.mts';
import { nodeForN8n } from './node24.cjs';
import { supervise } from './supervise.mts';
import { N8N_FOLDER, UserFacingError } from './tools.cjs';

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
	/** Settings of n8n in addition to those of every sandbox. */
	env?: Record<string, string>;
}

/** A running process of n8n. */
export interface N8nProcess {
	url: string;
	/** Of the supervisor, whose only child is n8n. */
	pid?: number;
	/** Settles when n8n ends without being asked to. */
	died: Promise<UserFacingError>;
	stop(): Promise<void>;
	/** Ends it by SIGKILL, as a machine that goes down does. */
	kill(): Promise<void>;
}

export interface N8n extends N8nProcess {
	/** Calls n8n's own REST API as the owner; an error has n8n's message. */
	request<T>(method: string, path: string, body?: unknown): Promise<T>;
}

/** Starts n8n, waits until it accepts requests, and signs in as its owner. */
export async function startN8n(options: N8nOptions): Promise<N8n> {
	const n8n = await startProcess(options, ['start']);
	try {
		// Older versions say that they are ready before they accept requests.
		await untilReady(`${n8n.url}/rest/settings`, options.logFile);
		return { ...n8n, request: await signIn(n8n.url) };
	} catch (error) {
		await n8n.stop();
		throw error;
	}
}

/** Starts a worker of queue mode and waits until it accepts jobs; the settings of the queue are in `env`. */
export async function startWorker(options: N8nOptions, concurrency: number): Promise<N8nProcess> {
	const env = {
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(options.port),
		N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
		...options.env,
	};
	return await startProcess({ ...options, env }, ['worker', `--concurrency=${concurrency}`]);
}

async function startProcess(
	{ n8nFolder = N8N_FOLDER, home, logFile, port, env }: N8nOptions,
	command: string[],
): Promise<N8nProcess> {
	mkdirSync(home, { recursive: true });
	const log = openSync(logFile, 'w');
	const n8n = join(n8nFolder, 'node_modules', 'n8n', 'bin', 'n8n');
	const { pid, ended, stop, kill } = supervise([nodeForN8n(), n8n, ...command], {
		cwd: home,
		env: { ...inherited(), ...settings(home, port, await freePort()), ...env },
		log,
	});
	closeSync(log);
	const died = ended.then(
		(error) =>
			new UserFacingError(
				error ? `n8n did not start: ${error.message}` : `n8n ended:\n${lastLines(logFile)}`,
			),
	);
	const stopAndCleanUp = async () => {
		await stop();
		// n8n copies its editor there at each start, and the linter would read it all.
		rmSync(join(home, '.cache'), { recursive: true, force: true });
	};

	try {
		const url = `http://127.0.0.1:${port}`;
		await Promise.race([untilReady(`${url}/healthz/readiness`, logFile), died.then(rethrow)]);
		return { url, pid, died, stop: stopAndCleanUp, kill };
	} catch (error) {
		await stopAndCleanUp();
		throw error;
	}
}

/** A port that is free at the moment. */
export async function freePort() {
	const server = createServer();
	const port = await listen(server);
	await new Promise((resolve) => server.close(resolve));
	return port;
}

/** Settings of an n8n around this process (N8N_..., DB_...) must not reach the sandbox, so little is passed on. */
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
		// Both would request lists from n8n's own servers.
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_DISABLED_MODULES: 'mcp-registry',
	};
}

async function untilReady(url: string, logFile: string) {
	const end = Date.now() + READY_WITHIN_MS;
	while (Date.now() < end) {
		const response = await fetch(url).catch(() => undefined);
		if (response?.ok) return;
		await sleep(200);
	}
	throw new UserFacingError(
		`n8n was not ready within ${READY_WITHIN_MS / 1000} seconds:\n${lastLines(logFile)}`,
	);
}

function rethrow(error: Error): never {
	throw error;
}

async function signIn(url: string): Promise<N8n['request']> {
	const headers: Record<string, string> = { 'browser-id': 'sandbox' };
	const send = async (method: string, path: string, body?: unknown) => {
		const json = body !== undefined && {
			headers: { ...headers, 'Content-Type': 'application/json' },
			body: JSON.stringify(body),
		};
		const response = await fetch(url + path, { method, headers, ...json });
		const text = await response.text();
		if (!response.ok)
			throw new Error(`${method} ${path}: HTTP ${response.status} ${text.slice(0, 500)}`);
		const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
		if (cookies.length > 0) headers.cookie = cookies.join('; ');
		return text === '' ? undefined : JSON.parse(text).data;
	};

	const { userManagement } = await send('GET', '/rest/settings');
	const { email, password } = OWNER;
	const name = { firstName: 'Sandbox', lastName: 'Owner' };
	await (userManagement.showSetupOnFirstLoad
		? send('POST', '/rest/owner/setup', { email, password, ...name })
		: send('POST', '/rest/login', { emailOrLdapLoginId: email, password }));
	return send;
}

function lastLines(logFile: string) {
	return readFileSync(logFile, 'utf8').trim().split('\n').slice(-10).join('\n');
}
