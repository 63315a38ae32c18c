/** Answers from a streaming standby say up to when they are complete. */
import { createPool, type Pool } from '@millrace/shared/platform/postgres';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type StandbyPair, startStandbyPair } from './start-standby.js';

let pair: StandbyPair;
let database: TestDatabase;
let replica: Pool;
let reporting: SpawnedService;

beforeAll(async () => {
  pair = await startStandbyPair();
  database = await createTestDatabase({ serverUrl: pair.primaryUrl });
  const readUrl = pair.standbyUrl(database.url);
  replica = createPool(readUrl, silent, { max: 2, statementTimeoutMs: 10_000, applicationName: 'test' });
  await eventually(async () => (await replica.query('select 1 from schema_major')).rowCount === 1, 'it follows');
  reporting = await spawnService('reporting', { DATABASE_URL: database.url, DATABASE_READ_URL: readUrl });
}, 120_000);

afterAll(async () => {
  await reporting?.end();
  await replica?.end();
  await database?.drop();
  await pair?.remove();
}, 60_000);

const ask = async () => {
  const query = 'site_id=demo&metrics=views&date_range=all';
  return (await (await fetch(`${reporting.url}/api/v1/query?${query}`)).json()) as {
    results: { metrics: number[] }[];
    meta: { as_of: string };
  };
};
const store = (id: number) =>
  database.pool.query(
    `with mark as (insert into rollup_marks (site_id, interval_start) values ('demo', '2025-11-14T10:00:00Z'))
    insert into events (site_id, timestamp, event_id, event_type, path) values ('demo', '2025-11-14T10:00:00Z', $1, 'view', '/')`,
    [`0190a5b0-7c3d-7000-8000-00000000000${id}`],
  );

it('reports the instant up to which everything is counted, which stays put while the standby is paused', async () => {
  await database.pool.query(
    `create table events_2025_11 partition of events for values from ('2025-11-01Z') to ('2025-12-01Z')`,
  );
  await store(1);
  const { rows } = await database.pool.query<{ now: Date }>('select clock_timestamp() as now');
  await database.pool.query('create table committed_later ()');
  await eventually(async () => new Date((await ask()).meta.as_of) >= rows[0]!.now, 'the standby has caught up');
  await replica.query('select pg_wal_replay_pause()');
  await eventually(async () => {
    const { rows } = await replica.query<{ state: string }>('select pg_get_wal_replay_pause_state() as state');
    return rows[0]!.state === 'paused';
  }, 'the standby stands still');
  const before = await ask();
  expect(before.results).toEqual([{ dimensions: [], metrics: [1] }]);
  await store(2);
  const paused = await ask();
  expect([paused.results, paused.meta.as_of]).toEqual([before.results, before.meta.as_of]);
  await replica.query('select pg_wal_replay_resume()');
  await eventually(async () => (await ask()).results[0]!.metrics[0] === 2, 'it goes on');
  expect(new Date((await ask()).meta.as_of) > new Date(before.meta.as_of)).toBe(true);
});

it('reports no such instant on the primary', async () => {
  const direct = await spawnService('reporting', { DATABASE_URL: database.url, DATABASE_READ_URL: database.url });
  const answer = await (await fetch(`${direct.url}/api/v1/query?site_id=demo&metrics=views&date_range=all`)).json();
  expect((answer as { meta: object }).meta).not.toHaveProperty('as_of');
  await direct.end();
});
