/** Whatever could make the events in memory differ from the database, queries are answered like plain SQL in the same snapshot. */
import { eraseSite } from '@millrace/processor/erase/erase-site';
import { eraseUser } from '@millrace/processor/erase/erase-user';
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import { insertEvents, plainStatement } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import { answerQuery } from '@millrace/reporting/query/answer-query';
import { readRaw } from '@millrace/reporting/query/read-raw';
import type { ResolvedQuery } from '@millrace/reporting/query/resolved-query';
import { inSnapshot } from '@millrace/reporting/reading/in-snapshot';
import { readParts } from '@millrace/reporting/segments/read-parts';
import { createSegmentEngine, type SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import { readViews } from '@millrace/reporting/stats/read-views';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

const now = new Date('2026-11-10T12:07:00Z');

let database: TestDatabase;
let engine: SegmentEngine;
beforeAll(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-10', '2026-11']);
});
beforeEach(async () => {
  engine = createSegmentEngine({ threads: 1, cacheMb: 64, minTailEvents: 1 }, silent);
  await store('/yesterday', null, '2026-11-09T10:00:00Z');
  await rollSite(database.pool, 'demo', { now });
});
afterEach(async () => {
  await engine.pool.close();
  await database.empty();
});
afterAll(() => database.drop());

let lastId = 0;
function eventOf(path: string, user: string | null, time: string) {
  lastId += 1;
  const id = `0190a5b0-7c3d-7000-8000-${String(lastId).padStart(12, '0')}`;
  return { site_id: 'demo', timestamp: time, event_id: id, event_type: 'view', path, ...(user && { user_id: user }) };
}
const batch = (path: string, user: string | null = null, time = '2026-11-10T12:05:00Z') =>
  JSON.stringify([eventOf(path, user, time)]);
const store = (...given: Parameters<typeof batch>) => insertEvents(database.pool, batch(...given));

/** Stores an event with a given transaction id, as if it came from another server. */
async function storeAs(txid: number, path: string, user: string): Promise<void> {
  const { site_id, timestamp, event_id } = eventOf(path, user, '2026-11-10T12:05:00Z');
  await database.pool.query(
    `insert into events (site_id, timestamp, event_id, event_type, path, user_id, txid) values ($1, $2, $3, 'view', $4, $5, $6)`,
    [site_id, timestamp, event_id, path, user, txid],
  );
}

const pathsQuery: ResolvedQuery = {
  ...{ siteId: 'demo', timezone: 'UTC', limit: 100, offset: 0, totalRows: true, timeLabels: false },
  range: { from: new Date('2026-11-10T00:00:00Z'), to: new Date('2026-11-12T00:00:00Z') },
  metrics: ['events', 'visitors', 'share'],
  dimensions: ['path'],
  orderBy: [{ key: 'path', direction: 'asc' }],
};
/** As with events that are counted by user id. */
const ofUser = (user: string): ResolvedQuery => ({
  ...pathsQuery,
  filter: { op: 'is', dimension: 'user_id', values: [user] },
});

/** Events by path. */
async function compare(client: PoolClient, resolved = pathsQuery): Promise<Record<string, number>> {
  const { source, ...ours } = await answerQuery(client, resolved, { engine });
  expect(ours).toEqual(await readRaw(client, resolved));
  expect(source).toBe('mixed');
  return Object.fromEntries(ours.rows.map(({ dimensions, metrics }) => [dimensions[0], metrics[0]]));
}
const ask = (resolved = pathsQuery) => inSnapshot(database.pool, (client) => compare(client, resolved));

/** A snapshot held until `end`. */
async function openSnapshot() {
  const client = await database.pool.connect();
  await client.query('begin isolation level repeatable read read only');
  await client.query('select count(*) from sites');
  const end = async () => {
    await client.query('commit');
    client.release();
  };
  return { client, end };
}

it('counts what a long transaction stored once it commits, and never what it rolls back', async () => {
  const writers: PoolClient[] = [await database.pool.connect(), await database.pool.connect()];
  const [late, undone] = writers as [PoolClient, PoolClient];
  await store('/first', 'a');
  for (const client of writers) await client.query('begin');
  await late.query(plainStatement, [batch('/late', 'b')]);
  await undone.query(plainStatement, [batch('/undone', 'c')]);
  await store('/second', 'd');
  expect(await ask()).toEqual({ '/first': 1, '/second': 1 });
  await store('/third', 'b');
  expect(await ask()).toEqual({ '/first': 1, '/second': 1, '/third': 1 });
  const early = await openSnapshot();
  await late.query('commit');
  await undone.query('rollback');
  expect(await ask()).toEqual({ '/first': 1, '/late': 1, '/second': 1, '/third': 1 });
  expect(await compare(early.client)).toEqual({ '/first': 1, '/second': 1, '/third': 1 });
  await early.end();
  for (const client of writers) client.release();
});

