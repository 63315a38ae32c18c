/** Queries about a month whose events were dropped: totals come from rollups, anything else counts what is left, and says so. */
import type { AddressInfo } from 'node:net';
import { dropMonth } from '@millrace/processor/cleanup/drop-month';
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import { insertEvents } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import { answerQuery } from '@millrace/reporting/query/answer-query';
import type { ResolvedQuery } from '@millrace/reporting/query/resolved-query';
import { createGate } from '@millrace/reporting/reading/gate';
import { inSnapshot } from '@millrace/reporting/reading/in-snapshot';
import { funnelRoute } from '@millrace/reporting/routes/funnel-route';
import { journeysRoute } from '@millrace/reporting/routes/journeys-route';
import { returnsRoute } from '@millrace/reporting/routes/returns-route';
import { createSegmentEngine, type SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import { buildServiceApp } from '@millrace/shared/platform/http';
import type { Pool } from '@millrace/shared/platform/postgres';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { createTestDatabase, silent } from '@millrace/shared/testing/database';
import { expect, it } from 'vitest';

const now = new Date('2026-11-10T12:07:00Z');
const event = (number: number, timestamp: string, path: string) => ({
  site_id: 'demo',
  timestamp,
  event_id: `0190a5b0-7c3d-7000-8000-00000000000${number}`,
  event_type: 'view',
  path,
  user_id: 'ada',
});

/** Funnels, retention and journeys say so too when they are affected. */
async function saysSince(pool: Pool, engine: SegmentEngine, since: string): Promise<void> {
  const gate = createGate({ maxConcurrent: 2, maxWaiting: 10, maxWaitMs: 1_000, heavyEvents: 0 });
  const deps = { pool, gate, engine, clock: () => now };
  const app = buildServiceApp(
    { logger: silent, telemetry: createTelemetry(), health: {}, isClosing: () => false },
    (routes) => {
      routes.post('/funnel', funnelRoute(deps));
      routes.post('/retention', returnsRoute(deps));
      routes.post('/journeys', journeysRoute(deps));
    },
  );
  const server = app.listen(0);
  const { port } = server.address() as AddressInfo;
  const view = { filters: [['is', 'event_type', ['view']]] };
  const bodies = { funnel: { steps: [view, view], window: '1h' }, retention: { period: 'week' }, journeys: {} };
  for (const [route, body] of Object.entries(bodies)) {
    const ask = async (from: string) => {
      const sent = JSON.stringify({ site_id: 'demo', date_range: [from, '2026-11-09'], ...body });
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`http://127.0.0.1:${port}/${route}`, { method: 'POST', headers, body: sent });
      return ((await answer.json()) as { meta: { events_since?: string } }).meta.events_since;
    };
    expect([route, await ask('2026-09-01'), await ask('2026-10-01')]).toEqual([route, since, undefined]);
  }
  server.close();
}

it('has totals of a month whose events were dropped, paths only of later ones, and says from when on', async () => {
  const database = await createTestDatabase();
  const engine = createSegmentEngine({ threads: 1, cacheMb: 8 }, silent);
  await ensureMonths(database.pool, ['2026-09', '2026-10', '2026-11']);
  const events = [
    event(1, '2026-09-03T10:00:00Z', '/old'),
    event(2, '2026-09-04T10:00:00Z', '/old'),
    event(3, '2026-11-05T10:00:00Z', '/new'),
  ];
  await insertEvents(database.pool, JSON.stringify(events));
  await rollSite(database.pool, 'demo', { now });
  await database.pool.query('delete from aggregation_marks');
  const topPaths = (from: string): ResolvedQuery => ({
    ...{ siteId: 'demo', timezone: 'UTC', metrics: ['views', 'visitors'], dimensions: ['path'] },
    range: { from: new Date(from), to: new Date('2026-11-10T00:00:00Z') },
    orderBy: [{ key: 'views', direction: 'desc' }],
    ...{ limit: 10, offset: 0, totalRows: false, timeLabels: false },
  });
  const ask = (query: ResolvedQuery) => inSnapshot(database.pool, (client) => answerQuery(client, query, { engine }));
  expect(await dropMonth(database.pool, '2026-09', '2026-10')).toBeUndefined();
  const whole = topPaths('2026-09-01T00:00:00Z');
  expect(await ask({ ...whole, dimensions: [], orderBy: [] })).toEqual({
    ...{ source: 'rollup', rows: [{ dimensions: [], metrics: [3, 1] }] },
  });
  const left = [{ dimensions: ['/new'], metrics: [1, 1] }];
  const eventsSince = new Date('2026-10-01T00:00:00Z');
  expect(await ask(whole)).toEqual({ source: 'segments', rows: left, eventsSince });
  const byVisits = { ...whole, metrics: ['visits' as const], orderBy: [] };
  expect(await ask(byVisits)).toMatchObject({ rows: [{ dimensions: ['/new'], metrics: [1] }], eventsSince });
  expect(await inSnapshot(database.pool, (client) => answerQuery(client, whole))).toEqual({
    ...{ source: 'raw', rows: left, eventsSince },
  });
  expect(await ask(topPaths('2026-10-01T00:00:00Z'))).toEqual({ source: 'segments', rows: left });
  await saysSince(database.pool, engine, eventsSince.toISOString());
  await engine.pool.close();
  await database.drop();
});
