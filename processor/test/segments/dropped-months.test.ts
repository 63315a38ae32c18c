import { silent } from '@millrace/shared/testing/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanUp } from '../../src/cleanup/clean-up.js';
import { eraseUser } from '../../src/erase/erase-user.js';
import { claimSite } from '../../src/rollups/claim-site.js';
import { rollIntervals } from '../../src/rollups/roll-intervals.js';
import { fillSegments } from '../../src/segments/fill-segments.js';
import { dropCorrupt, purgeNext, type RollState } from '../../src/segments/maintain-segments.js';
import { listSegments } from '../../src/segments/stored-segments.js';
import { expectNothingOf } from './check-segments.js';
import {
  closedBefore,
  createSegmentedSite,
  event,
  history,
  noDifference,
  now,
  type SegmentedSite,
  siteId,
} from './segmented-site.js';

let site: SegmentedSite;
beforeEach(async () => {
  site = await createSegmentedSite([...history(120), event('2026-09-10T10:00:00Z', { path: '/only-in-september' })]);
  // Aggregates are computed by another job.
  await site.sql('delete from aggregation_marks');
});
afterEach(() => site.drop());

/** Drops months before October. */
const clean = () =>
  cleanUp(
    { pool: site.pool, exportDir: '/nowhere/exports', rawRetentionDays: 38, now, logger: silent },
    { type: 'temp_files', olderThan: 0 },
  );
const asBefore = () => site.sql('with gone as (delete from segments) update site_rollups set segments_since = null');
const before = () => site.sql(`select 1 from segments where starts < '2026-10-01Z'`);
const values = async () => JSON.stringify(await site.sql('select values from segment_values'));
const purgeDue = async () => (await site.sql('select segments_purge from site_rollups'))[0]!.segments_purge;

describe('a dropped month', () => {
  it('loses its segments and, with the next roll, the values that only they contained', async () => {
    expect((await before()).length).toBeGreaterThan(0);
    expect(await values()).toContain('/only-in-september');
    expect(await clean()).toMatchObject({ removed: { event_months: 2 }, kept: [] });
    expect(await before()).toEqual([]);
    await site.roll();
    expect(await values()).not.toContain('/only-in-september');
    await site.expectExact();
    expect(await site.verify('2026-10-03')).toEqual(noDifference);
  });

  it('loses its segments with the next roll if a release without segments dropped it', async () => {
    await site.sql(`insert into raw_horizon (since) values ('2026-10-01Z')`);
    await site.sql(`delete from events where timestamp < '2026-10-01Z'`);
    await site.roll();
    expect(await before()).toEqual([]);
    await site.roll();
    expect(await values()).not.toContain('/only-in-september');
    await site.expectExact();
    expect(await site.verify('2026-10-03')).toEqual(noDifference);
  });

  it('is dropped even if a segment is corrupt', async () => {
    await site.sql(`update segments set data = '\\x00'`);
    expect(await clean()).toMatchObject({ removed: { event_months: 2 }, kept: [] });
  });

  it('may have incomplete segments, which are then not completed', async () => {
    await asBefore();
    for (let step = 0; step < 3; step += 1) {
      await claimSite(site.pool, siteId, (client, claimed) => fillSegments(client, claimed, closedBefore));
    }
    await clean();
    await site.roll();
    expect(await before()).toEqual([]);
    expect(await site.sql('select segments_since::text as since from site_rollups')).toEqual([{ since: '-infinity' }]);
    await site.expectExact();
  });

  it('waits for a roll that builds its segments, which are then dropped, too', async () => {
    await asBefore();
    const dropping = await claimSite(site.pool, siteId, async (client, claimed) => {
      await fillSegments(client, { ...claimed, segmentsSince: new Date('2026-10-01Z') }, closedBefore);
      const dropped = clean();
      await site.sql('select pg_sleep(0.1)'); // By now the drop may be waiting, or not have started.
      return { dropped };
    });
    if (typeof dropping === 'symbol') throw new Error('the site is busy');
    await dropping.dropped;
    await clean();
    expect(await before()).toEqual([]);
  });
});

/** Takes the marks like a roll; returns the state that a purge needs. */
async function rollMarked(): Promise<RollState> {
  const epoch = await claimSite(site.pool, siteId, async (client, claimed) => {
    await rollIntervals(client, claimed, closedBefore, 192);
    return claimed.epoch;
  });
  return { epoch: String(epoch), closedBefore };
}

