import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { UserFacingError } from '../../tools/common.mjs';
import { freePort } from '../../tools/ports.mts';

const READY_WITHIN_MS = 30_000;
const run = promisify(execFile);

export interface Redis {
	/** n8n's settings for it. */
	env: Record<string, string>;
	stop(): Promise<void>;
}

/** n8n's settings for the PostgreSQL that Debian's `pg_virtualenv` has started for this process. */
export function postgresSettings(): Record<string, string> {
	const { PGHOST, PGPORT, PGUSER, PGPASSWORD } = process.env;
	if (!PGPORT) throw new UserFacingError('Run this by `npm run test:queue`, with pg_virtualenv.');
	return {
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: PGHOST!,
		DB_POSTGRESDB_PORT: PGPORT,
		DB_POSTGRESDB_USER: PGUSER!,
		DB_POSTGRESDB_PASSWORD: PGPASSWORD!,
		DB_POSTGRESDB_DATABASE: 'postgres',
	};
}

/** Runs a query in PostgreSQL and returns its rows. */
export async function query<T>(sql: string): Promise<T[]> {
	const rows = `select coalesce(json_agg(one), '[]') from (${sql}) one`;
	const { stdout } = await run('psql', ['--no-psqlrc', '-At', '-d', 'postgres', '-c', rows], {
		maxBuffer: 2 ** 28,
	});
	return JSON.parse(stdout) as T[];
}

/** The versions of both, as they name themselves. */
export async function versions() {
	const commands = [
		['psql', '--version'],
		['redis-server', '--version'],
	];
	const outputs = commands.map(async ([command, argument]) => await run(command, [argument]));
	const [postgres, redis] = (await Promise.all(outputs)).map(
		({ stdout }) => /\d+(\.\d+)+/.exec(stdout)![0],
	);
	return [`PostgreSQL ${postgres}`, `Redis ${redis}`];
}

/** Starts Redis on the loopback address, without a file; it ends with this process, whatever ended it. */
export async function startRedis(): Promise<Redis> {
	const port = String(await freePort());
	const server = ['redis-server', '--bind', '127.0.0.1', '--port', port, '--save', ''];
	const child = spawn('setpriv', ['--pdeathsig=TERM', ...server], { stdio: 'ignore' });
	const ended = once(child, 'exit');
	const end = Date.now() + READY_WITHIN_MS;
	const isReady = async () =>
		await run('redis-cli', ['-e', '-p', port, 'ping']).then(
			() => true,
			() => false,
		);
	while (!(await isReady())) {
		if (Date.now() > end) throw new UserFacingError('Redis did not start.');
		await sleep(100);
	}
	return {
		env: { QUEUE_BULL_REDIS_HOST: '127.0.0.1', QUEUE_BULL_REDIS_PORT: port },
		stop: async () => {
			child.kill();
			await ended;
		},
	};
}
