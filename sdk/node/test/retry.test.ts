import { eventually } from '@millrace/shared/testing/eventually';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMillrace, type MillraceOptions, type Problem } from '../src/millrace.js';
import { type Collector, type CollectorAnswer, startCollector } from './collector.js';

let collector: Collector;
let problems: Problem[];
beforeEach(async () => {
  collector = await startCollector();
  problems = [];
});
afterEach(() => collector.close());

const create = (options: Partial<MillraceOptions> = {}) =>
  createMillrace({
    url: collector.url,
    site: 'demo',
    random: () => 1,
    onError: (problem) => problems.push(problem),
    ...options,
  });

const ids = (index: number) => collector.requests[index]?.body.events?.map(({ event_id: id }) => id);

describe('a request is retried with the same ids after', () => {
  const answers: [string, CollectorAnswer, string][] = [
    ['a lost response', 'lose', 'the server is unreachable: UND_ERR_SOCKET'],
    ['408', { status: 408 }, 'the server responded with 408'],
    ['429', { status: 429, body: { error: { message: 'Slower.' } } }, 'the server responded with 429: Slower.'],
    ['500', { status: 500 }, 'the server responded with 500'],
    ['503', { status: 503 }, 'the server responded with 503'],
    ['599', { status: 599 }, 'the server responded with 599'],
    [
      "a 200 that is not Millrace's",
      { status: 200, body: '<html>' },
      'the server responded with 200, which does not come from Millrace: check the option url',
    ],
    [
      'an impossible count',
      { status: 200, body: { status: 'ok', accepted: 7 } },
      'the server responded with 200, which does not come from Millrace: check the option url',
    ],
    [
      'a redirect, which would turn a POST into a GET',
      { status: 302, headers: { location: 'https://elsewhere.example/' } },
      'the server responded with 302 and a redirect to https://elsewhere.example/, which does not come from Millrace: check the option url',
    ],
  ];
  it.each(answers)('%s', async (_what, answer, why) => {
    collector.answers.push(answer);
    const client = create();
    client.track({ event_type: 'view' });
    client.track({ event_type: 'view' });
    await client.flush();
    expect(collector.requests).toHaveLength(2);
    expect(ids(1)).toEqual(ids(0));
    expect(problems.map(({ reason, count, lost }) => ({ reason, count, lost }))).toEqual([
      { reason: 'retrying', count: 0, lost: [] },
    ]);
    expect(problems[0]?.message).toContain(why);
    expect(problems[0]?.message).toMatch(/; retrying in 250 ms$/);
    expect(client.dropped).toBe(0);
  });

  it('a timeout', async () => {
    collector.answers.push('silence');
    const client = create({ timeoutMs: 200 });
    client.track({ event_type: 'view' });
    await client.flush();
    expect(ids(1)).toEqual(ids(0));
    expect(problems[0]?.message).toBe('the server is unreachable: no response within 200 ms; retrying in 250 ms');
  });

  it('a refused connection', async () => {
    await collector.close();
    const client = create();
    client.track({ event_type: 'view' });
    await eventually(async () => problems.length > 0, 'a try has failed');
    expect(problems[0]?.message).toContain('the server is unreachable: ECONNREFUSED');
    expect(await client.shutdown(0)).toEqual({ unsent: 1 });
    collector = await startCollector();
  });
});

it.each([400, 401, 403, 404, 405, 415, 422])(
  'drops and reports events refused with %i, and continues',
  async (status) => {
    collector.answers.push({ status, body: { error: { code: 'x', message: 'No.' } } });
    const client = create();
    client.track({ event_type: 'view', path: '/lost' });
    await client.flush();
    client.track({ event_type: 'view', path: '/next' });
    await client.flush();
    expect(problems).toEqual([
      {
        reason: 'refused',
        message: `the server responded with ${status}: No.`,
        count: 1,
        status,
        lost: [{ body: expect.objectContaining({ path: '/lost' }) }],
      },
    ]);
    expect(client.dropped).toBe(1);
    expect(collector.accepted.map(({ path }) => path)).toEqual(['/next']);
  },
);

it('waits for Retry-After whatever is tracked meanwhile, and sends that along', async () => {
  collector.answers.push({ status: 503, headers: { 'retry-after': '1' } });
  const client = create({ flushAt: 1 });
  client.track({ event_type: 'view', path: '/0' });
  await eventually(async () => problems.length === 1, 'the first try has failed');
  for (let number = 1; number < 10; number += 1) client.track({ event_type: 'view', path: `/${number}` });
  await client.flush();
  const [first, second] = collector.requests;
  expect(collector.requests).toHaveLength(2);
  expect(second!.atMs - first!.atMs).toBeGreaterThan(990);
  expect(second?.body.events?.map(({ path }) => path)).toEqual(Array.from({ length: 10 }, (_, number) => `/${number}`));
});

it('sends one request at a time, and keeps the order', async () => {
  let [running, most] = [0, 0];
  const client = create({
    flushAt: 10,
    async fetch(input, init) {
      running += 1;
      most = Math.max(most, running);
      const answer = await fetch(input, init);
      running -= 1;
      return answer;
    },
  });
  for (let number = 0; number < 500; number += 1) {
    client.track({ event_type: 'view', path: `/${number}` });
    if (number % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await client.flush();
  expect(most).toBe(1);
  expect(collector.accepted.map(({ path }) => path)).toEqual(Array.from({ length: 500 }, (_, number) => `/${number}`));
});

it('gives up on events after maxAgeMs, and reports them', async () => {
  let nowMs = Date.UTC(2025, 10, 14);
  const client = create({ now: () => nowMs, maxAgeMs: 3_600_000 });
  collector.answers.push({ status: 503 }, { status: 503 });
  client.track({ event_type: 'view', path: '/old' });
  const done = client.flush();
  await eventually(async () => problems.length === 1, 'the first try has failed');
  nowMs += 1_800_000;
  client.track({ event_type: 'view', path: '/young' });
  nowMs += 1_800_001;
  await done;
  await client.flush();
  expect(problems.filter(({ reason }) => reason !== 'retrying')).toEqual([
    {
      reason: 'expired',
      message: '1 events could not be delivered within 3600000 ms',
      count: 1,
      lost: [{ body: expect.objectContaining({ path: '/old' }) }],
    },
  ]);
  expect(collector.accepted.map(({ path }) => path)).toEqual(['/young']);
});