it("answers as of the query's snapshot when the tail is newer", async () => {
  await store('/a', 'a');
  await ask();
  const early = await openSnapshot();
  await store('/b', 'b');
  await ask();
  expect(await compare(early.client)).toEqual({ '/a': 1 });
  await rollSite(database.pool, 'demo', { now: new Date('2026-11-10T12:16:00Z') });
  await store('/c', 'c', '2026-11-10T12:20:00Z');
  expect(await ask()).toEqual({ '/a': 1, '/b': 1, '/c': 1 });
  expect(await compare(early.client)).toEqual({ '/a': 1 });
  expect(await ask()).toEqual({ '/a': 1, '/b': 1, '/c': 1 });
  await early.end();
});

it('uses the user numbers of a roll that ran in between', async () => {
  await store('/a', 'late', '2026-11-10T11:50:00Z');
  await store('/a', 'late');
  await store('/a', 'other');
  await ask();
  await rollSite(database.pool, 'demo', { now });
  await store('/b', 'late');
  await store('/b', 'third');
  await ask();
  for (const user of ['late', 'other', 'third']) await ask(ofUser(user));
  await rollSite(database.pool, 'demo', { now: new Date('2026-11-10T12:16:00Z') });
  await store('/c', 'other', '2026-11-10T12:17:00Z');
  for (const user of ['late', 'other', 'third']) await ask(ofUser(user));
  await store('/c', 'third');
  expect(await ask()).toEqual({ '/a': 3, '/b': 2, '/c': 2 });
});

it('forgets erased events, also of a user who is about to get a number', async () => {
  await store('/a', 'gone');
  await store('/b', 'stays');
  await ask();
  await eraseUser(database.pool, { siteId: 'demo', userId: 'gone', dryRun: true });
  expect(await ask()).toEqual({ '/a': 1, '/b': 1 });
  await eraseUser(database.pool, { siteId: 'demo', userId: 'gone', dryRun: false });
  expect(await ask()).toEqual({ '/b': 1 });
  await rollSite(database.pool, 'demo', { now: new Date('2026-11-10T12:16:00Z') });
  await store('/c', 'gone');
  await ask(ofUser('gone'));
  expect(await ask()).toEqual({ '/b': 1, '/c': 1 });
});

it('treats a site that was erased and recreated as a new one', async () => {
  await store('/old', 'a');
  await store('/before', 'b', '2026-11-10T10:00:00Z');
  await rollSite(database.pool, 'demo', { now });
  await ask();
  await store('/older', 'a');
  await ask();
  await database.pool.query(`update sites set erase_requested_at = now() where site_id = 'demo'`);
  // Erasure proceeds in parts, and the rest of the site stays until the end.
  await database.pool.query(`delete from events where site_id = 'demo' and path = '/old'`);
  expect(await ask()).toEqual({ '/before': 1, '/older': 1 });
  await eraseSite(database.pool, 'demo');
  await store('/new', 'c');
  await store('/other', 'd', '2026-11-10T10:00:00Z');
  await rollSite(database.pool, 'demo', { now });
  await store('/newer', 'a');
  expect(await ask()).toEqual({ '/new': 1, '/newer': 1, '/other': 1 });
});

it('reads events from another server every time, whatever their transaction ids are', async () => {
  await store('/own', 'a');
  await ask();
  const { rows } = await database.pool.query<{ txid: string }>('select pg_current_xact_id()::text as txid');
  for (const [at, ahead] of [2, 6, 1_000_000].entries()) {
    await storeAs(Number(rows[0]!.txid) + ahead, `/restored-${at}`, 'b');
  }
  // Transaction ids pass those of the restored events.
  for (let round = 1; round <= 8; round += 1) {
    await store('/own', 'c');
    const counted = { '/own': 1 + round, '/restored-0': 1, '/restored-1': 1, '/restored-2': 1 };
    expect(await ask()).toEqual(counted);
  }
});

it('reads an interval again whose index was created after its events, as when a backup is restored', async () => {
  await store('/a', 'a');
  await ask();
  const { rows } = await database.pool.query<{ name: string }>(
    `select indexrelid::regclass::text as name from pg_index join pg_class on oid = indexrelid
     where indrelid = 'events_2026_11'::regclass and relam = (select oid from pg_am where amname = 'brin')`,
  );
  const restored = await database.pool.connect();
  await storeAs(1, '/restored', 'b');
  await restored.query(`alter index ${rows[0]!.name} rename to old_index`);
  await restored.query('drop index events_txid');
  expect(await ask()).toEqual({ '/a': 1, '/restored': 1 });
  await restored.query('create index events_txid on events using brin (txid)');
  restored.release();
  expect(await ask()).toEqual({ '/a': 1, '/restored': 1 });
});

