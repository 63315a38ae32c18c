/** Reporting on a streaming standby: its answers say as of when they are. */
import { execFile } from 'node:child_process';
import { appendFile, chown, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@millrace/dev/embedded-postgres';
import { makeStoresFolder } from '@millrace/dev/throw-away-folder';
import { createPool, type Pool } from '@millrace/shared/postgres';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder: string;
let primary: EmbeddedPostgres;
let standby: EmbeddedPostgres;
let database: TestDatabase;
let replica: Pool;
let reporting: SpawnedService;

const withPath = (url: string, path: string) => Object.assign(new URL(url), { pathname: path }).href;

/** Owners too, since Postgres runs as another user where root runs the tests. */
const copy = (from: string, to: string) => promisify(execFile)('cp', ['-a', from, to]);

/** The copy of a server that was stopped in order, told to follow it. */
async function startStandby(from: string, home: string): Promise<EmbeddedPostgres> {
  const { hostname, port, username, password } = new URL(primary.url);
  await copy(from, home);
  const data = join(home, 'postgres');
  await writeFile(join(data, 'standby.signal'), '');
  const source = `host=${hostname} port=${port} user=${username} password=${password}`;
  await appendFile(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`);
  const { uid, gid } = await stat(data);
  await chown(join(data, 'standby.signal'), uid, gid);
  return startEmbeddedPostgres({ home });
}

beforeAll(async () => {
  folder = makeStoresFolder();
  const home = join(folder, 'primary');
  primary = await startEmbeddedPostgres({ home });
  const port = Number(new URL(primary.url).port);
  await primary.stop();
  await copy(home, join(folder, 'copy'));
  primary = await startEmbeddedPostgres({ home, port });
  standby = await startStandby(join(folder, 'copy'), join(folder, 'standby'));
  database = await createTestDatabase({ serverUrl: primary.url });
  const readUrl = withPath(standby.url, new URL(database.url).pathname);
  replica = createPool(readUrl, silent, { max: 2, statementTimeoutMs: 10_000, applicationName: 'test' });
  await eventually(async () => (await replica.query('select 1 from schema_major')).rowCount === 1, 'it follows');
  reporting = await spawnService('reporting', { DATABASE_URL: database.url, DATABASE_READ_URL: readUrl });
}, 120_000);

afterAll(async () => {
  await reporting?.end();
  await replica?.end();
  await standby?.stop();
  await database?.drop();
  await primary?.stop();
  await rm(folder, { recursive: true, force: true });
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

it('tells the instant until which everything is counted, and stays there while the standby stands still', async () => {
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

it('says nothing of the kind where the primary answers', async () => {
  const direct = await spawnService('reporting', { DATABASE_URL: database.url, DATABASE_READ_URL: database.url });
  const answer = await (await fetch(`${direct.url}/api/v1/query?site_id=demo&metrics=views&date_range=all`)).json();
  expect((answer as { meta: object }).meta).not.toHaveProperty('as_of');
  await direct.end();
});
