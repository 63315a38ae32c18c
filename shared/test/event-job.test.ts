import { BrokenJobError, eventJob, packedEventJob, unpackEvents } from '@millrace/shared/contract/event-job';
import { checkJobData } from '@millrace/shared/contract/jobs';
import { describe, expect, it } from 'vitest';

const event = '{"site_id":"demo","event_type":"view","path":"/ünï 😀","timestamp":"2025-11-14T10:00:00Z"}';
const events = (count: number) => `[${Array(count).fill(event).join(',')}]`;

describe('a job of events', () => {
  it('has version 1 unless an event has a column that only version 2 supports', () => {
    expect(eventJob(events(1), 1)).toEqual({ v: 1, count: 1, events: events(1) });
    const known = '[{"site_id":"demo","country" : "DE"}]';
    expect(eventJob(known, 1)).toEqual({ v: 2, count: 1, events: known });
  });

  it('is compressed losslessly to less than a quarter if it is large', async () => {
    const small = await packedEventJob(events(10), 10, false);
    expect(small).toEqual({ v: 1, count: 10, events: events(10) });
    for (const hasContext of [false, true]) {
      const large = await packedEventJob(events(1_000), 1_000, hasContext);
      expect(large).toMatchObject({ v: 2, count: 1_000, encoding: 'br', context: hasContext });
      expect(large.events.length).toBeLessThan(events(1_000).length / 4);
      expect(await unpackEvents(large)).toEqual({ events: events(1_000), hasContext });
      expect(checkJobData('event-ingest', 'events', large).problem).toBeUndefined();
    }
  });

  it('cannot be unpacked if it is not Brotli, or would fill the memory', async () => {
    const broken = { v: 2, count: 1, events: 'AAAA', encoding: 'br' } as const;
    await expect(unpackEvents(broken)).rejects.toThrow(BrokenJobError);
    const bomb = await packedEventJob(' '.repeat(70_000_000), 1, false);
    await expect(unpackEvents(bomb)).rejects.toThrow(BrokenJobError);
  });
});
