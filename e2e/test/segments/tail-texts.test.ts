/** Texts of events in memory are never removed one by one. */
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import { insertEvents } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import { answerQuery } from '@millrace/reporting/query/answer-query';
import { readRaw } from '@millrace/reporting/query/read-raw';
import type { Dimension, ResolvedQuery } from '@millrace/reporting/query/resolved-query';
import { inSnapshot } from '@millrace/reporting/reading/in-snapshot';
import { createSegmentEngine, type SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import { codeOfText } from '@millrace/reporting/segments/tail-codes';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';

const now = new Date('2026-11-10T12:07:00Z');

let database: TestDatabase;
let engine: SegmentEngine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createSegmentEngine({ threads: 1, cacheMb: 64, minTailEvents: 1 }, silent);
  await ensureMonths(database.pool, ['2026-11']);
  await store(1, '2026-11-09T10:00:00Z');
  await rollSite(database.pool, 'demo', { now });
  await store(100, '2026-11-10T12:05:00Z');
});
afterAll(async () => {
  await engine.pool.close();
  await database.drop();
});

let lastId = 0;
async function store(count: number, timestamp: string): Promise<void> {
  const events = Array.from({ length: count }, () => {
    lastId += 1;
    const event_id = `0190a5b0-7c3d-7000-8000-${String(lastId).padStart(12, '0')}`;
    return { site_id: 'demo', timestamp, event_id, event_type: 'view', path: `/${lastId}`, user_id: `user-${lastId}` };
  });
  await insertEvents(database.pool, JSON.stringify(events));
}

async function ask(...dimensions: Dimension[]): Promise<void> {
  const query: ResolvedQuery = {
    ...{ siteId: 'demo', timezone: 'UTC', limit: 100, offset: 0, totalRows: true, timeLabels: false },
    range: { from: new Date('2026-11-10T00:00:00Z'), to: new Date('2026-11-12T00:00:00Z') },
    ...{ metrics: ['events', 'visitors'], dimensions, orderBy: [{ key: 'path', direction: 'asc' }] },
  };
  // Any write will do: memory is checked when the tail moves to a newer snapshot.
  await database.pool.query('select pg_current_xact_id()');
  await inSnapshot(database.pool, async (client) => {
    const { source, ...answer } = await answerQuery(client, query, { engine });
    expect(source).toBe('mixed');
    expect(answer).toEqual(await readRaw(client, query));
  });
}

const textsOf = (column: string) => engine.memory.tail('demo')!.texts.get(column)!;

it('reads the events again once most texts belong to events no longer in memory', async () => {
  await ask('path');
  const texts = textsOf('path');
  for (let at = 0; at < 90_000; at += 1) codeOfText(texts, `/gone/${at}`);
  await ask('path');
  expect(textsOf('path') === texts).toBe(true);
  for (let at = 90_000; at < 100_000; at += 1) codeOfText(texts, `/gone/${at}`);
  await ask('path');
  expect(engine.memory.tail('demo') === undefined).toBe(true);
  await ask('path');
  expect(textsOf('path').list).toHaveLength(100);
});

it('accounts for the memory of texts and further columns', async () => {
  await ask('path');
  const { size } = engine.memory;
  await ask('path', 'property:plan', 'property:kind', 'property:level');
  const withColumns = engine.memory.size;
  expect(withColumns - size).toBeGreaterThanOrEqual(2_400);
  for (let at = 0; at < 1_000; at += 1) codeOfText(textsOf('path'), `/more/${at}`);
  await ask('path');
  expect(engine.memory.size - withColumns).toBeGreaterThan(50_000);
});
