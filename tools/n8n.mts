import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { N8N_FOLDER, ROOT, UserFacingError } from './common.mjs';
import { nodeForN8n } from './node24.mjs';
import { freePort } from './ports.mts';

const END_WITH_PARENT = pathToFileURL(join(ROOT, 'tools', 'end-with-parent.mjs')).href;
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
	pid?: number;
	/** Settles when n8n ends without being asked to. */
	died: Promise<UserFacingError>;
	stop(): Promise<void>;
	/** Ends it by SIGKILL, as a machine that goes down does. */
	kill(): Promise<void>;
}

export interface N8n extends N8nProcess {
	/** Calls n8n's own REST API as the owner. @throws {N8nError} */
	request<T>(method: string, path: string, body?: unknown): Promise<T>;
}

/** A response of n8n that reports an error. */
export class N8nError extends Error {
	status: number;

	/** The body of the response. */
	body: string;

	constructor(request: string, status: number, body: string) {
		super(`${request}: HTTP ${status} ${body.slice(0, 500)}`);
		this.status = status;
		this.body = body;
	}
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
	const child = spawn(nodeForN8n(), ['--import', END_WITH_PARENT, n8n, ...command], {
		cwd: home,
		env: { ...inherited(), ...settings(home, port, await freePort()), ...env },
		// Ctrl-C in the terminal must not reach it: stop() decides when it ends.
		detached: true,
		stdio: ['ignore', log, log, 'ipc'],
		windowsHide: true,
	});
	closeSync(log);
	const ended = once(child, 'exit');
	const died = ended.then(() => new UserFacingError(`n8n ended:\n${lastLines(logFile)}`));
	const stop = async () => {
		if (child.connected) child.disconnect();
		await ended;
		// n8n copies its editor there at each start, and the linter would read it all.
		rmSync(join(home, '.cache'), { recursive: true, force: true });
	};
	const kill = async () => {
		child.kill('SIGKILL');
		await ended;
	};

	try {
		const url = `http://127.0.0.1:${port}`;
		await Promise.race([untilReady(`${url}/healthz/readiness`, logFile), died.then(rethrow)]);
		return { url, pid: child.pid, died, stop, kill };
	} catch (error) {
		await stop();
		throw error;
	}
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
		if (!response.ok) throw new N8nError(`${method} ${path}`, response.status, text);
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
