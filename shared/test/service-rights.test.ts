/** Each service's role has the rights that it needs and no others, and databases of one server do not get into each other's way. */
import { migrate } from '@millrace/shared/platform/migrate';
import { createPool, type Pool } from '@millrace/shared/platform/postgres';
import { roleOf, roleServices, tableRights } from '@millrace/shared/roles/service-rights';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { urlFor } from '@millrace/shared/testing/service-logins';
import { afterAll, beforeAll, expect, it } from 'vitest';

const options = { max: 1, statementTimeoutMs: 60_000, applicationName: 'millrace-test' };
const owner = new URL(process.env.TEST_DATABASE_URL as string).username;
let database: TestDatabase;
const pools: Record<string, Pool> = {};

beforeAll(async () => {
  database = await createTestDatabase();
  for (const service of roleServices) pools[service] = createPool(urlFor(service, database.url), silent, options);
});
afterAll(async () => {
  for (const pool of Object.values(pools)) await pool.end();
  await database.drop();
});

const run = ({ pool, url }: Pick<TestDatabase, 'pool' | 'url'>, logger = silent) =>
  migrate(pool, { kind: 'postgres', url, prefix: 'millrace' }, logger);

it('decides about every table', async () => {
  const { rows } = await database.pool.query<{ relname: string }>(`select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm') and not relispartition`);
  expect(Object.keys(tableRights).sort()).toEqual(rows.map(({ relname }) => relname).sort());
});

const refused: [service: string, sql: string][] = [
  ['ingestion', 'select from events'],
  ['ingestion', `insert into events (site_id) values ('a')`],
  ['ingestion', `insert into api_keys (id) values (gen_random_uuid())`],
  ['ingestion', `update api_keys set scopes = '{admin}'`],
  ['ingestion', 'select from sessions'],
  ['ingestion', `update sites set timezone = 'UTC'`],
  ['processor', 'select key_hash from api_keys'],
  ['processor', 'select password_hash from share_links'],
  ['processor', 'select secret from link_secrets'],
  ['processor', 'select salt from visitor_salts'],
  ['processor', 'truncate events'],
  ['processor', 'drop table events'],
  ['processor', 'alter table events add column more text'],
  ['scheduler', 'select user_id from events'],
  ['scheduler', 'delete from events'],
  ['scheduler', 'select from visitors'],
  ['scheduler', 'update api_keys set revoked_at = null'],
  ['reporting', `insert into events (site_id) values ('a')`],
  ['reporting', 'delete from events'],
  ['reporting', 'update rollup_days set events = 0'],
  ['reporting', 'select from audit_log'],
  ['reporting', 'select from visitor_salts'],
  ['reporting', `select drop_events_partition('2026-01')`],
  ...roleServices.map((service): [string, string] => [service, 'create table mine ()']),
  ...roleServices.map((service): [string, string] => [service, 'create table millrace_queue.mine ()']),
  ...roleServices.map((service): [string, string] => [service, `insert into migrations (name) values ('0000')`]),
  ...roleServices.map((service): [string, string] => [service, `set role ${owner}`]),
];

it.each(refused)('refuses %s to: %s', async (service, sql) => {
  await expect(pools[service]!.query(sql)).rejects.toMatchObject({ code: '42501' });
});

it('cannot be tricked into running the functions on tables of the caller', async () => {
  const processor = pools.processor!;
  await processor.query('create temp table events (timestamp timestamptz not null) partition by range (timestamp)');
  await processor.query(`select create_events_partition('2031-01')`);
  const { rows } =
    await database.pool.query(`select inhparent::regclass::text as parent, pg_get_userbyid(relowner) = current_user as "isOurs"
    from pg_inherits join pg_class on pg_class.oid = inhrelid where relname = 'events_2031_01'`);
  expect(rows).toEqual([{ parent: 'events', isOurs: true }]);
});

it('grants what is missing again, such as in a database that was restored without privileges, and nothing twice', async () => {
  const grants = () => database.pool.query('select relname, relacl::text from pg_class order by oid');
  const { rows: before } = await grants();
  expect(await run(database)).toBe(0);
  expect((await grants()).rows).toEqual(before);
  await database.pool.query(`do $$ begin
    execute (select string_agg(format('revoke all on %s from millrace_reporting', oid::regclass), ';') from pg_class
      where relkind in ('r', 'p') and relnamespace in ('public'::regnamespace, 'millrace_queue'::regnamespace)); end $$`);
  await expect(pools.reporting!.query('select from events_2031_01')).rejects.toMatchObject({ code: '42501' });
  // As in a restored database: only the default right of everyone is left.
  await database.pool.query(
    `grant execute on function drop_events_partition to public;
    revoke execute on function drop_events_partition from millrace_processor`,
  );
  await run(database);
  await pools.processor!.query(`select create_events_partition('2031-02'), drop_events_partition('2031-02')`);
  await expect(pools.reporting!.query(`select drop_events_partition('2031-01')`)).rejects.toMatchObject({
    code: '42501',
  });
  await pools.reporting!.query('select from events_2031_01');
  await pools.reporting!.query('insert into millrace_queue.meta select * from millrace_queue.meta limit 0');
});

it('is made by several databases of a server at once', async () => {
  const databases = await Promise.all([1, 2, 3].map(() => createTestDatabase({ migrated: false })));
  await Promise.all([...databases, ...databases].map((each) => run(each)));
  for (const { pool, drop } of databases) {
    const { rows } = await pool.query(`select has_table_privilege($1, 'events', 'select') as may`, [
      roleOf('reporting'),
    ]);
    expect(rows).toEqual([{ may: true }]);
    await drop();
  }
});
