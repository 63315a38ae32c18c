/** When Postgres stops while exports are written and sent, the result is a whole file or none. */
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeOwnPostgres, type OwnPostgres } from './own-postgres.js';

let postgres: OwnPostgres;
let database: TestDatabase;
let dir: string;
let services: SpawnedService[];
let url: string;

beforeAll(async () => {
  postgres = await makeOwnPostgres();
  database = await createTestDatabase({ serverUrl: postgres.url });
  await addPartition(database.pool, '2026-05-01', '2026-07-01');
  await database.pool.query(`insert into sites (site_id) values ('shop')`);
  await database.pool.query(`insert into events (site_id, timestamp, event_id, event_type, path, properties)
    select 'shop', timestamptz '2026-06-01 00:00:00Z' + n * interval '1 second' / 4, lpad(to_hex(n), 32, '0')::uuid,
      'view', '/p' || n, jsonb_build_object('pad', repeat('x', 300)) from generate_series(1, 80000) as n`);
  dir = await mkdtemp(join(tmpdir(), 'millrace-exports-'));
  const env = { DATABASE_URL: database.url, EXPORT_DIR: dir };
  services = await Promise.all([spawnService('reporting', env), spawnService('reporting', env, [], 'worker')]);
  url = services[0]!.url;
  await eventually(async () => (await fetch(`${url}/health/ready`)).ok, 'reporting is ready');
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.end()));
  await database.drop();
  await postgres.remove();
  await rm(dir, { recursive: true, force: true });
});

const show = async (id: string) =>
  (await (await fetch(`${url}/api/v1/exports/${id}`)).json()) as Record<string, unknown>;

async function ask(): Promise<string> {
  const params = { site_id: 'shop', date_range: ['2026-06-01', '2026-06-01'] };
  const body = JSON.stringify({ dataset: 'events', params, format: 'xlsx' });
  const answer = await fetch(`${url}/api/v1/exports`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { id: string }).id;
}

it.each(['SIGINT', 'SIGKILL'] as const)('restarts an export when Postgres stops (%s) and comes back', async (how) => {
  const id = await ask();
  await eventually(async () => Number((await show(id)).rows) > 0, 'the export is under way');
  await postgres.restart(how);
  await eventually(async () => {
    const { status, rows } = await show(id);
    return status === 'completed' || Number(rows);
  }, 'the export is written');
  const { rows, bytes } = await show(id);
  expect(rows).toBe(80_000);
  const file = Buffer.from(await (await fetch(`${url}/api/v1/exports/${id}/download`)).arrayBuffer());
  expect(file.length).toBe(bytes);
  expect((await readdir(dir)).length).toBe(1);
  await fetch(`${url}/api/v1/exports/${id}`, { method: 'DELETE' });
  expect(await readdir(dir)).toEqual([]);
});

it('aborts a download when Postgres stops, so that a truncated file is not taken for a whole one', async () => {
  const path = `${url}/api/v1/datasets/events/export.csv?site_id=shop&date_range=2026-06-01,2026-06-01`;
  const [answer] = (await once(get(path), 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(200);
  const ended = once(answer, 'end').then(
    () => 'whole',
    (error: Error) => error.message,
  );
  await postgres.restart('SIGKILL');
  answer.resume();
  expect(await ended).toBe('aborted');
  await eventually(async () => (await fetch(`${url}/health/ready`)).ok, 'reporting is ready again');
});
