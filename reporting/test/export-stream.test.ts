/** Datasets streamed as files: complete or aborted, and nothing keeps running for a client that has left. */
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@millrace/shared/testing/eventually';
import { parse } from 'csv-parse/sync';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGate } from '../src/reading/gate.js';
import { addJune, type ExportStack, startExportStack } from './export-stack.js';

let stack: ExportStack;
let server: Server;
const june = 'site_id=shop&date_range=2026-06-01,2026-06-01';

beforeAll(async () => {
  const streams = createGate({ maxConcurrent: 1, maxWaiting: 1, maxWaitMs: 60_000 });
  stack = await startExportStack({ exports: { streams }, isTrustedProxy: () => true });
  await addJune(stack.database);
  await stack.addEvents('shop', 40_000, 500);
  await stack.addEvents('small', 3);
  server = createServer(stack.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await stack.stop();
});

let callers = 0;
/** Each request comes from another caller, whose share is free. */
function someoneElse() {
  callers += 1;
  return { 'x-forwarded-for': `10.0.${callers >> 8}.${callers & 255}` };
}

const stream = (path: string) => request(server).get(`/api/v1/datasets/${path}`).set(someoneElse());

/** Resolves once the response has started, without reading on. */
async function begin(path: string, from = server): Promise<IncomingMessage> {
  const { port } = from.address() as AddressInfo;
  const sent = get(`http://127.0.0.1:${port}/api/v1/datasets/${path}`, { headers: someoneElse() });
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return answer;
}

async function backends(): Promise<number[]> {
  const { rows } = await stack.database.pool.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null`,
  );
  return rows.map(({ pid }) => pid);
}
const nothingReads = () => eventually(async () => (await backends()).length === 0, 'no read is running');

it('sends every row as CSV, with a name', async () => {
  const { text, headers } = await stream(`events/export.csv?${june}`).expect(200);
  const rows = parse(text, { columns: true }) as Record<string, string>[];
  expect(rows.length).toBe(40_000);
  expect(rows.at(-1)).toMatchObject({ path: '/p40000' });
  expect(headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(headers['content-disposition']).toMatch(/^attachment; filename=events-shop-\d{8}T\d{6}Z\.csv$/);
});

it.each(['csv', 'json', 'ndjson', 'xlsx', 'parquet'])('sends a file of format %s', async (format) => {
  await stream(`events/export.${format}?site_id=small&date_range=2026-06-01,2026-06-01`).expect(200);
});

it.each(['csv', 'json', 'ndjson', 'xlsx', 'parquet'])('refuses as %s what the rows route refuses', async (format) => {
  const wrong = 'site_id=shop&date_range=2000-01-01,2029-12-30';
  const { body: asRows } = await stream(`activity-trends/rows?${wrong}`).expect(400);
  const { body, headers } = await stream(`activity-trends/export.${format}?${wrong}`).expect(400);
  expect(body.error.message).toBe(asRows.error.message);
  expect(headers['content-disposition']).toBeUndefined();
  await nothingReads();
});

it('starts with a byte order mark on request', async () => {
  const { text } = await stream('events/export.csv?site_id=small&date_range=2026-06-01,2026-06-01&bom=true').expect(
    200,
  );
  expect(text.charCodeAt(0)).toBe(0xfeff);
});

it('answers HEAD with the headers it would send, without reading', async () => {
  await nothingReads();
  const { headers } = await request(server).head(`/api/v1/datasets/events/export.csv?${june}`).expect(200);
  expect(headers['content-disposition']).toContain('attachment');
  expect(await backends()).toEqual([]);
});

it.each([
  [`events/export.pdf?${june}`, 404, 'create PDFs with POST /api/v1/exports'],
  [`events/export.exe?${june}`, 404, 'A dataset can be streamed as csv'],
  [`events/export.?${june}`, 404, ''],
  [`nothing/export.csv?${june}`, 404, 'There is no such dataset'],
  ['events/export.csv', 400, 'site_id'],
  ['events/export.csv?site_id=dmeo', 404, 'There is no site "dmeo". It is created by its first event'],
  [`events/export.csv?${june}&bom=yes`, 400, 'bom must be true or false'],
  [`events/export.csv?${june}&includeMetadata=true`, 400, 'includeMetadata must be false'],
  [`events/export.json?${june}&bom=true`, 400, 'bom must be false'],
  [`events/export.csv?${june}&after=x`, 400, 'after is not a parameter'],
  [`events/export.csv?${june}&filters=["matches","path",["("]]`, 400, 'is not a valid regular expression'],
])('refuses %s with JSON instead of a file', async (path, status, message) => {
  const { body, headers } = await stream(path).expect(status);
  expect(body.error.message).toContain(message);
  expect(headers['content-disposition']).toBeUndefined();
  expect(headers['content-type']).toContain('application/json');
});

describe('a reader', () => {
  it('that leaves midway ends its read and its connection', async () => {
    const answer = await begin(`events/export.csv?${june}`);
    await eventually(async () => (await backends()).length === 1, 'the read is running');
    answer.destroy();
    await nothingReads();
    await stream('events/export.csv?site_id=small&date_range=2026-06-01,2026-06-01').expect(200);
  });

  it('is refused while all slots are taken', async () => {
    const answer = await begin(`events/export.csv?${june}`);
    const next = stream('events/export.csv?site_id=small&date_range=2026-06-01,2026-06-01').then(
      ({ status }) => status,
    );
    await eventually(async () => (await stream(`events/export.csv?${june}`)).status === 429, 'both slots are taken');
    const { body, headers } = await stream(`events/export.csv?${june}`).expect(429);
    expect(body.error.code).toBe('too_many_queries');
    expect(headers['retry-after']).toBe('1');
    answer.destroy();
    expect(await next).toBe(200);
    await nothingReads();
  });

  it('gets a broken connection, not a shorter file, when reading fails midway', async () => {
    const answer = await begin(`events/export.csv?${june}`);
    const ended = once(answer, 'end').then(
      () => 'whole',
      (error: Error) => error.message,
    );
    await eventually(async () => (await backends()).length === 1, 'the read is running');
    for (const pid of await backends()) await stack.database.pool.query('select pg_terminate_backend($1)', [pid]);
    answer.resume();
    expect(await ended).toBe('aborted');
    await nothingReads();
  });

  it('that stops reading is disconnected, which frees its slot and its snapshot', async () => {
    const streams = createGate({ maxConcurrent: 1, maxWaiting: 0, maxWaitMs: 0 });
    const app = stack.appWith({ streams, stallTimeoutMs: 50 });
    const hasty = createServer(app).listen(0, '127.0.0.1');
    await once(hasty, 'listening');
    const answer = await begin(`events/export.csv?${june}`, hasty);
    const failed = once(answer, 'error');
    await nothingReads();
    answer.resume();
    expect(await failed).toMatchObject([{ message: 'aborted' }]);
    const small = '/api/v1/datasets/events/export.csv?site_id=small&date_range=2026-06-01,2026-06-01';
    // Postgres closes the connection before the slot is released.
    const isServed = async () => (await request(hasty).get(small).set(someoneElse())).status === 200;
    await eventually(isServed, 'the slot is free again');
    hasty.close();
  });
});
