/** Late events of a quiet site fall between those of segments that cover whole months. */
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import { insertEvents } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import type { Funnel } from '@millrace/reporting/funnel/funnel';
import { readFunnel } from '@millrace/reporting/funnel/read-funnel';
import { answerQuery } from '@millrace/reporting/query/answer-query';
import { readRaw } from '@millrace/reporting/query/read-raw';
import type { ResolvedQuery } from '@millrace/reporting/query/resolved-query';
import { inSnapshot } from '@millrace/reporting/reading/in-snapshot';
import { answerFunnel } from '@millrace/reporting/segments/answer-funnel';
import { createSegmentEngine, type SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';

const now = new Date('2026-11-10T12:07:00Z');
const range = { from: new Date('2026-09-01T00:00:00Z'), to: new Date('2026-11-01T00:00:00Z') };

let database: TestDatabase;
let engine: SegmentEngine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createSegmentEngine({ threads: 1, cacheMb: 8 }, silent);
  await ensureMonths(database.pool, ['2026-09', '2026-10', '2026-11']);
  const days = [...daysOf('2026-09', 30), ...daysOf('2026-10', 31)];
  await store([
    ...days.map((day) => event(`${day}T12:00:00Z`, '/', 'reader')),
    event('2026-09-20T10:00:00Z', '/signup', 'buyer'),
    event('2026-10-25T10:00:00Z', '/paid', 'buyer'),
    event('2026-10-25T10:10:00Z', '/thanks', 'buyer'),
  ]);
  await rollSite(database.pool, 'demo', { now });
  await store([event('2026-09-05T09:00:00Z', '/', 'late'), event('2026-10-03T09:00:00Z', '/', 'late')]);
});
afterAll(async () => {
  await engine.pool.close();
  await database.drop();
});

const daysOf = (month: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${month}-${String(at + 1).padStart(2, '0')}`);

let lastId = 0;
function event(timestamp: string, path: string, user_id: string) {
  lastId += 1;
  const event_id = `0190a5b0-7c3d-7000-8000-${String(lastId).padStart(12, '0')}`;
  return { site_id: 'demo', timestamp, event_id, event_type: 'view', path, user_id };
}
const store = (events: ReturnType<typeof event>[]) => insertEvents(database.pool, JSON.stringify(events));

const onPath = (path: string) => ({ op: 'is' as const, dimension: 'path' as const, values: [path] });

it('keeps funnel steps in order, however far apart late events are', async () => {
  const funnel: Funnel = {
    ...{ siteId: 'demo', range, windowMs: 60 * 86_400_000 },
    steps: ['/signup', '/paid', '/thanks'].map(onPath),
  };
  const { source, total } = await inSnapshot(database.pool, async (client) => {
    const answer = (await answerFunnel(client, engine, funnel, {}))!;
    expect(answer.total).toEqual((await readFunnel(client, funnel)).total);
    return answer;
  });
  expect(source).toBe('mixed');
  expect(total.users).toEqual([1, 1, 1]);
});

it('counts visits of months with late events', async () => {
  const query: ResolvedQuery = {
    ...{ siteId: 'demo', timezone: 'UTC', range, metrics: ['visits', 'bounce_rate', 'visit_duration'] },
    dimensions: ['path'],
    orderBy: [{ key: 'path', direction: 'asc' }],
    ...{ limit: 10, offset: 0, totalRows: false, timeLabels: false },
  };
  await inSnapshot(database.pool, async (client) => {
    const { source, ...answer } = await answerQuery(client, query, { engine });
    expect(source).toBe('mixed');
    expect(answer).toEqual(await readRaw(client, query));
  });
});