async function purge(rolled: RollState): Promise<void> {
  const next = () => claimSite(site.pool, siteId, (client, claimed) => purgeNext(client, claimed, rolled));
  for (let step = 0; (await next()) !== undefined; step += 1) expect(step).toBeLessThan(20);
}

describe('a purge', () => {
  it('does not finish until events erased meanwhile are rolled', async () => {
    await eraseUser(site.pool, { siteId, userId: 'user-1', dryRun: false });
    const rolled = await rollMarked();
    await eraseUser(site.pool, { siteId, userId: 'user-2', dryRun: false });
    await purge(rolled);
    expect(await purgeDue()).toBe(true);
    await site.roll();
    expect(await purgeDue()).toBe(false);
    await expectNothingOf(site.pool, siteId, ['user-1', 'user-2']);
    await site.expectExact();
  });

  it('removes a property that only the user had, so its codes start from 1 again', async () => {
    const own = { user_id: 'alone', properties: { 'alone@example.org': 'a', size: 1 } };
    await site.store([event('2026-10-05T10:00:00Z', own), event('2026-10-05T10:00:01Z', own)]);
    await site.roll();
    await eraseUser(site.pool, { siteId, userId: 'alone', dryRun: false });
    await site.roll();
    expect(await site.sql(`select 1 from segment_values where "column" like '%alone%'`)).toEqual([]);
    expect(await site.sql(`select 1 from segments where directory::text like '%alone%'`)).toEqual([]);
    await site.store([event('2026-10-06T10:00:00Z', { properties: { 'alone@example.org': 'b' } })]);
    await site.roll();
    expect(await site.sql(`select values from segment_values where "column" like '%alone%'`)).toEqual([
      { values: ['b'] },
    ]);
    await site.expectExact();
    expect(await site.verify()).toEqual(noDifference);
  });

  it('finishes while late events keep arriving, and keeps their values', async () => {
    await eraseUser(site.pool, { siteId, userId: 'user-1', dryRun: false });
    const rolled = await rollMarked();
    await site.store([event('2026-10-05T10:00:00Z', { path: '/late' })]);
    await purge(rolled);
    expect(await purgeDue()).toBe(false);
    await site.roll();
    await expectNothingOf(site.pool, siteId, ['user-1']);
    await site.expectExact();
    expect(await site.verify()).toEqual(noDifference);
  });

  it('does not finish while marks are pending for segments of a roll whose clock was ahead', async () => {
    await site.store([event('2026-11-10T12:20:00Z', { user_id: 'user-1', properties: { owner: 'secret of user-1' } })]);
    await site.roll({ now: new Date('2026-11-10T12:52:00Z') });
    await eraseUser(site.pool, { siteId, userId: 'user-1', dryRun: false });
    await purge(await rollMarked());
    expect(await purgeDue()).toBe(true);
  });

  it('does not finish if a segment was dropped above older ones', async () => {
    await site.store([event('2026-10-05T10:00:00Z', { user_id: 'alone', properties: { owner: 'secret of alone' } })]);
    await site.roll();
    await eraseUser(site.pool, { siteId, userId: 'alone', dryRun: false });
    const rolled = await rollMarked();
    await claimSite(site.pool, siteId, async (client, claimed) => {
      const all = await listSegments(client, siteId);
      const newest = all.reduce((found, segment) => (segment.version > found.version ? segment : found));
      await dropCorrupt(client, claimed, newest, all);
    });
    await purge(rolled);
    expect(await purgeDue()).toBe(true);
    await site.roll();
    expect(await purgeDue()).toBe(false);
    await expectNothingOf(site.pool, siteId, ['alone']);
  });

  it('leaves empty segments if all events were from the user', async () => {
    await site.store([event('2026-10-05T10:00:00Z', { user_id: 'alone', properties: { owner: 'secret of alone' } })]);
    await site.roll();
    await eraseUser(site.pool, { siteId, userId: 'alone', dryRun: false });
    await site.roll();
    await expectNothingOf(site.pool, siteId, ['alone']);
    expect(await site.verify()).toEqual(noDifference);
  });
});
