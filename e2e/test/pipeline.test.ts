/** Events from HTTP to /stats on each queue backend: once each, all accounted for. */
import { queueBackends } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { eventsStored, type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numberedEvent, post } from './send-events.js';

describe.each(queueBackends)('on %s', (backend) => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ backend, processors: 2 });
  });
  afterAll(() => stack.stop());

  const stats = async (query: string) =>
    (await fetch(`${stack.reportingUrl}/stats?${query}`)).json() as Promise<Record<string, unknown>>;

  /** The sum of a counter over the given services, over all its labels. */
  async function total(name: string, urls: string[]): Promise<number> {
    const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
    const values = texts.flatMap((text) => [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)$`, 'gm'))]);
    return values.reduce((sum, [, value]) => sum + Number(value), 0);
  }

  it('stores an event once that is sent 50 times in parallel', async () => {
    const event = { ...numberedEvent(1), site_id: 'fifty' };
    const statuses = await Promise.all(Array.from({ length: 50 }, () => post(`${stack.ingestionUrl}/event`, event)));
    expect(statuses).toEqual(Array(50).fill(200));
    await eventually(async () => (await stats('site_id=fifty')).total_views === 1, 'the event is stored');
    await eventually(async () => {
      const seen = await Promise.all(
        ['stored', 'duplicate'].map((outcome) =>
          total(
            `millrace_processor_${outcome}_events_total`,
            stack.processors.map(({ url }) => url),
          ),
        ),
      );
      return seen[0] === 1 && seen[1] === 49;
    }, 'one is counted as stored and 49 as duplicates');
    expect(await stats('site_id=fifty')).toMatchObject({ total_views: 1, unique_users: 1 });
  });

  it('accounts for every event of a mixed run: received = rejected + queued, queued = stored + duplicate + dead-lettered', async () => {
    const good = Array.from({ length: 3_000 }, (_, index) => numberedEvent(index));
    const bad = [{ ...numberedEvent(1), site_id: '' }, { nothing: true }, 7];
    await Promise.all([
      post(`${stack.ingestionUrl}/events`, [...good.slice(0, 2_000), ...bad]),
      post(`${stack.ingestionUrl}/events`, good.slice(1_000)),
      post(`${stack.ingestionUrl}/event`, bad[0]),
      post(`${stack.ingestionUrl}/event`, 'no event'),
      ...good.slice(0, 100).map((event) => post(`${stack.ingestionUrl}/event`, event)),
    ]);
    await eventsStored(stack.database, 3_001);
    const processorUrls = stack.processors.map(({ url }) => url);
    const ingested = (name: string) => total(`millrace_ingestion_${name}_events_total`, [stack.ingestionUrl]);
    const [received, rejected, queued] = [
      await ingested('received'),
      await ingested('rejected'),
      await ingested('queued'),
    ];
    expect({ received, rejected, queued }).toEqual({ received: 50 + 4_105, rejected: 5, queued: 50 + 4_100 });
    await eventually(async () => {
      const names = ['stored', 'duplicate', 'dead_lettered'];
      const totals = await Promise.all(
        names.map((name) => total(`millrace_processor_${name}_events_total`, processorUrls)),
      );
      return totals.join() === [3_001, 1_149, 0].join();
    }, 'every queued event has one outcome');
  });

  it('counts stored events by day and for all time', async () => {
    expect(await stats('site_id=site-0&date=2025-11-14&limit=2')).toEqual({
      site_id: 'site-0',
      date: '2025-11-14',
      total_views: 1_000,
      unique_users: 50,
      top_paths: [
        { path: '/page/0', views: 100 },
        { path: '/page/1', views: 100 },
      ],
    });
  });
});
