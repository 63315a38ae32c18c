import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eraseUser } from '../../src/erase/erase-user.js';
import { claimSite } from '../../src/rollups/claim-site.js';
import { sitesToRoll } from '../../src/rollups/find-sites.js';
import { rollIntervals } from '../../src/rollups/roll-intervals.js';
import { fillSegments } from '../../src/segments/fill-segments.js';
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
  site = await createSegmentedSite(history(150));
});
afterEach(() => site.drop());

const count = async () => (await site.sql('select count(*)::int as count from segments'))[0]!.count;
const since = async () => (await site.sql('select segments_since::text as since from site_rollups'))[0]!.since;
/** The state after the migration. */
const asBefore = () => site.sql('with gone as (delete from segments) update site_rollups set segments_since = null');
/** Simulates a roll by a release without segments. */
const rollByOther = (at = 'clock_timestamp()') => site.sql(`update site_rollups set rolled_at = ${at}`);
/** Simulates its roll of the marked intervals. */
async function rollIntervalsByOther(): Promise<void> {
  await claimSite(site.pool, siteId, (client, claimed) => rollIntervals(client, claimed, closedBefore, 192));
  await site.sql('delete from segments where version > (select max(version) from segments) - 1');
  await rollByOther();
}
const fillOnce = () => claimSite(site.pool, siteId, (client, claimed) => fillSegments(client, claimed, closedBefore));

describe('a site that was rolled without segments', () => {
  it('gets them with the next roll, although nothing is marked', async () => {
    await asBefore();
    expect(await sitesToRoll(site.pool, now)).toEqual([siteId]);
    await site.roll();
    expect(await since()).toBe('-infinity');
    await site.expectExact();
    expect(await site.verify()).toEqual(noDifference);
    await site.roll(); // removes unused values
    expect(await site.sql('select segments_purge from site_rollups')).toEqual([{ segments_purge: false }]);
  });

  it('gets them newest first, and each part is exact before the next one is built', async () => {
    await asBefore();
    await site.sql(`update rollup_15m set events = events + 70000 where dimension = 'all' and event_type = ''`);
    const seen: string[] = [];
    for (let step = 0; (await since()) !== '-infinity'; step += 1) {
      expect(step).toBeLessThan(500);
      await fillOnce();
      seen.push(await since());
      if (step % 40 === 0) expect((await site.verify()).differences).toEqual([]);
    }
    expect(seen.length).toBeGreaterThan(50);
    expect(seen.slice(0, -1)).toEqual([...seen.slice(0, -1)].sort().reverse());
    await site.expectExact();
  });

  it('continues with the next roll after some time, so that new intervals do not wait', async () => {
    await asBefore();
    await site.sql(`update rollup_15m set events = events + 70000 where dimension = 'all' and event_type = ''`);
    const seen: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      await site.store([event(`2026-11-10T0${round}:00:00Z`, { path: '/new' })]);
      await site.roll({ backgroundAfterMs: 0 });
      expect(await site.sql('select 1 from rollup_marks')).toEqual([]);
      expect(await sitesToRoll(site.pool, now)).toEqual([siteId]);
      seen.push(await since());
    }
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
    await site.roll();
    expect(await since()).toBe('-infinity');
    await site.expectExact();
    expect((await site.verify()).differences).toEqual([]);
  });

  it('keeps events that arrive, and intervals that are rolled, while they are built', async () => {
    await asBefore();
    await fillOnce();
    await site.store([
      event('2026-11-05T10:00:00Z', { user_id: 'late' }),
      event('2026-09-05T10:00:00Z', { path: '/late' }),
    ]);
    await fillOnce();
    await site.expectExact();
    await site.roll();
    await site.expectExact();
    expect(await site.verify()).toEqual(noDifference);
  });

  it('has either the old or the new state if a step is interrupted', async () => {
    await asBefore();
    await fillOnce();
    const before = [await count(), await since()];
    const failing = claimSite(site.pool, siteId, async (client, claimed) => {
      await fillSegments(client, claimed, closedBefore);
      throw new Error('the process ends here');
    });
    await expect(failing).rejects.toThrow('the process ends here');
    expect([await count(), await since()]).toEqual(before);
    await site.roll();
    await site.expectExact();
  });

  it('gets none for times whose raw events were dropped', async () => {
    await asBefore();
    await site.sql(`insert into raw_horizon (since) values ('2026-10-01Z')`);
    await site.sql(`delete from events where timestamp < '2026-10-01Z'`);
    await site.roll();
    expect(await since()).toBe('-infinity');
    expect(await site.sql(`select 1 from segments where starts < '2026-10-01Z'`)).toEqual([]);
    await site.expectExact();
    expect(await site.verify('2026-10-01')).toEqual(noDifference);
  });
});

describe('a site that an earlier release has rolled meanwhile', () => {
  it('has no readable segments until they are rebuilt', async () => {
    await site.store([event('2026-11-05T10:00:00Z', { path: '/by-the-other' })]);
    await rollIntervalsByOther();
    expect(await sitesToRoll(site.pool, now)).toEqual([siteId]);
    expect((await site.verify()).differences).toEqual([]);
    await site.roll();
    await site.expectExact();
    expect(await site.verify()).toEqual(noDifference);
  });

  it('loses what that release erased, even in intervals without events left', async () => {
    await site.store([event('2026-10-05T10:00:00Z', { user_id: 'alone', properties: { owner: 'secret of alone' } })]);
    await site.roll();
    await eraseUser(site.pool, { siteId, userId: 'alone', dryRun: false });
    await site.sql('update site_rollups set segments_purge = false');
    await rollIntervalsByOther();
    await site.roll();
    await site.roll();
    await site.expectExact();
    expect(await site.verify()).toEqual(noDifference);
    await expectNothingOf(site.pool, siteId, ['alone']);
  });

  it("gets segments of intervals that had ended only by that release's clock", async () => {
    await site.store([event('2026-11-10T12:20:00Z', { path: '/ahead' })]);
    await claimSite(site.pool, siteId, (client, claimed) =>
      rollIntervals(client, claimed, new Date('2026-11-10T12:45:00Z'), 192),
    );
    await site.sql('delete from segments');
    await rollByOther();
    await site.roll();
    expect((await site.verify()).differences).toEqual([]);
    expect(await site.verify('2026-11-10T12:00:00Z', '2026-11-10T12:45:00Z')).toEqual(noDifference);
  });
});
