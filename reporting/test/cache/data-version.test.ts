import { parseExactJson } from '@millrace/shared/platform/exact-json';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DataSource } from '../../src/cache/cacheable-query.js';
import { hashOf, readDataVersion } from '../../src/cache/data-version.js';
import { nameOf } from '../../src/cache/lookup.js';
import { takeMarks, writeEvents } from './write-events.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2026-05-01', '2026-07-01');
});
afterAll(() => database.drop());
beforeEach(() => database.empty());

const june = { from: new Date('2026-06-10T00:00:00Z'), to: new Date('2026-06-12T00:00:00Z') };
const write = (...times: string[]) => writeEvents(database.pool, 'demo', times);
const sql = (text: string) => database.pool.query(text);

const versionOf = async (sources: DataSource[] = ['events'], span = june, name = 'query:demo:x') =>
  (await readDataVersion(database.pool, { siteId: 'demo', sources, name, span })).data;

describe('of events', () => {
  it('changes with each event stored in the days of the range, and with no other', async () => {
    const seen = [await versionOf()];
    await write('2026-06-10T00:00:00Z');
    seen.push(await versionOf());
    await write('2026-06-11T23:59:59Z');
    seen.push(await versionOf());
    expect(new Set(seen).size).toBe(3);
    await write('2026-06-09T23:59:59Z', '2026-06-12T00:00:00Z');
    await writeEvents(database.pool, 'other', ['2026-06-10T12:00:00Z']);
    expect(await versionOf()).toBe(seen[2]);
  });

  it('stays the same when they are rolled up', async () => {
    await write('2026-06-10T00:00:00Z', '2026-06-10T00:01:00Z', '2026-06-11T08:00:00Z');
    await write('2026-06-10T00:00:00Z');
    await takeMarks(database.pool, 'demo');
    const rolled = await versionOf();
    await takeMarks(database.pool, 'demo');
    expect(await versionOf()).toBe(rolled);
    await write('2026-06-11T12:00:00Z');
    const before = await versionOf();
    expect(before).not.toBe(rolled);
    await takeMarks(database.pool, 'demo');
    expect(await versionOf()).toBe(before);
  });

  it('never repeats while an earlier release that does not count also rolls', async () => {
    const seen: (string | undefined)[] = [];
    const see = async () => void seen.push(await versionOf());
    for (const isOld of [true, true, false, true, false, false, true]) {
      await write('2026-06-10T00:00:00Z');
      await see();
      await takeMarks(database.pool, 'demo', { isOld });
      if (isOld) await see();
    }
    await takeMarks(database.pool, 'demo');
    await see();
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('changes with the hostnames and session length of the site, and when raw events are dropped', async () => {
    await write('2026-06-10T00:00:00Z');
    const seen = [await versionOf()];
    await sql(`update sites set hostnames = '{shop.example}'`);
    seen.push(await versionOf());
    await sql('update sites set session_minutes = 10');
    seen.push(await versionOf());
    await sql(`insert into raw_horizon (since) values ('2026-06-01Z')`);
    seen.push(await versionOf());
    await sql(`update raw_horizon set since = '2026-07-01Z'`);
    seen.push(await versionOf());
    expect(new Set(seen).size).toBe(5);
  });

  it('follows rolled data only for ranges whose raw events were dropped', async () => {
    await write('2026-06-10T00:00:00Z');
    await takeMarks(database.pool, 'demo');
    const later = { from: new Date('2026-06-15T00:00:00Z'), to: new Date('2026-06-16T00:00:00Z') };
    await sql(`insert into raw_horizon (since) values ('2026-06-11Z')`);
    const [dropped, kept] = [[await versionOf()], await versionOf(['events'], later)];
    const changes = [
      `update site_rollups set timezone = 'Europe/Berlin'`,
      `insert into rollup_day_marks values ('demo', '2026-06-09')`,
      `delete from rollup_day_marks`,
    ];
    for (const change of changes) {
      await sql(change);
      dropped.push(await versionOf());
    }
    expect(new Set(dropped).size).toBe(4);
    expect(await versionOf(['events'], later)).toBe(kept);
  });

  it('is undefined while the site has too many marks to count on every request', async () => {
    const mark = (count: number) =>
      sql(`insert into rollup_marks select 'demo', '2026-06-10T00:00:00Z' from generate_series(1, ${count})`);
    await mark(50_000);
    expect(await versionOf()).toBeDefined();
    await mark(1);
    expect(await versionOf()).toBeUndefined();
    expect(await versionOf(['aggregates'])).toBeDefined();
    await takeMarks(database.pool, 'demo');
    expect(await versionOf()).toBeDefined();
  });

  it('differs after the site was erased and created again', async () => {
    await write('2026-06-10T00:00:00Z');
    const before = await versionOf();
    await sql(`update sites set erase_requested_at = now()`);
    expect(await versionOf()).toBeUndefined();
    for (const table of ['sites', 'events', 'rollup_marks']) await sql(`delete from ${table}`);
    await write('2026-06-10T00:00:00Z');
    expect(await versionOf()).not.toBe(before);
  });
});

describe('of aggregates', () => {
  const aggregated = () => versionOf(['aggregates', 'metrics']);

  it('changes with every aggregation, even of an older release, and not with events', async () => {
    await sql(`insert into site_aggregations (site_id, timezone) values ('demo', 'UTC'), ('other', 'UTC')`);
    const before = await aggregated();
    await write('2026-06-10T00:00:00Z');
    await sql(`update site_aggregations set timezone = 'UTC' where site_id = 'other'`);
    expect(await aggregated()).not.toBe(before); // the site exists now
    const known = await aggregated();
    await write('2026-06-10T00:00:00Z');
    expect(await aggregated()).toBe(known);
    await sql(`update site_aggregations set timezone = timezone where site_id = 'demo'`);
    expect(await aggregated()).not.toBe(known);
  });

  it('changes when metrics of the range are computed, recomputed or removed', async () => {
    const metric = (at: string) => `insert into site_metrics (site_id, metric_type, period_type, period_start, figures)
      values ('demo', 'quality', 'hour', '${at}', '{}') on conflict (site_id, metric_type, period_type, period_start)
      do update set figures = excluded.figures`;
    const seen = [await aggregated()];
    for (const change of [
      metric('2026-06-10T05:00:00Z'),
      metric('2026-06-10T06:00:00Z'),
      metric('2026-06-10T05:00:00Z'),
    ]) {
      await sql(change);
      seen.push(await aggregated());
    }
    await sql(metric('2026-05-10T05:00:00Z'));
    expect(await aggregated()).toBe(seen[3]);
    await sql(`delete from site_metrics where period_start = '2026-06-10T06:00:00Z'`);
    seen.push(await aggregated());
    expect(new Set(seen).size).toBe(5);
  });
});

it('changes in every process when an administrator invalidates the name', async () => {
  const before = [await versionOf(), await versionOf(['events'], june, 'top-items:demo:x')];
  await sql(`insert into cache_invalidations (pattern) values ('top-items:%')`);
  expect(await versionOf()).toBe(before[0]);
  expect(await versionOf(['events'], june, 'top-items:demo:x')).not.toBe(before[1]);
});

it('has the same name in every process, even with numbers that a double cannot hold', () => {
  const request = parseExactJson('{"number":12345678901234567890}');
  const cacheable = {
    kind: 'query',
    siteId: 'demo',
    request,
    sources: [],
    needsEvents: false,
    resolve: () => undefined as never,
  };
  expect(nameOf(cacheable)).toBe(`query:demo:${hashOf('{"number":12345678901234567890}')}`);
});
