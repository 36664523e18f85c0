import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { UserFacingError } from '../../tools/common.mjs';
import { freePort } from '../../tools/ports.mts';

const POSTGRES_FOLDER = '/usr/lib/postgresql';
const REDIS = '/usr/bin/redis-server';
const READY_WITHIN_MS = 30_000;
const isRoot = process.getuid?.() === 0;
const run = promisify(execFile);

/** A server that runs until `stop`, or until this process ends. */
interface Service {
	/** n8n's settings for it. */
	env: Record<string, string>;
	/** Its name and version. */
	version: string;
	stop(): Promise<void>;
}

export interface Services {
	/** n8n's settings for both. */
	env: Record<string, string>;
	/** Name and version of each. */
	versions: string[];
	/** Runs a query and returns its rows. */
	query<T>(sql: string): Promise<T[]>;
	stop(): Promise<void>;
}

/** Starts Debian's PostgreSQL and Redis with empty scratch folders, on the loopback address only. */
export async function startServices(): Promise<Services> {
	if (!existsSync(REDIS) || !existsSync(postgresTool('postgres'))) {
		throw new UserFacingError(
			"This test needs Debian's PostgreSQL and Redis: apt-get install postgresql redis-server",
		);
	}
	const postgres = await startPostgres();
	const redis = await startRedis().catch(async (error) => {
		await postgres.stop();
		throw error;
	});
	return {
		env: { ...postgres.env, ...redis.env },
		versions: [postgres.version, redis.version],
		query: postgres.query,
		stop: async () => {
			await redis.stop();
			await postgres.stop();
		},
	};
}

function postgresTool(name: string) {
	const versions = existsSync(POSTGRES_FOLDER) ? readdirSync(POSTGRES_FOLDER) : [];
	const newest = versions.sort((a, b) => Number(b) - Number(a))[0] ?? 'none';
	return join(POSTGRES_FOLDER, newest, 'bin', name);
}

async function startPostgres(): Promise<Service & Pick<Services, 'query'>> {
	const folder = await scratchFolder();
	const port = String(await freePort());
	const data = join(folder, 'data');
	const user = ['--username=n8n', '--auth=trust', '--encoding=UTF8'];
	await run(...asPostgres(postgresTool('initdb'), '-D', data, ...user), { cwd: folder });

	const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories='];
	const options = settings.flatMap((setting) => ['-c', setting]);
	const server = asPostgres(postgresTool('postgres'), '-D', data, '-p', port, ...options);
	const stop = start(server, folder);
	const query = async <T,>(sql: string): Promise<T[]> => {
		const rows = `select coalesce(json_agg(one), '[]') from (${sql}) one`;
		const address = `host=127.0.0.1 port=${port} user=n8n dbname=postgres`;
		const args = ['--no-psqlrc', '-At', '-d', address, '-c', rows];
		const { stdout } = await run(postgresTool('psql'), args, { maxBuffer: 2 ** 28 });
		return JSON.parse(stdout) as T[];
	};
	await untilReady('PostgreSQL', () => query('select 1'));
	return {
		env: {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: port,
			DB_POSTGRESDB_DATABASE: 'postgres',
			DB_POSTGRESDB_USER: 'n8n',
			DB_POSTGRESDB_PASSWORD: 'trusted without one',
		},
		version: `PostgreSQL ${versionOf(postgresTool('postgres'))}`,
		query,
		stop,
	};
}

async function startRedis(): Promise<Service> {
	const folder = await scratchFolder();
	const port = String(await freePort());
	const stop = start(withParent(REDIS, '--bind', '127.0.0.1', '--port', port), folder);
	await untilReady('Redis', () => run('redis-cli', ['-e', '-p', port, 'ping']));
	return {
		env: { QUEUE_BULL_REDIS_HOST: '127.0.0.1', QUEUE_BULL_REDIS_PORT: port },
		version: `Redis ${versionOf(REDIS)}`,
		stop,
	};
}

type Command = [program: string, args: string[]];

/** The command, which the system ends when this process ends, whatever ended it. */
function withParent(...command: string[]): Command {
	return ['setpriv', ['--pdeathsig=TERM', ...command]];
}

/** PostgreSQL refuses to run as root. */
function asPostgres(...command: string[]): Command {
	const user = ['--reuid=postgres', '--regid=postgres', '--clear-groups'];
	return withParent(...(isRoot ? user : []), ...command);
}

/** Starts a server in a folder of its own; returns what stops it and removes the folder. */
function start([program, args]: Command, folder: string) {
	const child = spawn(program, args, { cwd: folder, stdio: 'ignore' });
	const ended = once(child, 'exit');
	return async () => {
		child.kill();
		await ended;
		await rm(folder, { recursive: true, force: true });
	};
}

async function scratchFolder() {
	const folder = await mkdtemp(join(tmpdir(), 'wolkvox-queue-'));
	if (isRoot) execFileSync('chown', ['postgres', folder]);
	return folder;
}

function versionOf(program: string) {
	const output = execFileSync(program, ['--version'], { encoding: 'utf8' });
	return output.match(/\d+(\.\d+)+/)?.[0];
}

async function untilReady(name: string, check: () => Promise<unknown>) {
	const end = Date.now() + READY_WITHIN_MS;
	for (;;) {
		try {
			await check();
			return;
		} catch (error) {
			if (Date.now() > end) throw new UserFacingError(`${name} did not start: ${error}`);
			await sleep(100);
		}
	}
}