it('counts events that a subscription copies from another server, whatever their transaction ids are', async () => {
  await store('/own', 'a');
  await ask();
  await database.pool.query(
    `create subscription other_server connection 'dbname=other' publication events with (connect = false, slot_name = none)`,
  );
  try {
    await storeAs(1, '/copied', 'b');
    expect(await ask()).toEqual({ '/copied': 1, '/own': 1 });
  } finally {
    await database.pool.query('drop subscription other_server');
  }
});

it('counts events of the coming day, and late ones of rolled intervals', async () => {
  await store('/now', 'a');
  await store('/rolled', 'b', '2026-11-10T09:00:00Z');
  await rollSite(database.pool, 'demo', { now });
  await ask();
  await store('/tomorrow', 'c', '2026-11-11T11:00:00Z');
  await ask();
  await store('/late', 'd', '2026-11-10T09:14:59.999999Z');
  await store('/tomorrow', 'a', '2026-11-11T11:14:59Z');
  expect(await ask()).toEqual({ '/late': 1, '/now': 1, '/rolled': 1, '/tomorrow': 2 });
});

/** How often statements with that owner comment ran. */
function counting(client: PoolClient, owners: Map<string, number>): PoolClient {
  const query = (...given: unknown[]) => {
    const [statement] = given as [string | { text: string }];
    const owner = /\/\* (\S+)/.exec(typeof statement === 'string' ? statement : statement.text)![1]!;
    owners.set(owner, (owners.get(owner) ?? 0) + 1);
    return Reflect.apply(client.query, client, given);
  };
  return Object.assign(Object.create(client) as PoolClient, { query });
}

it('reads an interval once for concurrent queries', async () => {
  for (let event = 0; event < 20; event += 1) await store('/a', `user-${event}`);
  const owners = new Map<string, number>();
  const running = Array.from({ length: 40 }, () =>
    inSnapshot(database.pool, (client) => compare(counting(client, owners))),
  );
  for (const answer of await Promise.all(running)) expect(answer).toEqual({ '/a': 20 });
  expect([owners.get('reporting.segmentState'), owners.get('reporting.readTail')]).toEqual([40, 3]);
});

it.each([1, 3])('counts views of %d days as plain SQL does, with paths of rolled and of new events', async (days) => {
  await store('/a', 'a', '2026-11-10T09:00:00Z');
  await store('/a', 'b', '2026-11-10T09:00:00Z');
  await rollSite(database.pool, 'demo', { now });
  await store('/b', 'a');
  const range = { from: new Date('2026-11-10T00:00:00Z'), to: new Date(Date.UTC(2026, 10, 10 + days)) };
  const owners = new Map<string, number>();
  const [ours, plain] = await inSnapshot(database.pool, async (client) => [
    await readViews(counting(client, owners), 'demo', range, 10, { engine }),
    await readViews(client, 'demo', range, 10),
  ]);
  expect(ours).toEqual(plain);
  // A few days are read in one go.
  expect([owners.get('reporting.segmentState'), owners.has('reporting.readRollupState')]).toEqual([1, days > 2]);
  const topPaths = [
    { path: '/a', views: 2 },
    { path: '/b', views: 1 },
  ];
  expect(ours).toEqual({ totalViews: 3, uniqueUsers: 2, topPaths });
});

it('keeps what it has read for the next query when it times out midway', async () => {
  const slow = createSegmentEngine({ threads: 1, cacheMb: 8, minTailEvents: 1, tailBatchEvents: 1 }, silent);
  await store('/a', 'a', '2026-11-10T11:50:00Z');
  await store('/b', 'b', '2026-11-10T12:05:00Z');
  let intervals = 0;
  const stopped = inSnapshot(database.pool, (client) => {
    const query = (...given: unknown[]) => {
      const text = (given[0] as { text?: string }).text ?? String(given[0]);
      if (text.includes('declare tail_rows')) intervals += 1;
      if (intervals === 2) throw new Error('the time is up');
      return Reflect.apply(client.query, client, given);
    };
    return answerQuery(Object.assign(Object.create(client) as PoolClient, { query }), pathsQuery, { engine: slow });
  });
  await expect(stopped).rejects.toThrow('the time is up');
  expect([...slow.memory.tail('demo')!.intervals.values()].map(({ lists }) => lists[0]!.count)).toEqual([1]);
  const owners = new Map<string, number>();
  const answer = await inSnapshot(database.pool, (client) =>
    answerQuery(counting(client, owners), pathsQuery, { engine: slow }),
  );
  expect(answer.rows.map(({ dimensions }) => dimensions[0])).toEqual(['/a', '/b']);
  // One cursor is opened, read and closed.
  expect(owners.get('reporting.readTail')).toBe(3);
  await slow.pool.close();
});

