/** `POST /api/v1/query/batch` over real connections, answered from segments: lines as they become ready, and interruptions. */
import { rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import { insertEvents } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import { createGate, type Gate } from '@millrace/reporting/reading/gate';
import { batchRoute } from '@millrace/reporting/routes/batch-route';
import { queryRoute } from '@millrace/reporting/routes/query-route';
import { createSegmentEngine, type SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import { createThreadPool } from '@millrace/reporting/segments/thread-pool';
import { buildServiceApp, createHttpServer } from '@millrace/shared/platform/http';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { randomEvents } from './random-events.js';

const now = new Date('2026-11-10T12:07:00Z');
const lines = 'application/x-ndjson';

let database: TestDatabase;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-09', '2026-10', '2026-11']);
  const events = randomEvents(createRandom(7), 600, now);
  await insertEvents(database.pool, JSON.stringify(events));
  await rollSite(database.pool, 'demo', { now });
});
afterAll(() => database.drop());

let gate: Gate;
let url: string;
beforeEach(async () => {
  gate = createGate({ maxConcurrent: 1, maxWaiting: 5, maxWaitMs: 10_000 });
  url = await serve(createSegmentEngine({ threads: 2, cacheMb: 8 }, silent));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serve(engine: SegmentEngine): Promise<string> {
  const service = { logger: silent, telemetry: createTelemetry(), health: {}, isClosing: () => false };
  const deps = { pool: database.pool, gate, engine, logger: silent, clock: () => now };
  const app = buildServiceApp(service, (routes) => {
    routes.post('/api/v1/query', queryRoute(deps));
    routes.post('/api/v1/query/batch', batchRoute(deps));
  });
  const server: Server = createHttpServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => engine.pool.close());
  closing.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/query`;
}

const common = { site_id: 'demo', date_range: ['2026-10-15', '2026-11-09'], filters: [['is', 'event_type', ['view']]] };
const panel = (dimension: string, more: object = {}) => ({
  metrics: ['views', 'visitors'],
  dimensions: [dimension],
  limit: 5,
  ...more,
});
/** Only raw events can answer it. */
const fromEvents = { id: 'sessions', metrics: ['events'], filters: [['is_set', 'session_id']] };
/** Answered from rollups, after all panels. */
const fromRollups = { id: 'totals', metrics: ['events'] };
const batch = (...queries: object[]) => ({ ...common, queries });

function post(body: object, accept: string, address = `${url}/batch`): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', accept };
    httpRequest(address, { method: 'POST', headers }, resolve).on('error', reject).end(JSON.stringify(body));
  });
}

async function json(response: IncomingMessage) {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode, body: JSON.parse(text) };
}

interface Line {
  index?: number;
  id?: string;
  results?: { dimensions: unknown[]; metrics: number[] }[];
  query?: object;
  meta?: { source?: string; queries?: number };
  error?: { code: string };
}

/** Yields the lines of an answer. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<Line> {
  for await (const line of createInterface(response)) yield JSON.parse(line);
}

async function rest(found: AsyncGenerator<Line>): Promise<Line[]> {
  const all: Line[] = [];
  for await (const line of found) all.push(line);
  return all;
}

/** Blocks reads of rollups, but not of segments, until the returned function is called. */
async function lockRollups(): Promise<() => Promise<void>> {
  const client = await database.pool.connect();
  await client.query('begin; lock table rollup_days, rollup_15m in access exclusive mode');
  let isLocked = true;
  const unlock = async () => {
    if (isLocked) await client.query('commit');
    if (isLocked) client.release();
    isLocked = false;
  };
  closing.push(unlock);
  return unlock;
}

const blocked = `select pid from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock' and query like '/* reporting.%'`;

async function blockedReads(count: number): Promise<number[]> {
  let pids: number[] = [];
  await eventually(async () => {
    pids = (await database.pool.query<{ pid: number }>(blocked)).rows.map(({ pid }) => pid);
    return pids.length === count;
  }, `${count} reads wait for the lock`);
  return pids;
}

it('answers each query as if it had been sent alone, in the order of the queries', async () => {
  const queries = [panel('path'), panel('property:plan', { id: 'plans' }), fromEvents, panel('time:day')];
  const { status, body } = await json(await post(batch(...queries), 'application/json'));
  expect(status).toBe(200);
  expect(body.meta).toEqual({ queries: 4, site_known: true, elapsed_ms: expect.any(Number) });
  expect(body.results.map(({ id }: { id?: string }) => id)).toEqual([undefined, 'plans', 'sessions', undefined]);
  expect(body.results.map(({ meta }: { meta: { source: string } }) => meta.source)).toEqual([
    ...['segments', 'segments', 'raw', 'rollup'],
  ]);
  for (const [index, { id: _id, limit, filters = [], ...query }] of (
    queries as unknown as Record<string, never>[]
  ).entries()) {
    const single = {
      ...{ ...common, ...query, filters: [...common.filters, ...filters] },
      ...(limit !== undefined && { pagination: { limit } }),
    };
    const alone = await json(await post(single, 'application/json', url));
    const { results, query: echo } = body.results[index];
    expect({ results, query: echo }).toEqual({ results: alone.body.results, query: alone.body.query });
    expect(results.length).toBeGreaterThan(0);
  }
});

it('sends each answer while the next one is still being read', async () => {
  const unlock = await lockRollups();
  const response = await post(batch(fromRollups, panel('path'), panel('referrer', { id: 'referrers' })), lines);
  expect([response.statusCode, response.headers['content-type']]).toEqual([200, lines]);
  const found = linesOf(response);
  const first = [(await found.next()).value as Line, (await found.next()).value as Line];
  expect(first.map(({ index, id }) => [index, id])).toEqual([
    [1, undefined],
    [2, 'referrers'],
  ]);
  expect(await blockedReads(1)).toHaveLength(1);
  await unlock();
  const [last, end, ...others] = await rest(found);
  expect([last!.index, last!.id, last!.meta!.source]).toEqual([0, 'totals', 'rollup']);
  expect(end).toEqual({ meta: { queries: 3, site_known: true, elapsed_ms: expect.any(Number) } });
  expect(others).toEqual([]);
});

it('answers all queries from one snapshot, also when events are stored in between', async () => {
  const sent = batch({ metrics: ['events'], filters: [['is_not', 'property:plan', ['?']]] }, fromRollups);
  const counts = (list: Line[]) => list.slice(0, 2).map(({ results }) => results![0]!.metrics[0]!);
  const [before] = counts((await json(await post(sent, 'application/json'))).body.results);
  const unlock = await lockRollups();
  const found = linesOf(await post(sent, lines));
  const first = (await found.next()).value as Line;
  const event = { site_id: 'demo', timestamp: '2026-11-08T00:00:00Z', event_type: 'view', path: '/' };
  await insertEvents(database.pool, JSON.stringify([{ ...event, event_id: '0190a5b0-7c3d-7000-8000-ffffffffffff' }]));
  await unlock();
  expect(counts([first, ...(await rest(found))])).toEqual([before, before]);
  const { body } = await json(await post(sent, 'application/json'));
  expect(counts(body.results)).toEqual([before! + 1, before! + 1]);
});

it('ends with an error as its last line when a later query fails', async () => {
  const unlock = await lockRollups();
  const found = linesOf(await post(batch(panel('path'), fromRollups), lines));
  expect(((await found.next()).value as Line).index).toBe(0);
  const [pid] = await blockedReads(1);
  await database.pool.query('select pg_cancel_backend($1)', [pid]);
  expect(await rest(found)).toEqual([{ error: { code: 'query_timeout', message: expect.any(String) } }]);
  await unlock();
});

it('answers with the status of the error when nothing has been sent yet', async () => {
  const unlock = await lockRollups();
  const answer = post(batch(fromRollups), lines);
  const [pid] = await blockedReads(1);
  await database.pool.query('select pg_cancel_backend($1)', [pid]);
  const { status, body } = await json(await answer);
  expect([status, body.error.code]).toEqual([504, 'query_timeout']);
  await unlock();
});

it('stops reading when its client disconnects, and frees its slot', async () => {
  const unlock = await lockRollups();
  const response = await post(batch(panel('path'), fromRollups), lines);
  await linesOf(response).next();
  await blockedReads(1);
  response.destroy();
  await blockedReads(0);
  const { status } = await json(await post(batch(panel('path')), 'application/json'));
  expect(status).toBe(200);
  await unlock();
});

it('sends nothing before it is admitted when it may have to restart', async () => {
  const unlock = await lockRollups();
  let leave = () => {};
  const busy = gate(() => new Promise<void>((resolve) => (leave = resolve)));
  const answer = post(batch(panel('path'), fromRollups), lines);
  await blockedReads(1);
  expect(await Promise.race([answer.then(() => 'sent'), blockedReads(1)])).not.toBe('sent');
  await unlock();
  expect((await rest(linesOf(await answer))).map(({ index }) => index)).toEqual([0, 1, undefined]);
  leave();
  await busy;
});

/** Its threads die that many times, each during a batch. */
async function dying(times: number): Promise<SegmentEngine> {
  const file = join(tmpdir(), `deaths-of-threads-${process.pid}`);
  await writeFile(file, String(times));
  closing.push(() => rm(file));
  const pool = createThreadPool(2, silent, new URL('./dying-thread.mjs', import.meta.url));
  return { ...createSegmentEngine({ threads: 1, cacheMb: 8 }, silent), pool };
}

it('answers each query once although a thread dies midway', async () => {
  url = await serve(await dying(1));
  const sent = batch(panel('path'), panel('referrer'), panel('property:plan'));
  const found = await rest(linesOf(await post(sent, lines)));
  expect(found.map(({ index, error }) => error ?? index)).toEqual([0, 1, 2, undefined]);
  expect(found.at(-1)!.meta!.queries).toBe(3);
  const { body } = await json(await post(sent, 'application/json'));
  expect(found.slice(0, 3).map(({ results }) => results)).toEqual(
    body.results.map(({ results }: { results: unknown }) => results),
  );
});

it('refuses a batch that kills threads repeatedly', async () => {
  url = await serve(await dying(2));
  const { status, body } = await json(await post(batch(panel('path'), panel('referrer')), 'application/json'));
  expect([status, body.error.code]).toEqual([503, 'engine_unavailable']);
});
