/** A hundred concurrent queries while events arrive: each answer is exact as of some time during its query. */

import { eventsStored, type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { post } from './send-events.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

let sent = 0;
async function send(count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => ({
    site_id: 'busy',
    event_type: index % 4 === 0 ? 'click' : 'view',
    path: `/page/${index % 9}`,
    user_id: `user-${index % 40}`,
    timestamp: new Date(Date.now() - (index % 200) * 3_600_000).toISOString(),
  }));
  expect(await post(`${stack.ingestionUrl}/events`, events)).toBe(200);
  sent += count;
}

interface Answer {
  results: { dimensions: string[]; metrics: number[] }[];
}

async function ask(fields: object): Promise<Answer> {
  const answer = await fetch(`${stack.reportingUrl}/api/v1/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ site_id: 'busy', metrics: ['events', 'visitors'], date_range: '30d', ...fields }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Answer;
}

const queries = [
  {},
  { dimensions: ['path'] },
  { dimensions: ['time:day'], timezone: 'Asia/Kolkata' },
  { dimensions: ['event_type', 'path'] },
  { dimensions: ['path', 'referrer'] },
];

const stored = async () =>
  (await stack.database.pool.query<{ count: number }>('select count(*)::int as count from events')).rows[0]!.count;

it('answers 100 concurrent queries during ingestion', async () => {
  await send(2_000);
  await eventsStored(stack.database, 2_000);
  let arriving = true;
  const load = (async () => {
    while (arriving) await send(200);
  })();
  try {
    const before = await stored();
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => ask(queries[index % 5]!)));
    const after = await stored();
    for (const { results } of answers) {
      const events = results.reduce((sum, { metrics }) => sum + metrics[0]!, 0);
      expect(events).toBeGreaterThanOrEqual(before);
      expect(events).toBeLessThanOrEqual(after);
    }
  } finally {
    arriving = false;
    await load;
  }
  await eventsStored(stack.database, sent);
  const [row] = (await ask({})).results;
  expect(row).toEqual({ dimensions: [], metrics: [sent, 40] });
});
