import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMillrace, type MillraceOptions, type Problem } from '../src/millrace.js';
import { type Collector, startCollector } from './collector.js';

let collector: Collector;
let problems: Problem[];
beforeEach(async () => {
  collector = await startCollector();
  problems = [];
});
afterEach(() => collector.close());

const create = (options: Partial<MillraceOptions> = {}) =>
  createMillrace({ url: collector.url, site: 'demo', onError: (problem) => problems.push(problem), ...options });

it('drops events beyond maxQueueEvents, counts and reports them, and accepts more once there is room', async () => {
  const client = create({ maxQueueEvents: 3 });
  for (let number = 0; number < 5; number += 1) client.track({ event_type: 'view', path: `/${number}` });
  expect({ unsent: client.unsent, dropped: client.dropped }).toEqual({ unsent: 3, dropped: 2 });
  expect(problems.map(({ reason, message, lost }) => ({ reason, message, path: lost[0]?.body.path }))).toEqual([
    { reason: 'queue_full', message: 'the queue is full: 3 events are waiting', path: '/3' },
    { reason: 'queue_full', message: 'the queue is full: 3 events are waiting', path: '/4' },
  ]);
  await client.flush();
  client.track({ event_type: 'view', path: '/5' });
  await client.flush();
  expect(collector.accepted.map(({ path }) => path)).toEqual(['/0', '/1', '/2', '/5']);
});

it('drops events beyond maxQueueBytes, counted in UTF-8', async () => {
  const client = create({ maxQueueBytes: 1_000 });
  client.track({ event_type: 'view', properties: { text: 'ü'.repeat(300) } });
  client.track({ event_type: 'view', properties: { text: 'ü'.repeat(300) } });
  client.track({ event_type: 'view' });
  expect(problems.map(({ reason }) => reason)).toEqual(['queue_full']);
  await client.flush();
  expect(collector.accepted.map(({ properties }) => properties !== undefined)).toEqual([true, false]);
});

it('drops an event too large for any request', () => {
  const client = create({ maxQueueBytes: 50_000_000 });
  client.track({ event_type: 'view', properties: { text: 'x'.repeat(5_000_000) } });
  expect(problems.map(({ reason }) => reason)).toEqual(['too_large']);
});

it('sends at most 10,000 events and 5 MB at a time', async () => {
  const many = create({ maxQueueEvents: 25_000 });
  for (let count = 0; count < 25_000; count += 1) many.track({ event_type: 'view' });
  await many.flush();
  expect(collector.requests.map(({ body }) => body.events?.length)).toEqual([10_000, 10_000, 5_000]);
  collector.requests.length = 0;
  const large = create();
  for (let count = 0; count < 9; count += 1)
    large.track({ event_type: 'view', properties: { t: 'x'.repeat(1_200_000) } });
  await large.flush();
  expect(collector.requests.map(({ body }) => body.events?.length)).toEqual([4, 4, 1]);
});
