/** Concurrent queries about today while events are stored, rolled and erased are answered like plain SQL in the same snapshot. */
import { insertEvents } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import { answerQuery } from '@millrace/reporting/query/answer-query';
import { readRaw } from '@millrace/reporting/query/read-raw';
import type { ResolvedQuery } from '@millrace/reporting/query/resolved-query';
import { inSnapshot } from '@millrace/reporting/reading/in-snapshot';
import { createRandom } from '@millrace/shared/testing/create-random';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomEvents } from './random-events.js';
import { createHistory, type History } from './random-history.js';
import { randomQuery } from './random-queries.js';
import { type SegmentSite, startSegmentSite } from './segment-site.js';

const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
const random = createRandom(seed);
const hour = 3_600_000;
const start = new Date('2026-11-10T12:07:00Z');
const weights = { store: 20, begin: 4, commit: 6, foreign: 2, numbers: 1, 'whole roll': 2, minutes: 2, erase: 1 };

let site: SegmentSite;
let history: History;
beforeAll(async () => {
  site = await startSegmentSite({
    ...{ start, hostnames: [], sessionMinutes: 30, timezone: 'UTC' },
    engine: { threads: 2, cacheMb: 8, minTailEvents: 1 },
  });
  const { pool } = site.database;
  history = createHistory(random, { pool, siteId: site.siteId, start }, weights);
});
afterAll(() => site.stop());

/** Its range usually ends in the open interval or later. */
function queryOfToday(): ResolvedQuery {
  const now = history.now();
  return randomQuery(random, random() < 0.3 ? now : new Date(now.getTime() + random.below(25) * hour));
}

/** Some hold their snapshot for a while before they read the tail. */
async function compare(query: ResolvedQuery, isSlow: boolean): Promise<void> {
  const [ours, plain] = await inSnapshot(site.database.pool, async (client) => {
    if (isSlow) await client.query('select pg_sleep(0.02) from sites');
    return [await answerQuery(client, query, { engine: site.engine }), await readRaw(client, query)] as const;
  });
  const { source: _ours, ...answer } = ours;
  expect(answer, `seed ${seed}, ${JSON.stringify(query)}`).toEqual(plain);
}
const compareSome = (count: number) =>
  Promise.all(Array.from({ length: count }, () => compare(queryOfToday(), random() < 0.3)));

it('answers like plain SQL whatever happens between and during its queries', async () => {
  await insertEvents(site.database.pool, JSON.stringify(randomEvents(random, 300, start)));
  await rollSite(site.database.pool, site.siteId, { now: new Date(start.getTime() - hour) });
  for (let step = 0; step < 80; step += 1) {
    const compared = compareSome(1 + random.below(4));
    await Promise.all([history.step(), compared]);
    await compareSome(2);
  }
  await history.end();
  await compareSome(1);
  expect(site.engine.memory.tail('demo')!.intervals.size).toBeGreaterThan(0);
});
