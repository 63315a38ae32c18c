/** Jobs that did not come from ingestion: incomplete events become dead letters, none is lost. */
import { eventIngest } from '@millrace/shared/contract/jobs';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { openQueue } from '@millrace/shared/queue/queue';
import { createTestDatabase, queueBackends, silent, testQueue } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { expect, it } from 'vitest';
import { startWorkers } from '../src/workers.js';

const whole = (event_id = '0190a5b0-7c3d-7000-8000-000000000001') => ({
  site_id: 'demo',
  timestamp: '2025-11-14T10:00:00Z',
  event_id,
  event_type: 'view',
  path: '/',
});
const clocked = { ...whole(), client_time: '2025-11-14T09:00:00Z' };
const ruled = { ...whole(), path: '/a?b=c' };

/** Each event with one field null, and without that field. */
const incomplete = [whole(), clocked, ruled].flatMap((event) =>
  ['site_id', 'timestamp', 'event_id', 'event_type', 'path'].flatMap((field) => {
    const { [field as 'path']: _value, ...rest } = event;
    return [{ ...event, [field]: null }, rest];
  }),
);

it.each(queueBackends)(
  'are dead-lettered on %s, each with its reason, while complete events are stored',
  async (backend) => {
    const database = await createTestDatabase();
    const queue = testQueue(backend, database);
    const handle = openQueue(eventIngest.queue, queue, silent);
    const add = (jobId: string, events: object[]) =>
      handle.queue.add(
        'events',
        { v: 1, count: events.length, events: JSON.stringify(events) },
        { ...eventIngest.options, jobId },
      );
    await add('alone', [{ ...whole(), path: null }]);
    await add('mixed', [...incomplete, whole(crypto.randomUUID())]);
    const deps = { pool: database.pool, queue, telemetry: createTelemetry(), logger: silent };
    const workers = startWorkers([eventIngest.queue], undefined, deps);
    const rows = async (text: string) => (await database.pool.query(text)).rows;
    await eventually(
      async () => (await handle.queue.getJobCountByTypes('waiting', 'active')) === 0,
      'both jobs are done',
    );
    expect(await rows('select path from events')).toEqual([{ path: '/' }]);
    const letters = await rows('select job_id, reason, payload from dead_letter_events');
    // A value must not be null, or a null timestamp has no partition.
    for (const { reason } of letters) expect(reason).toMatch(/^23(502|514): /);
    const kept = (job: string) => letters.filter(({ job_id }) => job_id === job).map(({ payload }) => payload);
    expect(kept('alone')).toHaveLength(1);
    expect(kept('mixed').sort()).toEqual([...new Set(incomplete.map((event) => JSON.stringify(event)))].sort());
    expect(await rows('select 1 from event_duplicates')).toEqual([]);
    expect(await rows('select 1 from clocked_events')).toEqual([]);
    await Promise.all(workers.map((worker) => worker.close()));
    await handle.close();
    await database.drop();
  },
);
