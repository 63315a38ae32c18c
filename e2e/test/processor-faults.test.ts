/** Processors that die or are stopped while they work, on each queue backend. */
import { queueBackends } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { spawnService } from '@millrace/shared/testing/spawn-service';
import { eventsStored, type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepSending, numberedEvent, post } from './send-events.js';

describe.each(queueBackends)('on %s', (backend) => {
  let stack: Stack;
  beforeEach(async () => {
    stack = await startStack({ backend });
  });
  afterEach(() => stack.stop());

  async function storedIds(): Promise<Set<string>> {
    const { rows } = await stack.database.pool.query<{ event_id: string }>('select event_id from events');
    expect(new Set(rows.map((row) => row.event_id)).size).toBe(rows.length);
    return new Set(rows.map((row) => row.event_id));
  }

  it('takes over the jobs of a processor that was killed during a batch', async () => {
    await post(`${stack.ingestionUrl}/event`, numberedEvent(0));
    await eventsStored(stack.database, 1);
    const blocker = await stack.database.pool.connect();
    await blocker.query('begin; lock table events in access exclusive mode');
    const batch = Array.from({ length: 2_000 }, (_, index) => numberedEvent(index));
    expect(await post(`${stack.ingestionUrl}/events`, batch)).toBe(200);
    await eventually(async () => {
      const { rowCount } = await stack.database.pool.query(
        `select 1 from pg_stat_activity where application_name = 'millrace-processor' and wait_event_type = 'Lock'`,
      );
      return rowCount === 1;
    }, 'the processor is in the middle of the batch');
    await stack.processors[0]!.end('SIGKILL');
    await blocker.query('rollback');
    blocker.release();
    await stack.database.pool.query('truncate events');
    stack.processors.push(await spawnService('processor', stack.env));
    await eventsStored(stack.database, 2_000);
    expect((await storedIds()).size).toBe(2_000);
  });

  it('loses and duplicates no event when processor and ingestion are stopped and replaced under load', async () => {
    const sent = keepSending(stack.ingestionUrl, 16, 10);
    for (let round = 0; round < 3; round += 1) {
      await eventually(async () => sent.accepted.size >= (round + 1) * 300, 'events are accepted');
      expect(await stack.processors.at(-1)!.end('SIGTERM')).toBe(0);
      stack.processors.push(await spawnService('processor', stack.env));
    }
    expect(await stack.ingestion.end('SIGTERM')).toBe(0);
    await sent.end();
    await eventsStored(stack.database, sent.accepted.size);
    const stored = await storedIds();
    expect([...sent.accepted].filter((id) => !stored.has(id))).toEqual([]);
    // 503 while it stopped, no response once it was gone, and nothing else.
    expect([...sent.statuses.keys()].filter((status) => ![0, 200, 503].includes(status))).toEqual([]);
  });
});
