/** Backups of a running system as docs/operations.md describes them, restored into an empty server: nothing is lost, nothing counts twice. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createPool, type Pool } from '@millrace/shared/platform/postgres';
import { silent } from '@millrace/shared/testing/database';
import { endWithTest } from '@millrace/shared/testing/end-with-test';
import { eventually } from '@millrace/shared/testing/eventually';
import { createRedisServer, type RedisServer } from '@millrace/shared/testing/redis-server';
import { createLogins } from '@millrace/shared/testing/service-logins';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InstalledPostgres, makeInstalledPostgres, programs, runProgram } from './installed-postgres.js';
import { keepSending, type SentEvents } from './send-events.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const range = ['--from', '2025-11-14', '--to', '2025-11-16'];

const options = { max: 1, statementTimeoutMs: 60_000, applicationName: 'millrace-test' };
const runCommand = (command: string, args: string[], env: NodeJS.ProcessEnv) =>
  promisify(execFile)(process.execPath, [join(root, command), ...args], { env: { PATH: process.env.PATH, ...env } });

describe.skipIf(!programs)('a backup', () => {
  let folder: string;
  let server: InstalledPostgres;
  let empty: InstalledPostgres;
  let redis: RedisServer;
  let oldRedis: RedisServer;
  let stack: Stack;
  let sender: SentEvents;
  let restored: SpawnedService[] = [];
  let script: ChildProcess | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-backup-'));
    [server, empty] = [await makeInstalledPostgres(), await makeInstalledPostgres()];
    await Promise.all([server.start(), empty.start()]);
    [redis, oldRedis] = [await createRedisServer(), await createRedisServer()];
    await Promise.all([redis.start(), oldRedis.start()]);
    stack = await startStack({ serverUrl: server.url, env: { REDIS_URL: redis.url, QUEUE_PREFIX: 'millrace' } });
    sender = keepSending(stack.ingestionUrl, 2, 5);
  });
  afterAll(async () => {
    await sender.end();
    for (const service of restored) await service.end();
    if (script?.pid) process.kill(-script.pid, 'SIGKILL');
    await stack.stop();
    await Promise.all([server.remove(), empty.remove(), redis.remove(), oldRedis.remove()]);
    await rm(folder, { recursive: true, force: true });
  });

  const stored = async (ids: Iterable<string>) => {
    const { rows } = await stack.database.pool.query<{ count: number }>(
      'select count(*)::int as count from events where event_id = any($1)',
      [[...ids]],
    );
    return rows[0]!.count;
  };
  const accepted = (count: number) =>
    eventually(async () => sender.accepted.size >= count || sender.accepted.size, `${count} events are accepted`);

  /** Runs deploy/backup.sh until it has written a dump, and resolves with the path of the dump. */
  async function dump(): Promise<string> {
    const { hostname, port, username } = new URL(server.url);
    const database = new URL(stack.databaseUrl).pathname.slice(1);
    const connection = { PGHOST: hostname, PGPORT: port, PGUSER: username, PGDATABASE: database };
    const version = Number(/(\d+)/.exec(await runProgram('pg_dump', ['--version']))![0]);
    const compress = version < 16 ? { BACKUP_COMPRESS: '6' } : {};
    const env = {
      PATH: `${programs}:${process.env.PATH}`,
      BACKUP_DAYS: '7',
      BACKUP_DIR: folder,
      ...connection,
      ...compress,
    };
    // Detached, as the script sleeps in a process of its own.
    script = endWithTest(spawn('sh', [join(root, 'deploy/backup.sh')], { env, detached: true }));
    let output = '';
    for (const stream of [script.stdout!, script.stderr!]) stream.on('data', (chunk) => (output += chunk));
    await eventually(async () => output.startsWith('wrote '), 'the dump is written').catch((error) => {
      throw new Error(`${error.message}: ${output}`);
    });
    const [name] = (await readdir(folder)).filter((file) => file.endsWith('.dump'));
    expect(output).toBe(`wrote ${name}\n`);
    return join(folder, name!);
  }

  /** All jobs in `oldRedis` as they are now. */
  async function copyRedis(): Promise<void> {
    const { hostname, port } = new URL(redis.url);
    await oldRedis.command(`REPLICAOF ${hostname} ${port}`);
    // The reply to WAIT is the number of replicas that have everything.
    await eventually(async () => (await redis.command('WAIT 1 1000')) === ':1', 'Redis is copied');
    await oldRedis.command('REPLICAOF NO ONE');
  }

  /** Resolves with the URL of the restored and migrated database. */
  async function restore(path: string): Promise<string> {
    const { hostname, port } = new URL(empty.url);
    const connection = ['--host', hostname, '--port', port, '--username=millrace'];
    await runProgram('createdb', [...connection, '--template=template0', 'millrace']);
    await runProgram('pg_restore', [...connection, '--dbname=millrace', '--no-privileges', '--exit-on-error', path]);
    const url = Object.assign(new URL(empty.url), { pathname: '/millrace' }).href;
    await runCommand('shared/dist/commands/migrate-command.js', [], { ...stack.env, DATABASE_URL: url });
    const pool = createPool(url, silent, options);
    await createLogins(pool);
    await pool.end();
    return url;
  }

  /** Of the restored processor. */
  async function duplicates(): Promise<number> {
    const metrics = await (await fetch(`${restored[1]!.url}/metrics`)).text();
    return Number(/^millrace_processor_duplicate_events_total (\d+)/m.exec(metrics)?.[1] ?? 0);
  }

  /** Compares raw events, rollups and answers of each site, once everything is rolled up. */
  async function checkTotals(pool: Pool, env: NodeJS.ProcessEnv): Promise<void> {
    const isRolledUp = async () => (await pool.query('select from rollup_marks')).rowCount === 0;
    await eventually(isRolledUp, 'everything is rolled up', 180_000);
    for (const site of ['site-0', 'site-1', 'site-2']) {
      await runCommand('processor/dist/verify/verify-command.js', ['--site', site, ...range], env);
      const { total_views } = await (await fetch(`${restored[3]!.url}/stats?site_id=${site}`)).json();
      const { rows } = await pool.query('select count(*)::int as count from events where site_id = $1', [site]);
      expect({ site, total_views }).toEqual({ site, total_views: rows[0].count });
    }
  }

  it('has every event that was stored before, each once, also when jobs from before it run again', async () => {
    await accepted(200);
    await stack.processors[0]!.end();
    const before = sender.accepted.size;
    await accepted(before + 200);
    await copyRedis();
    const waiting = new Set(sender.accepted);
    stack.processors.push(await spawnService('processor', stack.env));
    await eventually(async () => (await stored(waiting)) === waiting.size, 'what has waited is stored');

    const path = await dump();
    const during = sender.accepted.size;
    await accepted(during + 50);
    await sender.end();
    await Promise.all([...stack.processors.slice(1), stack.ingestion, stack.reporting].map((service) => service.end()));

    const env = { ...stack.env, DATABASE_URL: await restore(path), REDIS_URL: oldRedis.url };
    const pool = createPool(env.DATABASE_URL, silent, options);
    const ids = async () =>
      (await pool.query<{ id: string }>('select event_id as id from events order by 1')).rows.map(({ id }) => id);
    const dumped = await ids();
    expect([...waiting].filter((id) => !dumped.includes(id))).toEqual([]);
    expect(dumped.filter((id) => !sender.accepted.has(id))).toEqual([]);
    restored = await Promise.all(
      ['ingestion', 'processor', 'scheduler', 'reporting'].map((service) => spawnService(service, env)),
    );
    await eventually(async () => (await duplicates()) >= 200 || (await duplicates()), 'the old jobs have run again');
    await checkTotals(pool, env);
    expect(await ids()).toEqual(dumped);
    await pool.end();
  });
});
