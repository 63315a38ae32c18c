/** While segments of old events are being built, newest first, queries use the ones that exist. */
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import { insertEvents } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import { answerQuery } from '@millrace/reporting/query/answer-query';
import { readRaw } from '@millrace/reporting/query/read-raw';
import type { ResolvedQuery } from '@millrace/reporting/query/resolved-query';
import { inSnapshot } from '@millrace/reporting/reading/in-snapshot';
import { createSegmentEngine } from '@millrace/reporting/segments/segment-engine';
import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, silent } from '@millrace/shared/testing/database';
import { expect, it } from 'vitest';
import { randomEvents } from './random-events.js';

const now = new Date('2026-11-10T12:07:00Z');
const query: ResolvedQuery = {
  ...{ siteId: 'demo', timezone: 'UTC', metrics: ['views', 'visitors', 'visits'], dimensions: ['path'] },
  range: { from: new Date('2026-09-20T00:05:00Z'), to: new Date('2026-11-08T00:00:00Z') },
  orderBy: [{ key: 'views', direction: 'desc' }],
  ...{ limit: 50, offset: 0, totalRows: true, timeLabels: false },
};

it('reads raw events that no segment has yet, and the rest from segments', async () => {
  const database = await createTestDatabase();
  const engine = createSegmentEngine({ threads: 1, cacheMb: 8 }, silent);
  await ensureMonths(database.pool, ['2026-09', '2026-10', '2026-11']);
  await insertEvents(database.pool, JSON.stringify(randomEvents(createRandom(7), 1_000, now)));
  await rollSite(database.pool, 'demo', { now });
  const sourceSince = async (since: string | null) => {
    await database.pool.query('update site_rollups set segments_since = $1', [since]);
    return inSnapshot(database.pool, async (client) => {
      const { source, ...answer } = await answerQuery(client, query, { engine });
      expect(answer).toEqual(await readRaw(client, query));
      return source;
    });
  };
  expect(await sourceSince(null)).toBe('raw');
  expect(await sourceSince('2026-11-10T12:00:00Z')).toBe('mixed');
  expect(await sourceSince('2026-10-15T08:15:00Z')).toBe('mixed');
  expect(await sourceSince('2026-09-01T00:00:00Z')).toBe('segments');
  expect(await sourceSince('-infinity')).toBe('segments');
  await engine.pool.close();
  await database.drop();
});
