/** Questions whose snapshot is older than what the engine has in memory by the time that they are answered. */
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import { insertEvents } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import { answerQuery } from '@millrace/reporting/query/answer-query';
import { inSnapshot } from '@millrace/reporting/query/in-snapshot';
import { readRaw } from '@millrace/reporting/query/read-raw';
import type { ResolvedQuery } from '@millrace/reporting/query/resolved-query';
import { createSegmentEngine, type SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterEach, beforeEach, expect, it } from 'vitest';

const now = new Date('2026-11-10T12:07:00Z');
const ids = ['0190a5b0-7c3d-7000-8000-000000000001', '0190a5b0-7c3d-7000-8000-000000000002'];

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

const store = (event_id: string, timestamp: string, path: string) =>
  insertEvents(
    database.pool,
    JSON.stringify([{ site_id: 'demo', timestamp, event_id, event_type: 'view', path, user_id: 'a' }]),
  );
const roll = () => rollSite(database.pool, 'demo', { now });

/** Patterns are matched by Postgres. */
const question: ResolvedQuery = {
  ...{ siteId: 'demo', timezone: 'UTC', limit: 100, offset: 0, totalRows: false, timeLabels: false },
  range: { from: new Date('2026-11-01T00:00:00Z'), to: new Date('2026-11-12T00:00:00Z') },
  metrics: ['events'],
  dimensions: ['path', 'event_type'],
  filter: { op: 'matches_not', dimension: 'path', values: ['new'] },
  orderBy: [{ key: 'path', direction: 'asc' }],
};

it.each([1, 2_000])('knows no value that was stored later (tail from %d events on)', async (leastTail) => {
  engine = createSegmentEngine({ threads: 1, cacheMb: 8, leastTail }, silent);
  await store(ids[0]!, '2026-11-09T10:00:00Z', '/old');
  await roll();
  await store(ids[1]!, '2026-11-10T10:00:00Z', '/new');
  await inSnapshot(database.pool, async (older) => {
    const plain = await readRaw(older, question);
    await roll();
    await inSnapshot(database.pool, (client) => answerQuery(client, question, { engine }));
    const { source, ...answer } = await answerQuery(older, question, { engine });
    expect(source).toBe('mixed');
    expect(answer).toEqual(plain);
    expect(answer.rows).toEqual([{ dimensions: ['/old', 'view'], metrics: [1] }]);
  });
});
