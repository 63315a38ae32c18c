import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from '@millrace/shared/testing/eventually';
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
  createMillrace({
    url: collector.url,
    site: 'demo',
    flushIntervalMs: 600_000,
    onError: (problem) => problems.push(problem),
    ...options,
  });

it('sends at flushAt events, before the interval', async () => {
  const client = create({ flushAt: 3 });
  client.track({ event_type: 'view' });
  client.track({ event_type: 'view' });
  client.track({ event_type: 'view' });
  await eventually(async () => collector.accepted.length === 3, 'three events have come');
});

it('sends fewer events after the interval', async () => {
  const client = create({ flushIntervalMs: 50 });
  client.track({ event_type: 'view' });
  await eventually(async () => collector.accepted.length === 1, 'the event has come');
  client.track({ event_type: 'view' });
  await eventually(async () => collector.accepted.length === 2, 'the next one has come');
});

it('flushes what was tracked before, and resolves at once when there is nothing', async () => {
  const client = create();
  await client.flush();
  client.track({ event_type: 'view' });
  await client.flush();
  expect(collector.accepted).toHaveLength(1);
});

it('sends the rest at shutdown, and accepts nothing afterwards', async () => {
  const client = create();
  client.track({ event_type: 'view' });
  expect(await client.shutdown()).toEqual({ unsent: 0 });
  client.track({ event_type: 'late' });
  client.track({ event_type: 'later' });
  expect(problems.map(({ reason, message }) => ({ reason, message }))).toEqual(
    Array(2).fill({ reason: 'closed', message: 'the event was tracked after shutdown()' }),
  );
  expect({ sent: collector.accepted.length, dropped: client.dropped }).toEqual({ sent: 1, dropped: 2 });
  expect(await client.shutdown()).toEqual({ unsent: 0 });
});

it('returns the number of unsent events on timeout, and ends every pending flush', async () => {
  collector.answers.push('silence');
  const client = create();
  client.track({ event_type: 'view', path: '/a' });
  client.track({ event_type: 'view', path: '/b' });
  const flushed = client.flush();
  expect(await client.shutdown(100)).toEqual({ unsent: 2 });
  await flushed;
  expect(problems).toEqual([
    {
      reason: 'closed',
      message: '2 events were unsent at shutdown',
      count: 2,
      lost: ['/a', '/b'].map((path) => ({ body: expect.objectContaining({ path }) })),
    },
  ]);
  expect({ dropped: client.dropped, unsent: client.unsent }).toEqual({ dropped: 2, unsent: 0 });
});

it('cuts its own pauses short at shutdown', async () => {
  collector.answers.push({ status: 503 });
  // Simulates the delay after many failed attempts.
  const client = create({ random: () => -238 });
  client.track({ event_type: 'view' });
  void client.flush();
  await eventually(async () => problems.length === 1, 'the first try has failed');
  expect(problems[0]?.message).toContain('retrying in 60000 ms');
  expect(await client.shutdown(30_000)).toEqual({ unsent: 0 });
});

it('shuts down through await using', async () => {
  {
    await using client = create();
    client.track({ event_type: 'view' });
  }
  expect(collector.accepted).toHaveLength(1);
});

const run = (script: string) =>
  promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, COLLECTOR_URL: collector.url },
  });

const createIt = `import { createMillrace } from '@millrace/node';
  const client = createMillrace({ url: process.env.COLLECTOR_URL, site: 'demo', flushIntervalMs: 600000 });`;

it('does not keep the process alive', async () => {
  await run(`${createIt} client.track({ event_type: 'view' });`);
  expect(collector.accepted).toHaveLength(0);
});

it('keeps the process alive during a flush until the server is back', async () => {
  collector.answers.push({ status: 503 }, { status: 503, headers: { 'retry-after': '1' } });
  const { stdout } = await run(`${createIt} client.track({ event_type: 'view' });
    await client.flush();
    process.stdout.write(\`unsent \${client.unsent}\`);`);
  expect(stdout).toBe('unsent 0');
  expect(collector.accepted).toHaveLength(1);
});

it('keeps the process alive at shutdown until the timeout', async () => {
  collector.answers.push(...Array(10).fill({ status: 503 }));
  const { stdout } = await run(`${createIt} client.track({ event_type: 'view' });
    process.stdout.write(JSON.stringify(await client.shutdown(1200)));`);
  expect(stdout).toBe('{"unsent":1}');
});

it('stays within its limits while the server is down, however much is tracked', async () => {
  const script = `import { createMillrace } from '@millrace/node';
    const reasons = {};
    const onError = ({ reason, count }) => { reasons[reason] = (reasons[reason] ?? 0) + count; };
    const client = createMillrace({ url: 'http://127.0.0.1:1', site: 'demo', maxQueueBytes: 4_000_000, onError });
    const properties = { text: 'x'.repeat(1_000) };
    for (let number = 0; number < 200_000; number += 1) {
      client.track({ event_type: 'view', properties });
      if (number % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const { unsent, dropped } = client;
    process.stdout.write(JSON.stringify({ full: reasons.queue_full, unsent, dropped, all: unsent + dropped }));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--max-old-space-size=32', '--input-type=module', '-e', script],
    { cwd: fileURLToPath(new URL('..', import.meta.url)) },
  );
  const { full, unsent, dropped, all } = JSON.parse(stdout);
  // 230 MB of JSON would not fit into this memory.
  expect({ all, full: full === dropped }).toEqual({ all: 200_000, full: true });
  expect(unsent).toBeGreaterThan(3_000);
  expect(unsent).toBeLessThan(4_000);
});
