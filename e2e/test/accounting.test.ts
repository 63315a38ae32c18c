/** The accounting of every event in the pipeline: retries, rejections, poison, dying processes, and replayed dead letters. */

import { createKey } from '@millrace/shared/access/keys';
import { eventJob } from '@millrace/shared/contract/event-job';
import { eventIngest } from '@millrace/shared/contract/jobs';
import { openQueue, type QueueHandle } from '@millrace/shared/queue/queue';
import { queueBackends, silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { spawnService } from '@millrace/shared/testing/spawn-service';
import { eventsStored, type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventId, numberedEvent, post } from './send-events.js';

interface Outcomes {
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
  dead_lettered: number;
  in_flight: number;
}
const nothing: Outcomes = { received: 0, stored: 0, duplicate: 0, rejected: 0, dead_lettered: 0, in_flight: 0 };

describe.each(queueBackends)('on %s', (backend) => {
  let stack: Stack;
  beforeEach(async () => {
    stack = await startStack({ backend });
  });
  afterEach(() => stack.stop());

  const send = (events: unknown[], url = stack.ingestionUrl) => post(`${url}/events`, events);
  const some = (from: number, to: number) =>
    Array.from({ length: to - from }, (_each, index) => numberedEvent(from + index));
  async function openEvents(): Promise<QueueHandle> {
    const url = backend === 'redis' ? process.env.TEST_REDIS_URL! : stack.databaseUrl;
    const handle = openQueue(eventIngest.queue, { kind: backend, url, prefix: stack.env.QUEUE_PREFIX! }, silent);
    await handle.queue.waitUntilReady();
    return handle;
  }
  /** An event that passes ingestion but that Postgres refuses. */
  const poison = (number: number) => ({ ...numberedEvent(number), timestamp: '1999-12-31T23:59:59Z' });

  async function totals(): Promise<Outcomes> {
    const answer = await fetch(`${stack.reportingUrl}/api/v1/accounting`);
    const { hours, totals } = (await answer.json()) as { hours: Outcomes[]; totals: Outcomes };
    for (const { received, stored, duplicate, rejected, dead_lettered, in_flight } of hours) {
      expect(Math.min(stored, duplicate, rejected, dead_lettered, in_flight)).toBeGreaterThanOrEqual(0);
      expect(received).toBe(stored + duplicate + rejected + dead_lettered + in_flight);
    }
    return totals;
  }
  const totalsAre = async (expected: Partial<Outcomes>) => {
    const all = { ...nothing, ...expected };
    let last: unknown;
    const reached = async () => {
      last = await totals();
      return JSON.stringify(last) === JSON.stringify(all);
    };
    await eventually(reached, `the account is ${JSON.stringify(all)}`, 30_000).catch(() => expect(last).toEqual(all));
  };

  /** Blocks processors during their writes until it is released. */
  async function blockWrites(): Promise<() => Promise<void>> {
    const blocker = await stack.database.pool.connect();
    await blocker.query('begin; lock table accounted_jobs in access exclusive mode');
    return async () => {
      await blocker.query('rollback');
      blocker.release();
    };
  }
  const processorWaits = () =>
    eventually(async () => {
      const { rowCount } = await stack.database.pool.query(
        `select 1 from pg_stat_activity where application_name = 'millrace-processor' and wait_event_type = 'Lock'
          and query like '%insertEvents%'`,
      );
      return (rowCount ?? 0) > 0;
    }, 'the processor is in the middle of its write');

  it('gives every event exactly one outcome: retries, rejections, broken bodies, poison, a repeated job', async () => {
    expect(await send(some(0, 100))).toBe(200);
    expect(await send(some(50, 120))).toBe(200);
    expect(await send([...some(120, 125), { site_id: 'a' }, 7, null])).toBe(200);
    expect(await send([{ site_id: 'a' }])).toBe(400);
    expect(await post(`${stack.ingestionUrl}/event`, 'no object')).toBe(400);
    await totalsAre({ received: 180, stored: 125, duplicate: 50, rejected: 5 });
    const handle = await openEvents();
    const bad = [...some(125, 130), poison(130)].map((event) =>
      JSON.stringify({ ...event, event_id: eventId(Number.parseInt(event.event_id.slice(-12), 10)) }),
    );
    for (let times = 0; times < 2; times += 1) {
      await handle.queue.add(eventIngest.name, eventJob(`[${bad.join(',')}]`, bad.length), {
        ...eventIngest.options,
        jobId: 'twice',
      });
      await eventually(async () => (await handle.queue.getJob('twice')) === undefined, 'the job is done');
    }
    await handle.close();
    await totalsAre({ received: 186, stored: 130, duplicate: 50, rejected: 5, dead_lettered: 1 });
    const { rows } = await stack.database.pool.query('select count(*)::int as count from events');
    expect(rows).toEqual([{ count: 130 }]);
  });

  it('counts a job once when its processor was killed between storing the events and confirming the job', async () => {
    expect(await send(some(0, 1))).toBe(200);
    // The partition exists now.
    await eventsStored(stack.database, 1);
    const release = await blockWrites();
    expect(await send(some(0, 500))).toBe(200);
    await processorWaits();
    const [processor] = stack.processors;
    // It is frozen while Postgres completes its statement, and dies without receiving the result.
    processor!.child.kill('SIGSTOP');
    await release();
    await eventsStored(stack.database, 500);
    await processor!.end('SIGKILL');
    await totalsAre({ received: 501, stored: 500, duplicate: 1 });
    stack.processors.push(await spawnService('processor', stack.env));
    expect(await send(some(490, 510))).toBe(200);
    await eventsStored(stack.database, 510);
    await queueIsEmpty();
    await totalsAre({ received: 521, stored: 510, duplicate: 11 });
  });

  async function queueIsEmpty(): Promise<void> {
    const handle = await openEvents();
    await eventually(async () => {
      const counts = await handle.queue.getJobCounts('waiting', 'active', 'delayed');
      return Object.values(counts).every((count) => count === 0);
    }, 'the queue is empty');
    await handle.close();
  }

  it('counts what a killed ingestion process accepted, what is queued meanwhile, and the work of several processes', async () => {
    expect(await stack.processors[0]!.end('SIGTERM')).toBe(0);
    const second = await spawnService('ingestion', stack.env);
    await eventually(async () => (await fetch(`${second.url}/health/ready`)).ok, 'the second ingestion is ready');
    expect(await send(some(0, 30))).toBe(200);
    await totalsAre({ received: 30, in_flight: 30 });
    expect(await send(some(30, 100), second.url)).toBe(200);
    await second.end('SIGKILL');
    const waiting = await totals();
    expect([30, 100]).toContain(waiting.in_flight);
    stack.processors.push(await spawnService('processor', stack.env), await spawnService('processor', stack.env));
    await totalsAre({ received: 100, stored: 100 });
  });

  it('counts a replayed dead letter as received again', async () => {
    const handle = await openEvents();
    await handle.queue.add(eventIngest.name, eventJob(JSON.stringify([numberedEvent(1), poison(2)]), 2), {
      ...eventIngest.options,
      jobId: 'bad',
    });
    await handle.close();
    await totalsAre({ received: 2, stored: 1, dead_lettered: 1 });
    const scheduler = await spawnService('scheduler', stack.env);
    try {
      const { rows } = await stack.database.pool.query<{ id: string; payload: string }>(
        'select id, payload from dead_letter_events',
      );
      const { id, payload } = rows[0]!;
      const { key } = await createKey(stack.database.pool, { name: 'tester', scopes: ['admin'] });
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
      const json = { method: 'PATCH', headers };
      const fixed = { ...JSON.parse(payload), timestamp: '2025-11-14T00:00:00Z' };
      const edited = await fetch(`${scheduler.url}/api/v1/dead-letters/${id}`, {
        ...json,
        body: JSON.stringify({ payload: fixed }),
      });
      expect(await edited.text()).toContain(id);
      const replayed = await fetch(`${scheduler.url}/api/v1/dead-letters/${id}/replay`, {
        ...json,
        method: 'POST',
        body: '{}',
      });
      expect(replayed.status).toBeLessThan(300);
      await totalsAre({ received: 3, stored: 2, dead_lettered: 1 });
    } finally {
      await scheduler.end();
    }
  });
});
