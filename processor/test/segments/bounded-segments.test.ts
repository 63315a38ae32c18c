/** Limits of segments: events of an interval, values of a column, property names. */
import { segmentLimits } from '@millrace/shared/segments/segment-columns';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { eraseUser } from '../../src/erase/erase-user.js';
import { claimSite } from '../../src/rollups/claim-site.js';
import { listSegments } from '../../src/segments/stored-segments.js';
import { createSegmentedSite, event, noDifference, type SegmentedSite, siteId } from './segmented-site.js';

const limits = { ...segmentLimits };
let site: SegmentedSite;
afterEach(async () => {
  Object.assign(segmentLimits, limits);
  await site.drop();
});
afterAll(() => Object.assign(segmentLimits, limits));

/** `counts` events in the intervals from 10:00 on 8 November. */
const intervals = (...counts: number[]) =>
  counts.flatMap((count, interval) =>
    Array.from({ length: count }, (_, at) =>
      event(new Date(Date.parse('2026-11-08T10:00:00Z') + interval * 900_000 + at).toISOString(), {
        user_id: `user-${at % 3}`,
        properties: { owner: `secret of user-${at % 3}` },
      }),
    ),
  );
const segments = () =>
  site.sql(`select rows, data is not null as "hasData", (select sum(covers[at + 1] - covers[at])::int
    from generate_series(1, cardinality(covers), 2) as at) as intervals from segments order by starts, version`);

describe('an interval with more events than a segment may have', () => {
  it('has a segment without data, while adjacent intervals have their events', async () => {
    Object.assign(segmentLimits, { rows: 50, gatheredRows: 50 });
    site = await createSegmentedSite(intervals(10, 51, 50, 5));
    expect(await segments()).toEqual([
      { rows: 15, hasData: true, intervals: 2 },
      { rows: 51, hasData: false, intervals: 1 },
      { rows: 50, hasData: true, intervals: 1 },
    ]);
    expect(await site.verify()).toEqual(noDifference);
  });

  it('gets its events once there are fewer, and erased events are purged from adjacent intervals', async () => {
    Object.assign(segmentLimits, { rows: 50, gatheredRows: 50 });
    site = await createSegmentedSite(intervals(30, 60, 30));
    await eraseUser(site.pool, { siteId, userId: 'user-1', dryRun: false });
    for (let round = 0; round < 2; round += 1) await site.roll();
    expect((await segments()).filter(({ hasData }) => !hasData)).toEqual([]);
    await site.expectExact();
    expect(await site.sql('select segments_purge from site_rollups')).toEqual([{ segments_purge: false }]);
    expect(JSON.stringify(await site.sql('select values from segment_values'))).not.toContain('secret of user-1');
  });

  it('loses its events in segments when it grows beyond the limit', async () => {
    Object.assign(segmentLimits, { rows: 50, gatheredRows: 50 });
    site = await createSegmentedSite(intervals(10, 45));
    await site.store(intervals(0, 10));
    await site.roll();
    await site.roll(); // merges nothing
    expect(await segments()).toContainEqual({ rows: 55, hasData: false, intervals: 1 });
    expect(await site.verify()).toEqual(noDifference);
    await eraseUser(site.pool, { siteId, userId: 'unknown', dryRun: false });
    await site.roll();
    expect(await segments()).toEqual([
      { rows: 10, hasData: true, intervals: 1 },
      { rows: 55, hasData: false, intervals: 1 },
    ]);
  });

  it('does not apply to several intervals together, which get separate segments', async () => {
    Object.assign(segmentLimits, { gatheredRows: 40 });
    site = await createSegmentedSite(intervals(20, 20, 20, 20, 20, 20, 20));
    await site.expectExact();
    expect((await segments()).every(({ hasData }) => hasData)).toBe(true);
  });
});

describe('a column with too many values', () => {
  const withIds = (count: number, day = '08') =>
    Array.from({ length: count }, (_, at) =>
      event(`2026-11-${day}T10:${String(at % 60).padStart(2, '0')}:00Z`, {
        path: `/${at}`,
        properties: { id: `id ${at} of ${day}`, color: 'red' },
      }),
    );
  const leftOut = async () =>
    (await site.sql(`select directory -> 'leftOut' as names from segments order by starts`)).map(({ names }) => names);

  it.each([
    ['values', { propertyValues: 30 }],
    ['characters', { segmentCharacters: 400 }],
  ])('is omitted because of %s, and stays omitted when segments are merged', async (_, limit) => {
    Object.assign(segmentLimits, limit);
    site = await createSegmentedSite(withIds(40));
    expect(await leftOut()).toEqual([['property:id']]);
    await site.store(withIds(5, '07'));
    await site.roll();
    expect(await leftOut()).toEqual([['property:id']]);
    expect(await site.verify()).toEqual(noDifference);
  });

  it('keeps its segments separate from others in merges', async () => {
    Object.assign(segmentLimits, { propertyValues: 30 });
    site = await createSegmentedSite(withIds(20));
    await site.store([...withIds(25, '06'), event('2026-10-08T10:00:00Z', { path: '/late' })]);
    await site.roll();
    const segments = await claimSite(site.pool, siteId, (client) => listSegments(client, siteId));
    if (typeof segments === 'symbol') throw new Error('the site is busy');
    expect(segments.map(({ omits }) => omits)).toEqual(['[]false', '["property:id"]false']);
  });
});

describe('properties', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, at) => {
      const properties = {
        [`key ${at}`]: at,
        [`longer key ${at % 10}`]: 'often',
        __proto__x: 1,
        ['__proto__']: 'own',
        constructor: 'c',
        'a"b': "it's",
      };
      return event(`2026-11-08T10:${String(at % 60).padStart(2, '0')}:00Z`, { properties });
    });
  const names = async () =>
    (await site.sql(`select jsonb_object_keys(directory -> 'blocks') as name from segments`)).map(({ name }) => name);

  it('with any name are stored, even a thousand', async () => {
    Object.assign(segmentLimits, { properties: 2_000 });
    site = await createSegmentedSite(many(1_000));
    await site.expectExact();
    expect(await site.verify()).toEqual(noDifference);
    expect(await names()).toEqual(
      expect.arrayContaining(['property:__proto__', 'property:constructor', 'property:a"b', 'property:key 999']),
    );
  });

  it('are limited to the most frequent ones, also in a merge', async () => {
    Object.assign(segmentLimits, { properties: 20 });
    site = await createSegmentedSite(many(60));
    const frequent = [
      ...Array.from({ length: 10 }, (_, at) => `property:longer key ${at}`),
      'property:__proto__',
      'property:constructor',
    ];
    expect(await names()).toEqual(expect.arrayContaining(frequent));
    await site.store(
      Array.from({ length: 30 }, (_, at) => event(`2026-11-07T10:00:00Z`, { properties: { [`k${at % 15}`]: 1 } })),
    );
    await site.roll();
    expect(await segments()).toHaveLength(1);
    const leavesMore = await site.sql(`select directory -> 'leavesOutMore' as more from segments`);
    expect(leavesMore).toEqual([{ more: true }]);
    expect(await names()).toEqual(expect.arrayContaining(frequent));
    expect(await site.verify()).toEqual(noDifference);
  });

  it('beyond the limit are reported as omitted', async () => {
    Object.assign(segmentLimits, { knownProperties: 30 });
    site = await createSegmentedSite(many(60));
    expect(await site.sql(`select directory -> 'leavesOutMore' as more from segments`)).toEqual([{ more: true }]);
    expect(await site.verify()).toEqual(noDifference);
  });
});
