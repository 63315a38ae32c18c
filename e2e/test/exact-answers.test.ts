/** Random queries over HTTP always equal plain SQL over raw rows, whatever the state of the rollups. */

import { addJob } from '@millrace/shared/queue/add-job';
import { openQueue, type QueueHandle } from '@millrace/shared/queue/queue';
import { createRandom } from '@millrace/shared/testing/create-random';
import { silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { eventsStored, type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PlainRow, plainAnswer, type RandomQuery, randomEvent, randomQuery, sortRows } from './random-queries.js';
import { post } from './send-events.js';

const seed = Date.now() % 1_000_000;
const random = createRandom(seed);
const sites = ['utc-site', 'new-york-site'];
const rollQueue = 'site-aggregation';
/** More rolls than the queue's limit allows. */
const unlimited = { AGGREGATION_JOBS_PER_SECOND: '0' };

let stack: Stack;
let writer: SpawnedService;
let queue: QueueHandle;
let stored = 0;
const sent = new Set<string>();

beforeAll(async () => {
  stack = await startStack({ processors: 0 });
  writer = await spawnService('processor', stack.env, ['--queues', 'event-ingest']);
  queue = openQueue(rollQueue, { kind: 'postgres', url: stack.databaseUrl, prefix: 'millrace' }, silent);
  await queue.queue.waitUntilReady();
  await stack.database.pool.query(`insert into sites (site_id, timezone) values ('new-york-site', 'America/New_York')`);
});
afterAll(async () => {
  await queue.close();
  await writer.end();
  await stack.stop();
});

/** Sends `count` new events in random order; resolves when they are stored. */
async function send(count: number): Promise<void> {
  const events = Array.from({ length: count }, () => randomEvent(random, Date.now(), random.pick(sites)));
  for (let index = 0; index < count; index += 100) {
    expect(await post(`${stack.ingestionUrl}/events`, events.slice(index, index + 100))).toBe(200);
  }
  for (const event of events) sent.add(`${event.site_id} ${event.timestamp} ${event.event_id}`);
  stored = sent.size;
  await eventsStored(stack.database, stored);
}

/** Runs one roll of every site in a separate processor. */
async function roll(): Promise<void> {
  const roller = await spawnService('processor', { ...stack.env, ...unlimited }, ['--queues', rollQueue]);
  for (const site_id of sites) {
    const jobId = `r-${random.below(1e9)}`;
    await addJob(queue.queue, 'roll', { site_id }, { jobId });
    await eventually(async () => (await queue.queue.getJobState(jobId)) === 'completed', `${site_id} is rolled`);
  }
  await roller.end();
}

async function answer(query: RandomQuery): Promise<PlainRow[]> {
  const body = { ...query, pagination: { limit: 10_000 } };
  const response = await fetch(`${stack.reportingUrl}/api/v1/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`seed ${seed}: ${response.status} ${text} to ${JSON.stringify(body)}`);
  const { results } = JSON.parse(text) as { results: PlainRow[] };
  return sortRows(results);
}

/** Series have no gaps: buckets that plain SQL does not return must be zero. */
const withoutEmpty = (rows: PlainRow[]) => rows.filter(({ metrics }) => metrics.some((value) => value !== 0));

async function compare(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const query = randomQuery(random, Date.now(), random.pick(sites));
    const [ours, plain] = [await answer(query), await plainAnswer(stack.database.pool, query)];
    expect(withoutEmpty(ours), `seed ${seed}, ${JSON.stringify(query)}`).toEqual(withoutEmpty(plain));
  }
}

it('answers exactly before the first roll', async () => {
  await send(1_500);
  await compare(25);
});

it('answers exactly after a roll', async () => {
  await roll();
  await compare(40);
});

it('answers exactly while late events make rollups stale, and while only some are recomputed', async () => {
  await send(300);
  await compare(30);
  await roll();
  await send(50);
  await compare(30);
});

it("answers exactly after a site's time zone changes, before and after its days are recomputed", async () => {
  await stack.database.pool.query(`update sites set timezone = 'Asia/Kathmandu' where site_id = 'utc-site'`);
  await compare(25);
  await roll();
  await compare(30);
});

it('never misses or counts twice an event while events arrive and rolls run', async () => {
  const rollers = await Promise.all(
    [1, 2].map(() => spawnService('processor', { ...stack.env, ...unlimited }, ['--queues', rollQueue])),
  );
  let arriving = true;
  const load = (async () => {
    while (arriving) await send(30);
  })();
  const rolls = (async () => {
    while (arriving) {
      for (const site_id of sites) await addJob(queue.queue, 'roll', { site_id }, { jobId: `r-${random.below(1e9)}` });
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  })();
  try {
    for (let index = 0; index < 40; index += 1) {
      const query = { ...randomQuery(random, Date.now(), random.pick(sites)), dimensions: [] };
      const before = await plainAnswer(stack.database.pool, query);
      const [ours] = await answer(query);
      const after = await plainAnswer(stack.database.pool, query);
      for (const [at, value] of ours!.metrics.entries()) {
        expect(value, `seed ${seed}, ${JSON.stringify(query)}`).toBeGreaterThanOrEqual(before[0]!.metrics[at]!);
        expect(value, `seed ${seed}, ${JSON.stringify(query)}`).toBeLessThanOrEqual(after[0]!.metrics[at]!);
      }
    }
  } finally {
    arriving = false;
    await Promise.all([load, rolls]);
    await Promise.all(rollers.map((roller) => roller.end()));
  }
  await compare(25);
});
