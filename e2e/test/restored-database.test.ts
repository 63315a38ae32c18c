/** After a restored backup or a crash has taken data back, answers cached from the lost data must not be returned. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@millrace/dev/stores/embedded-postgres';
import { makeStoresFolder } from '@millrace/dev/stores/throw-away-folder';
import { openRedis } from '@millrace/reporting/cache/open-redis';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { createRedisServer, type RedisServer } from '@millrace/shared/testing/redis-server';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';

const folder = makeStoresFolder();
const [home, backup] = [join(folder, 'home'), join(folder, 'backup')];
const copy = (from: string, to: string) => promisify(execFile)('cp', ['-a', from, to]);
let server: EmbeddedPostgres;
let redis: RedisServer;
let url: string;
const services: SpawnedService[] = [];

beforeAll(async () => {
  redis = await createRedisServer();
  await redis.start();
  server = await startEmbeddedPostgres({ home });
  const database = await createTestDatabase({ serverUrl: server.url });
  ({ url } = database);
  await addPartition(database.pool, '2026-06-01', '2026-07-01');
  await database.pool.end();
});
afterAll(async () => {
  for (const service of services) await service.end();
  await server.stop();
  await redis.remove();
  await rm(folder, { recursive: true, force: true });
});

/** On a separate connection, since pooled ones break with the server. */
async function sql(text: string, values: unknown[] = []) {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await client.query(text, values);
  } finally {
    await client.end();
  }
}

/** Each with its mark, in a separate transaction. */
async function write(path: string, count: number) {
  for (let number = 0; number < count; number += 1) {
    await sql(
      `with known as (insert into sites (site_id) values ('demo') on conflict do nothing), stored as (
        insert into events (site_id, timestamp, event_id, event_type, path)
        values ('demo', '2026-06-01T10:00:00Z', gen_random_uuid(), 'view', $1))
      insert into rollup_marks (site_id, interval_start) values ('demo', '2026-06-01T10:00:00Z')`,
      [path],
    );
  }
}

async function spawn() {
  const service = await spawnService('reporting', { DATABASE_URL: url, REDIS_URL: redis.url });
  services.push(service);
  return service;
}

/** Numbers of events by path. */
async function ask(service: SpawnedService, headers: Record<string, string> = {}): Promise<Record<string, number>> {
  const query = {
    site_id: 'demo',
    metrics: ['events'],
    dimensions: ['path'],
    date_range: ['2026-06-01', '2026-06-01'],
  };
  const response = await fetch(`${service.url}/api/v1/query`, {
    ...{ method: 'POST', body: JSON.stringify(query) },
    headers: { 'content-type': 'application/json', ...headers },
  });
  const { results } = (await response.json()) as { results: { dimensions: string[]; metrics: number[] }[] };
  return Object.fromEntries(results.map(({ dimensions, metrics }) => [dimensions[0], metrics[0]]));
}

async function restore() {
  const port = Number(new URL(server.url).port);
  await server.stop();
  await rm(home, { recursive: true });
  await copy(backup, home);
  server = await startEmbeddedPostgres({ home, port });
}

it('never gets answers cached before a backup was restored, however many transactions and changes there were', async () => {
  await write('/before', 2);
  const port = Number(new URL(server.url).port);
  await server.stop();
  await copy(home, backup);
  server = await startEmbeddedPostgres({ home, port });

  const one = await spawn();
  await write('/lost', 3);
  for (let number = 0; number < 20; number += 1) await sql('select pg_current_xact_id()');
  expect(await ask(one)).toEqual({ '/before': 2, '/lost': 3 });
  const client = openRedis({ kind: 'redis', url: redis.url, prefix: 'millrace' }, silent, 800);
  await eventually(async () => (await client.keys('*answer:*')).length === 1, 'the answer is shared');
  client.disconnect();

  await restore();
  const other = await spawn();
  await eventually(async () => (await fetch(`${one.url}/health/ready`)).ok, 'it has found the database again');
  const stale = { 'cache-control': 'max-stale' };
  for (const service of [one, other]) {
    expect(await ask(service, stale)).toEqual({ '/before': 2 });
    expect(await ask(service)).toEqual({ '/before': 2 });
  }

  // As many changes as before the backup, with an answer cached after them too.
  await ask(other);
  await restore();
  await write('/other', 3);
  const third = await spawn();
  await eventually(async () => (await fetch(`${one.url}/health/ready`)).ok, 'it has found the database again');
  for (const service of [one, third]) expect(await ask(service)).toEqual({ '/before': 2, '/other': 3 });
});

it('never gets answers cached before a crash that lost transaction ids', async () => {
  const service = await spawn();
  // The log may be written before the crash, and then nothing is lost.
  for (let round = 1; round <= 3; round += 1) {
    await write('/crash', 1);
    const doomed = new pg.Client(url);
    doomed.on('error', () => {});
    await doomed.connect();
    await doomed.query('set synchronous_commit = off');
    const { rows } = await doomed.query<{ pid: number }>('select pg_backend_pid() as pid');
    for (let number = 0; number < 40; number += 1) await doomed.query('select pg_current_xact_id()');
    const before = await ask(service);
    process.kill(rows[0]!.pid, 'SIGKILL');
    await eventually(
      () =>
        sql('select 1').then(
          () => true,
          () => false,
        ),
      'the server has recovered',
    );
    await write('/crash', 1);
    await eventually(async () => (await fetch(`${service.url}/health/ready`)).ok, 'reporting has found it again');
    expect(await ask(service)).toEqual({ ...before, '/crash': before['/crash']! + 1 });
  }
});
