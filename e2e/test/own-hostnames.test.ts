/** Referrers on the site's own hosts count as direct once the site lists them. */
import { addJob } from '@millrace/shared/queue/add-job';
import { openQueue, type QueueHandle } from '@millrace/shared/queue/queue';
import { silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { eventsStored, type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const rollQueue = 'site-aggregation';
const dayMs = 86_400_000;
let stack: Stack;
let queue: QueueHandle;

beforeAll(async () => {
  // A cached answer would not reflect later rolls.
  stack = await startStack({ env: { CACHE_MB: '0' } });
  queue = openQueue(rollQueue, { kind: 'postgres', url: stack.databaseUrl, prefix: 'millrace' }, silent);
  await queue.queue.waitUntilReady();
  const views = [20, 3, 0].flatMap((daysAgo) =>
    ['https://shop.example/', 'https://www.Shop.example:443/x', 'https://ref.example/', undefined].map((referrer) => ({
      ...{ site_id: 'demo', event_type: 'view', path: '/', user_id: 'ada', referrer },
      timestamp: new Date(Date.now() - daysAgo * dayMs - 1_800_000).toISOString(),
    })),
  );
  expect(await ask(`${stack.ingestionUrl}/events`, 'POST', views)).toMatchObject({ accepted: 12 });
  await eventsStored(stack.database, 12);
});
afterAll(async () => {
  await queue.close();
  await stack.stop();
});

async function ask(url: string, method: string, body: unknown): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  return (await response.json()) as Record<string, unknown>;
}

async function query(more: object): Promise<{ rows: unknown[]; source: string }> {
  const body = { site_id: 'demo', metrics: ['events'], date_range: '30d', ...more };
  const answer = await ask(`${stack.reportingUrl}/api/v1/query`, 'POST', body);
  const { results, meta } = answer as { results: { dimensions: string[]; metrics: number[] }[]; meta: never };
  const { source } = meta as { source: string };
  return { rows: results.map(({ dimensions, metrics }) => [...dimensions, ...metrics]), source };
}

const byReferrer = (more: object = {}) =>
  query({
    dimensions: ['referrer'],
    order_by: [
      ['events', 'desc'],
      ['referrer', 'asc'],
    ],
    ...more,
  });
const setHosts = (...hostnames: string[]) => ask(`${stack.reportingUrl}/api/v1/sites/demo`, 'PATCH', { hostnames });

let jobs = 0;
async function startRoll(): Promise<string> {
  jobs += 1;
  const jobId = `roll-${jobs}`;
  await addJob(queue.queue, 'roll', { site_id: 'demo' }, { jobId });
  return jobId;
}
/** A roll is skipped while another one of the same site is running. */
async function roll(): Promise<void> {
  let jobId = await startRoll();
  await eventually(async () => {
    const job = await queue.queue.getJob(jobId);
    if (!job?.finishedOn) return false;
    if (job.returnvalue && !('skipped' in job.returnvalue)) return true;
    jobId = await startRoll();
    return false;
  }, 'the site is rolled');
}

const foreign = [
  ['shop.example', 6],
  ['direct', 3],
  ['ref.example', 3],
];
const own = [
  ['direct', 9],
  ['ref.example', 3],
];

/** The same figures from rollups, from raw events, as a filter, with another dimension, and as a funnel step. */
async function expectEverywhere(rows: unknown[][], direct: number): Promise<void> {
  expect((await byReferrer()).rows).toEqual(rows);
  expect((await byReferrer({ filters: ['is', 'path', ['/']] })).rows).toEqual(rows);
  const filters = ['is', 'referrer', ['direct']];
  expect((await query({ filters })).rows).toEqual([[direct]]);
  expect((await query({ filters, dimensions: ['path'] })).rows).toEqual([['/', direct]]);
  expect((await query({ filters: ['is_not', 'referrer', ['direct']] })).rows).toEqual([[12 - direct]]);
  const isShop = { filters: [['is', 'referrer', ['shop.example']]] };
  const funnel = { site_id: 'demo', date_range: '30d', steps: [isShop, isShop], window: '30d' };
  const { steps } = await ask(`${stack.reportingUrl}/api/v1/funnel`, 'POST', funnel);
  expect((steps as { users: number }[]).map(({ users }) => users)).toEqual(direct === 9 ? [0, 0] : [1, 1]);
}

describe('a referrer on a hostname of the site', () => {
  it('is a source until it is set as a hostname of the site, and direct from then on, before any roll', async () => {
    await expectEverywhere(foreign, 3);
    expect(await setHosts('https://WWW.shop.example/')).toMatchObject({ hostnames: ['shop.example'] });
    await expectEverywhere(own, 9);
  });

  it('is direct in rollups too', async () => {
    await roll();
    expect((await byReferrer()).source).not.toBe('raw');
    await expectEverywhere(own, 9);
  });

  it('follows a change at once, and in rollups with their next roll', async () => {
    await setHosts();
    expect((await byReferrer()).source).toBe('segments');
    await expectEverywhere(foreign, 3);
    await roll();
    expect((await byReferrer()).source).not.toBe('raw');
    await expectEverywhere(foreign, 3);
  });

  it('follows the latest change while rolls run', async () => {
    let last = '';
    for (let round = 0; round < 10; round += 1) {
      last = await startRoll();
      await setHosts(...(round % 2 === 0 ? ['shop.example'] : []));
      for (let time = 0; time < 3; time += 1) {
        expect((await byReferrer()).rows).toEqual(round % 2 === 0 ? own : foreign);
      }
    }
    await eventually(async () => (await queue.queue.getJobState(last)) === 'completed', 'the last roll is over');
    await roll();
    expect((await byReferrer()).source).not.toBe('raw');
    await expectEverywhere(foreign, 3);
  });
});
