import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../sandbox/n8n.mts';
import { supervise } from '../../sandbox/supervise.mts';
import { UserFacingError } from '../../sandbox/tools.cjs';

const POSTGRES_FOLDER = '/usr/lib/postgresql';
const REDIS = '/usr/bin/redis-server';
const PACKAGES = ['postgresql', 'redis-server'];
const READY_WITHIN_MS = 30_000;
const isRoot = process.getuid?.() === 0;
const run = promisify(execFile);

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
	await ensureInstalled();
	const folder = await mkdtemp(join(tmpdir(), 'wolkvox-queue-'));
	// Each service accesses its own folder in it as another user.
	await chmod(folder, 0o755);
	const stops: Array<() => Promise<void>> = [() => rm(folder, { recursive: true, force: true })];
	const stop = async () => {
		for (const one of stops.reverse()) await one();
	};
	try {
		const postgres = await startPostgres(folder);
		stops.push(postgres.stop);
		const redis = await startRedis(folder);
		stops.push(redis.stop);
		return {
			env: { ...postgres.env, ...redis.env },
			versions: [postgres.version, redis.version],
			query: postgres.query,
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

async function ensureInstalled() {
	if (isInstalled()) return;
	const command = `apt-get install --yes --no-install-recommends ${PACKAGES.join(' ')}`;
	if (!isRoot || !existsSync('/usr/bin/apt-get')) {
		throw new UserFacingError(
			`This test needs Debian's PostgreSQL and Redis, and at least one is missing. Run "${command}" as root.`,
		);
	}
	const [program, ...args] = command.split(' ');
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	await run('apt-get', ['update'], { env });
	await run(program, args, { env });
	if (!isInstalled())
		throw new UserFacingError(`"${command}" did not install PostgreSQL and Redis.`);
}

function isInstalled() {
	return existsSync(REDIS) && existsSync(postgresTool('postgres'));
}

function postgresTool(name: string) {
	const versions = existsSync(POSTGRES_FOLDER) ? readdirSync(POSTGRES_FOLDER) : [];
	const newest = versions.sort((a, b) => Number(b) - Number(a))[0] ?? 'none';
	return join(POSTGRES_FOLDER, newest, 'bin', name);
}

async function startPostgres(folder: string) {
	const user = 'postgres';
	const data = join(await folderOf(user, folder), 'data');
	const password = randomBytes(16).toString('hex');
	const passwordFile = join(folder, user, 'password');
	await writeFile(passwordFile, password);
	const scheme = ['--username=n8n', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
	const [initdb, ...args] = as(
		user,
		postgresTool('initdb'),
		'-D',
		data,
		...scheme,
		'--encoding=UTF8',
	);
	await run(initdb, args, { cwd: folder });

	const port = await freePort();
	const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories='];
	const options = settings.flatMap((setting) => ['-c', setting]);
	const server = as(user, postgresTool('postgres'), '-D', data, '-p', String(port), ...options);
	const { stop } = supervise(server, { cwd: folder });
	const query = async <T,>(sql: string): Promise<T[]> => {
		const rows = `select coalesce(json_agg(one), '[]') from (${sql}) one`;
		const address = `host=127.0.0.1 port=${port} user=n8n dbname=postgres`;
		const env = { ...process.env, PGPASSWORD: password };
		const psql = postgresTool('psql');
		const options = { env, maxBuffer: 2 ** 28 };
		const { stdout } = await run(psql, ['--no-psqlrc', '-At', '-d', address, '-c', rows], options);
		return JSON.parse(stdout);
	};
	await ready('PostgreSQL', () => query('select 1'));
	return {
		env: {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: String(port),
			DB_POSTGRESDB_DATABASE: 'postgres',
			DB_POSTGRESDB_USER: 'n8n',
			DB_POSTGRESDB_PASSWORD: password,
		},
		version: `PostgreSQL ${versionOf(postgresTool('postgres'))}`,
		query,
		stop,
	};
}

async function startRedis(folder: string) {
	const user = 'redis';
	const dir = await folderOf(user, folder);
	const port = String(await freePort());
	const password = randomBytes(16).toString('hex');
	const config = join(dir, 'redis.conf');
	const lines = ['bind 127.0.0.1', `port ${port}`, `requirepass ${password}`, `dir ${dir}`];
	await writeFile(config, lines.join('\n'));
	const { stop } = supervise(as(user, REDIS, config), { cwd: dir });
	const env = { ...process.env, REDISCLI_AUTH: password };
	await ready('Redis', async () => {
		const { stdout } = await run('redis-cli', ['-p', port, 'ping'], { env });
		if (stdout.trim() !== 'PONG') throw new Error(stdout);
	});
	return {
		env: {
			QUEUE_BULL_REDIS_HOST: '127.0.0.1',
			QUEUE_BULL_REDIS_PORT: port,
			QUEUE_BULL_REDIS_PASSWORD: password,
		},
		version: `Redis ${versionOf(REDIS)}`,
		stop,
	};
}

/** PostgreSQL refuses to run as root, and neither needs to. */
function as(user: string, ...command: string[]) {
	const change = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
	return isRoot ? [...change, ...command] : command;
}

/** A scratch folder that belongs to the user. */
async function folderOf(user: string, folder: string) {
	const own = join(folder, user);
	await mkdir(own);
	if (isRoot) await chown(own, idOf('-u', user), idOf('-g', user));
	return own;
}

function idOf(kind: '-u' | '-g', user: string) {
	return Number(execFileSync('id', [kind, user], { encoding: 'utf8' }));
}

function versionOf(program: string) {
	const output = execFileSync(program, ['--version'], { encoding: 'utf8' });
	return output.match(/\d+(\.\d+)+/)?.[0];
}

async function ready(name: string, check: () => Promise<unknown>) {
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