it('reads nothing again for another query with the same snapshot', async () => {
  await store('/a', 'a');
  await inSnapshot(database.pool, async (client) => {
    await compare(client);
    const owners = new Map<string, number>();
    expect(await answerQuery(counting(client, owners), pathsQuery, { engine })).toMatchObject({ source: 'mixed' });
    expect([...owners.keys()]).toEqual(['reporting.segmentState']);
  });
});

/** How often statements with some owner comments ran for a query that reads three intervals. */
async function readingThree(tailBatchEvents: number): Promise<(number | undefined)[]> {
  const stepwise = createSegmentEngine({ threads: 1, cacheMb: 8, minTailEvents: 1, tailBatchEvents }, silent);
  const owners = new Map<string, number>();
  const answer = await inSnapshot(database.pool, (client) =>
    answerQuery(counting(client, owners), pathsQuery, { engine: stepwise }),
  );
  await stepwise.pool.close();
  expect(answer.rows.map(({ dimensions }) => dimensions[0])).toEqual(['/a', '/b', '/c']);
  return ['reporting.readTail', 'reporting.readNewRows'].map((owner) => owners.get(owner));
}

it('reads many events in steps, each of them once, also during a long transaction', async () => {
  for (const [path, time] of [
    ['/a', '11:50'],
    ['/b', '12:05'],
    ['/c', '12:20'],
  ] as const) {
    await store(path, 'a', `2026-11-10T${time}:00Z`);
  }
  // A cursor is opened, read and closed in each step.
  expect(await readingThree(3)).toEqual([3, undefined]);
  expect(await readingThree(2)).toEqual([6, undefined]);
  const open = await database.pool.connect();
  await open.query('begin; select pg_current_xact_id()');
  await database.pool.query('do $$ begin for n in 1..2100 loop perform pg_current_xact_id(); commit; end loop; end $$');
  expect(await readingThree(1)).toEqual([9, undefined]);
  await open.query('rollback');
  open.release();
});

it('leaves too many events to Postgres, however few of them fit into memory', async () => {
  const small = createSegmentEngine({ threads: 1, cacheMb: 1, minTailEvents: 1 }, silent);
  const events = Array.from({ length: 8_000 }, (_, at) => eventOf(`/${at % 7}`, 'a', '2026-11-10T12:05:00Z'));
  await insertEvents(database.pool, JSON.stringify(events));
  const needed = { siteId: 'demo', range: pathsQuery.range, coded: ['path'], usesVisitors: true };
  const read = (maxRawEvents: number) =>
    inSnapshot(database.pool, (client) => readParts(client, small, { ...needed, maxRawEvents }));
  expect(await read(7_000)).toBeUndefined();
  expect((await read(9_000))?.parts.reduce((sum, { rows }) => sum + rows, 0)).toBe(8_000);
  await small.pool.close();
});

it('finds new events by the index on transactions alone', async () => {
  await store('/a', 'a');
  await ask();
  await store('/b', 'b');
  await inSnapshot(database.pool, async (client) => {
    const sent: { text: string; values: unknown[] }[] = [];
    const query = (...given: unknown[]) => {
      sent.push(given[0] as (typeof sent)[number]);
      return Reflect.apply(client.query, client, given);
    };
    await compare(Object.assign(Object.create(client) as PoolClient, { query }));
    const { text, values } = sent.find((statement) => statement.text?.includes('reporting.readNewRows'))!;
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/Bitmap Index Scan on events_2026_11_txid_idx/);
    expect(plan).not.toMatch(/events_2026_11_pkey|Seq Scan on events/);
  });
});

it('stays within its memory limit, and evicts the least recently queried site', async () => {
  const small = createSegmentEngine({ threads: 1, cacheMb: 1, minTailEvents: 1 }, silent);
  const sites = ['demo', 'second', 'third'];
  for (const site_id of sites) {
    const events = Array.from({ length: 4_000 }, (_, at) => ({
      ...eventOf(`/${at % 7}`, `user-${at % 1_000}`, '2026-11-10T12:05:00Z'),
      site_id,
    }));
    await insertEvents(database.pool, JSON.stringify(events));
    await rollSite(database.pool, site_id, { now });
  }
  for (const siteId of [...sites, ...sites]) {
    await inSnapshot(database.pool, async (client) => {
      const ofSite = { ...pathsQuery, siteId };
      const { source: _source, ...ours } = await answerQuery(client, ofSite, { engine: small });
      expect(ours).toEqual(await readRaw(client, ofSite));
    });
  }
  expect(small.memory.size).toBeLessThanOrEqual(2 ** 20);
  expect(sites.map((site) => small.memory.tail(site) !== undefined)).toEqual([false, true, true]);
  await small.pool.close();
});
