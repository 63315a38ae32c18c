/** Queries whose snapshot is older than the engine's memory by the time they are answered. */
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import { insertEvents } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import { answerQuery } from '@millrace/reporting/query/answer-query';
import { readRaw } from '@millrace/reporting/query/read-raw';
import type { ResolvedQuery } from '@millrace/reporting/query/resolved-query';
import { inSnapshot } from '@millrace/reporting/reading/in-snapshot';
import { createSegmentEngine, type SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterEach, beforeEach, expect, it } from 'vitest';

const now = new Date('2026-11-10T12:07:00Z');
let database: TestDatabase;
let engine: SegmentEngine;
beforeEach(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-11']);
});
afterEach(async () => {
  await engine.pool.close();
  await database.drop();
});

let lastId = 0;
function store(timestamp: string, path: string, amount: unknown) {
  lastId += 1;
  const event_id = `0190a5b0-7c3d-7000-8000-${String(lastId).padStart(12, '0')}`;
  const event = { site_id: 'demo', timestamp, event_id, event_type: 'view', path, properties: { amount } };
  return insertEvents(database.pool, JSON.stringify([event]));
}
const roll = () => rollSite(database.pool, 'demo', { now });

const query: ResolvedQuery = {
  ...{ siteId: 'demo', timezone: 'UTC', limit: 100, offset: 0, totalRows: false, timeLabels: false },
  range: { from: new Date('2026-11-01T00:00:00Z'), to: new Date('2026-11-12T00:00:00Z') },
  metrics: ['events', 'sum:property:amount'],
  dimensions: ['path'],
  orderBy: [{ key: 'path', direction: 'asc' }],
};
/** Patterns are matched by Postgres, not by the engine. */
const notNew: ResolvedQuery = { ...query, filter: { op: 'matches_not', dimension: 'path', values: ['new'] } };

it.each([1, 2_000])('does not see values stored after its snapshot (tail from %d events on)', async (minTailEvents) => {
  engine = createSegmentEngine({ threads: 1, cacheMb: 8, minTailEvents }, silent);
  await store('2026-11-09T10:00:00Z', '/old', 1);
  await roll();
  await store('2026-11-10T10:00:00Z', '/new', 'ten');
  await inSnapshot(database.pool, async (older) => {
    const plain = [await readRaw(older, query), await readRaw(older, notNew)];
    await store('2026-11-10T09:00:00Z', '/newer', 7);
    await roll();
    await inSnapshot(database.pool, (client) => answerQuery(client, query, { engine }));
    for (const [at, resolved] of [query, notNew].entries()) {
      const { source, ...answer } = await answerQuery(older, resolved, { engine });
      expect(source).toBe('mixed');
      expect(answer).toEqual(plain[at]);
    }
    const old = { dimensions: ['/old'], metrics: [1, '1'] };
    expect(plain.map(({ rows }) => rows)).toEqual([[{ dimensions: ['/new'], metrics: [1, null] }, old], [old]]);
  });
});
