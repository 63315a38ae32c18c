/** Answers whose values would not fit in memory. */
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addJune, type ExportStack, startExportStack } from './export-stack.js';

const refused =
  'date_range has more than 32 MB of rows for this query; request a shorter range, fewer rows or shorter values';
const june = '2026-06-01,2026-06-30';
let stack: ExportStack;
let service: SpawnedService;

/** 12,000 events with a stack trace of 4,000 characters each: 48 MB. */
async function storeStacks(): Promise<void> {
  await stack.database.pool.query(`insert into events (site_id, timestamp, event_id, event_type, path, properties)
    select 'errors', timestamptz '2026-06-01T00:00:00Z' + n * interval '1 second', gen_random_uuid(), 'error', '/',
      jsonb_build_object('stack', repeat(md5(n::text), 125)) from generate_series(1, 12000) as n`);
}

beforeAll(async () => {
  stack = await startExportStack();
  await addJune(stack.database);
  await stack.database.pool.query(`insert into sites (site_id) values ('errors')`);
  await storeStacks();
  service = await spawnService('reporting', { DATABASE_URL: stack.database.url, READ_AUTH: 'open' });
});
afterAll(async () => {
  await service?.end();
  await stack.stop();
});

async function ask(path: string, parameters: Record<string, string>) {
  const answer = await fetch(`${service.url}${path}?${new URLSearchParams(parameters)}`);
  const body = (await answer.json()) as { error?: { code: string; message: string }; results?: unknown[] };
  return { status: answer.status, error: body.error, rows: body.results?.length };
}

const expectRefusal = (answer: Awaited<ReturnType<typeof ask>>) => {
  expect([answer.status, answer.error?.code, answer.error?.message]).toEqual([400, 'invalid_request', refused]);
};

describe('answers from raw events with long values', () => {
  const stacks = { site_id: 'errors', date_range: june, dimensions: 'property:stack', metrics: 'events' };

  it('are refused by a dataset, which needs all its rows in memory for any page', async () => {
    expectRefusal(await ask('/api/v1/datasets/timeseries/rows', { ...stacks, page_size: '10' }));
  });

  it('are refused as a file before anything is sent', async () => {
    expectRefusal(await ask('/api/v1/datasets/timeseries/export.csv', stacks));
  });

  it('fail an export with the reason, while its worker keeps running', async () => {
    const worker = await stack.startWorker();
    const params = {
      site_id: 'errors',
      date_range: june.split(','),
      dimensions: ['property:stack'],
      metrics: ['events'],
    };
    const { id } = await stack.ask({ dataset: 'timeseries', params });
    expect(await stack.reached(id, 'failed')).toMatchObject({ error: refused });
    expect(worker.child.exitCode).toBe(null);
  });

  it('are refused by a query, which still answers with fewer rows', async () => {
    const page = (limit: number) => ({ ...stacks, pagination: JSON.stringify({ limit }) });
    expectRefusal(await ask('/api/v1/query', page(10_000)));
    expect(await ask('/api/v1/query', page(5_000))).toEqual({ status: 200, error: undefined, rows: 5_000 });
  });
});
