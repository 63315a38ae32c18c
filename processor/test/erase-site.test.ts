import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureMonths } from '../src/events/ensure-partitions.js';
import { insertEvents } from '../src/events/insert-events.js';
import { createRollConsumer } from '../src/rollups/consume-rolls.js';
import { sitesToRoll } from '../src/rollups/find-sites.js';

let database: TestDatabase;
const now = new Date('2026-11-10T12:07:00Z');
const sql = (text: string, values: unknown[] = []) => database.pool.query(text, values);

beforeAll(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-09', '2026-11']);
});
afterAll(() => database.drop());

/** Tables with a column site_id, except partitions. */
async function tables(): Promise<string[]> {
  const { rows } = await sql(`select table_name as name from information_schema.columns
    join pg_class on relname = table_name and not relispartition and relkind in ('r', 'p')
    where column_name = 'site_id' and table_schema = 'public'
    order by table_name = 'report_deliveries', 1`);
  return rows.map(({ name }) => name);
}

const values: Record<string, unknown> = {
  text: 'x',
  smallint: 1,
  integer: 1,
  bigint: 1,
  numeric: 1,
  boolean: true,
  jsonb: {},
  date: '2026-11-05',
  'timestamp with time zone': '2026-11-05T10:00:00Z',
  uuid: '0190a5b0-7c3d-7000-8000-000000000001',
  bytea: '\\x01',
  _text: ['read'],
  _int4: [1, 2],
};

/** Values for columns that allow only some. */
const allowed = {
  compression: 'none',
  kind: 'email',
  period_type: 'day',
  schedule: 'daily',
  status: 'pending',
  store: 'disk',
};
const allowedIn: Record<string, object> = { annotations: { kind: 'note' }, saved_views: { kind: 'segment' } };

/** Inserts a row of the site into every table, whatever its columns, so that tables of later migrations are covered. */
async function fill(siteId: string): Promise<void> {
  for (const table of await tables()) {
    const { rows } = await sql(
      `select column_name as name, case data_type when 'ARRAY' then udt_name else data_type end as type from information_schema.columns
      where table_name = $1 and table_schema = 'public' and column_name <> 'erase_requested_at'`,
      [table],
    );
    const row = Object.fromEntries(rows.map(({ name, type }) => [name, values[type]]));
    const unique = {
      ...{ ...allowed, ...allowedIn[table] },
      // Deliveries refer to reports.
      id: table === 'reports' ? values.uuid : crypto.randomUUID(),
      key_hash: `\\x${Buffer.from(siteId).toString('hex')}`,
      timezone: 'UTC',
    };
    const given = Object.fromEntries(Object.entries(unique).filter(([name]) => name in row));
    const filled = JSON.stringify({ ...row, ...given, site_id: siteId });
    await sql(
      `insert into ${table} overriding system value
      select (jsonb_populate_record(null::${table}, $1::jsonb)).* on conflict do nothing`,
      [filled],
    );
  }
}

async function rowsOf(siteId: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const table of await tables()) {
    const { rows } = await sql(`select count(*)::int as rows from ${table} where site_id = $1`, [siteId]);
    found[table] = rows[0].rows;
  }
  return found;
}

const roll = (site_id: string) => createRollConsumer(database.pool, () => now).consume({ site_id }, () => {});

const event = (site_id: string, timestamp: string) => ({
  site_id,
  timestamp,
  event_id: crypto.randomUUID(),
  event_type: 'view',
  path: '/',
  user_id: 'ada',
});

it('deletes the rows of all tables, and none of another site', async () => {
  await insertEvents(
    database.pool,
    JSON.stringify([event('gone', '2026-09-05T10:00:00Z'), event('gone', '2026-11-05T10:00:00Z')]),
  );
  for (const site of ['gone', 'stays']) await fill(site);
  const whole = JSON.stringify({ v: 1, count: 2, events: JSON.stringify([event('gone', 'x'), event('stays', 'x')]) });
  await sql(`insert into dead_letter_events (id, site_id, reason, payload, job_id) values ($1, '', 'r', $2, 'j')`, [
    crypto.randomUUID(),
    whole,
  ]);
  const before = await rowsOf('stays');
  for (const [table, rows] of Object.entries(await rowsOf('gone'))) expect(rows, table).toBeGreaterThan(0);
  await sql(`update sites set erase_requested_at = now() where site_id = 'gone'`);
  expect(await sitesToRoll(database.pool, now)).toContain('gone');
  await roll('gone');
  for (const [table, rows] of Object.entries(await rowsOf('gone'))) expect(rows, table).toBe(0);
  expect(await rowsOf('stays')).toEqual(before);
  const leftovers = await sql('select store, file from export_leftovers');
  expect(leftovers.rows).toEqual([{ store: 'disk', file: 'x' }]);
  const { rows } = await sql(`select payload from dead_letter_events where job_id = 'j'`);
  expect(rows[0].payload).not.toContain('gone');
  expect(rows[0].payload).toContain('stays');
  await roll('gone');
});

it('leaves no file of an export that is requested while the site is being erased', async () => {
  await fill('gone');
  await sql('delete from export_leftovers');
  await sql(`create function export_late() returns trigger language plpgsql as $$ begin
    insert into exports (site_id, id, dataset, params, format, filename, store, file)
      values ('gone', gen_random_uuid(), 'events', '{}', 'csv', 'x.csv', 'disk', 'late');
    return null; end $$`);
  await sql('create trigger export_late after delete on dead_letter_events execute function export_late()');
  await sql(`insert into dead_letter_events (id, site_id, reason, payload, job_id) values ($1, 'gone', 'r', $2, 'j')`, [
    crypto.randomUUID(),
    JSON.stringify(event('gone', 'x')),
  ]);
  await sql(`update sites set erase_requested_at = now() where site_id = 'gone'`);
  await roll('gone');
  await sql('drop trigger export_late on dead_letter_events');
  expect((await sql('select site_id from exports where site_id = $1', ['gone'])).rows).toEqual([]);
  const { rows } = await sql('select file from export_leftovers order by file');
  expect(rows.map(({ file }) => file)).toContain('late');
});

it('creates the site again when events arrive later', async () => {
  await insertEvents(database.pool, JSON.stringify([event('gone', '2026-11-06T10:00:00Z')]));
  expect(await rowsOf('gone')).toMatchObject({ events: 1, sites: 1 });
});
