import { type EventIngestData, unpackEvents } from '@millrace/shared/contract/event-job';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { expect, it } from 'vitest';
import { createEventQueue } from '../src/enqueue-events.js';

const text = Array(200)
  .fill('{"site_id":"demo","event_type":"view","path":"/a/page/of/the/site","user_id":"ada"}')
  .join(',');

async function jobOf(waitingJobs: number): Promise<EventIngestData> {
  const added: EventIngestData[] = [];
  const add = async (_id: string, data: EventIngestData) => void added.push(data);
  const gate = { state: 'open' as const, waitingJobs, add, check: async () => {}, close: () => {} };
  await createEventQueue(gate, createTelemetry()).enqueue({ text, count: 200, hasContext: false });
  return added[0]!;
}

it('does not compress jobs while processors keep up', async () => {
  expect(await jobOf(10)).toEqual({ v: 1, count: 200, events: `[${text}]` });
});

it('compresses jobs while many are waiting, to save memory of the queue', async () => {
  const job = await jobOf(11);
  expect(job).toMatchObject({ v: 2, count: 200, encoding: 'br' });
  expect(job.events.length).toBeLessThan(text.length / 4);
  expect(await unpackEvents(job)).toEqual({ events: `[${text}]`, hasContext: false });
});
