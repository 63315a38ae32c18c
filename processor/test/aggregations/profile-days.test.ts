import type { PoolClient } from '@millrace/shared/platform/postgres';
import { expect, it } from 'vitest';
import { claimAggregation } from '../../src/aggregations/claim-aggregation.js';
import type { Period } from '../../src/aggregations/periods.js';
import { profilePerformance } from '../../src/aggregations/profile-performance.js';
import { addSite, database, now, query, roll, store, useEmptyDatabase } from './aggregated-site.js';
import { uuidOf } from './random-events.js';

useEmptyDatabase();

const days = ['2026-11-05', '2026-11-06', '2026-11-07', '2026-11-08'];
const periods = days.map((start): Period => {
  const from = new Date(`${start}T00:00:00Z`);
  return { type: 'day', start, from, to: new Date(from.getTime() + 86_400_000) };
});

/** Returns how many days each statement computed. */
async function compute(eventsAtOnce: number): Promise<number[]> {
  const given: number[] = [];
  await claimAggregation(database.pool, 'demo', { now }, (site) => {
    const query = (text: string, values: unknown[][]) => {
      if (text.includes('processor.profilePerformance')) given.push(values[2]!.length);
      return site.client.query(text, values);
    };
    return profilePerformance(
      { ...site, client: { query } as unknown as PoolClient },
      periods,
      undefined,
      eventsAtOnce,
    );
  });
  return given;
}

it('are computed together as long as they have few events', async () => {
  await addSite('UTC');
  await store(
    [1, 2, 5, 1].flatMap((views, day) =>
      Array.from({ length: views }, (_, at) => ({
        ...{ site_id: 'demo', event_id: uuidOf(`${day} ${at}`), timestamp: `${days[day]}T10:00:0${at}Z` },
        ...{ event_type: 'view', path: '/', profile_id: 'banner' },
      })),
    ),
  );
  await roll();
  const expected = [1, 2, 5, 1].map((views, day) => ({ day: days[day], views }));
  for (const [eventsAtOnce, statements] of [
    [100, [4]],
    [3, [2, 1, 1]],
    [1, [1, 1, 1, 1]],
  ] as const) {
    await query('delete from profile_performance');
    expect(await compute(eventsAtOnce)).toEqual(statements);
    expect(await query('select day::text, views::int from profile_performance order by day')).toEqual(expected);
  }
});
