/** A process with a small heap refuses bodies that do not fit instead of crashing. */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { createTestDatabase, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { queueEnvironment } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';

const bodyBytes = 9_600_000;
let database: TestDatabase;
let ingestion: SpawnedService;

beforeAll(async () => {
  database = await createTestDatabase();
  ingestion = await spawnService('ingestion', {
    DATABASE_URL: database.url,
    ...queueEnvironment(testQueue('postgres', database)),
    TRUST_PROXY: '127.0.0.1',
    NODE_OPTIONS: '--max-old-space-size=96',
  });
  await eventually(async () => (await fetch(`${ingestion.url}/health/ready`)).ok, 'ingestion is ready');
});
afterAll(async () => {
  await ingestion?.end();
  await database?.drop();
});

const repeat = (piece: string) =>
  `[${Array(Math.floor(bodyBytes / (piece.length + 1)))
    .fill(piece)
    .join(',')}]`;
const eventOf = (bytes: number, fill = 'x') =>
  `{"site_id":"demo","event_type":"view","path":"/","referrer":"${fill.repeat((bytes - 63) / fill.length)}"}`;
const full = () => repeat(eventOf(960));
/** 40,000 in total, fewer than the limit of exact numbers. */
const longNumbers = '"properties":{"ids":[12345678901234567,12345678901234568,1e400,2e400]},';

const bodies: [string, () => string][] = [
  ['events', full],
  ['events with one character beyond Latin-1', () => full().replace('xx', '€')],
  ['events with long numbers', () => repeat(eventOf(890).replace('"path"', `${longNumbers}"path"`))],
  ['empty objects', () => repeat('{}')],
  ['empty arrays', () => repeat('[]')],
  ['numbers', () => repeat('1')],
  ['numbers of 17 digits', () => repeat('12345678901234567')],
  ['numbers beyond the range of a double', () => repeat('1e400')],
  ['short texts', () => repeat('"a1"')],
  ['objects with one key', () => repeat('{"a":1}')],
  [
    'objects with different keys',
    () => `[${Array.from({ length: 600_000 }, (_, index) => `{"k${index}":1}`).join(',')}]`,
  ],
  ['arrays within arrays', () => '['.repeat(bodyBytes / 2) + ']'.repeat(bodyBytes / 2)],
  ['events that break a rule', () => repeat('{"site_id":"a"}')],
  ['escapes', () => repeat(eventOf(966, '\\u0001'))],
];

async function send(body: string | Buffer<ArrayBuffer>, client = 1): Promise<number> {
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': `203.0.113.${client}` };
  const answer = await fetch(`${ingestion.url}/events`, { method: 'POST', body, headers });
  await answer.arrayBuffer();
  return answer.status;
}

it.each(bodies)(
  'survives ten clients that post 9.6 MB of %s at once, and serves the next request',
  async (_what, make) => {
    const body = Buffer.from(make());
    const statuses = await Promise.all(Array.from({ length: 10 }, (_, client) => send(body, client)));
    expect([200, 400, 413, 503]).toEqual(expect.arrayContaining(statuses));
    expect(ingestion.child.exitCode).toBeNull();
    await eventually(async () => (await send(`[${eventOf(200)}]`)) === 200, 'the next is accepted');
  },
);

/** A body that stalls after its first half. */
function stall(body: Buffer, client: number): { answer: Promise<number>; finish: () => void } {
  const half = Math.floor(body.length / 2);
  const headers = {
    'content-type': 'application/json',
    'content-length': body.length,
    'x-forwarded-for': `203.0.113.${client}`,
  };
  const sending = httpRequest(`${ingestion.url}/events`, { method: 'POST', headers });
  const answer = once(sending, 'response').then(([response]) => {
    response.resume();
    return response.statusCode ?? 0;
  });
  sending.on('error', () => {});
  sending.write(body.subarray(0, half));
  return { answer, finish: () => sending.end(body.subarray(half)) };
}

it('refuses bodies that do not fit beside others in memory, and accepts the rest', async () => {
  const body = Buffer.from(repeat(eventOf(960)));
  const uploads = Array.from({ length: 10 }, (_, client) => stall(body, client));
  expect(await Promise.any(uploads.map(({ answer }) => answer))).toBe(503);
  for (const { finish } of uploads) finish();
  const statuses = await Promise.all(uploads.map(({ answer }) => answer));
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
});

it('accepts such a body from a single client, or on a retry', async () => {
  const body = full();
  await eventually(async () => (await send(body)) === 200, 'it is accepted');
});

it('counts the decompressed size of a small compressed body', async () => {
  const body = gzipSync(repeat('{}'));
  const post = async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    return (await fetch(`${ingestion.url}/events`, { method: 'POST', body, headers })).status;
  };
  const statuses = await Promise.all(Array.from({ length: 10 }, post));
  expect([413, 503]).toEqual(expect.arrayContaining(statuses));
  expect(ingestion.child.exitCode).toBeNull();
});
