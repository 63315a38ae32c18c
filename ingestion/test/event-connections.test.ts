/** Clients that disconnect, pipeline, send in pieces, or send nonsense. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { closeServer, createHttpServer } from '@millrace/shared/platform/http';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { buildApp, laneFirst } from '../src/app.js';
import { createByteBudget } from '../src/byte-budget.js';
import type { EventQueue } from '../src/enqueue-events.js';
import { createTestLane } from './create-test-lane.js';

const budget = createByteBudget(1_000_000);
const enqueued: string[] = [];
/** Records what would be queued. */
const events: EventQueue = {
  async enqueue({ text }) {
    enqueued.push(text);
    return undefined;
  },
  drain: async () => {},
};
let server: Server;
let port: number;

beforeAll(async () => {
  const telemetry = createTelemetry();
  const isClosing = () => false;
  const lane = createTestLane({ events, budget, telemetry });
  server = createHttpServer(laneFirst(lane, buildApp({ logger: silent, telemetry, health: {}, isClosing }, lane)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as { port: number }).port;
});
afterAll(() => closeServer(server));
beforeEach(() => {
  enqueued.length = 0;
});

const body = '{"site_id":"demo","event_type":"view","path":"/"}';
const head = (length: number | string, more = '') =>
  `POST /event HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${more}\r\n`;

/** Sends the pieces with pauses; resolves with everything received up to `answers` responses or the end. */
async function talk(pieces: string[], answers = 1): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  let reply = '';
  socket.on('data', (chunk) => {
    reply += chunk;
  });
  for (const piece of pieces) {
    socket.write(piece);
    await pause(20);
  }
  const closed = once(socket, 'close').then(() => {});
  await Promise.race([closed, eventually(async () => reply.split('HTTP/1.1 ').length > answers, `${answers} answers`)]);
  socket.destroy();
  return reply;
}

const statuses = (reply: string) => [...reply.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

it('keeps nothing of a request whose client disconnects in the middle of the body', async () => {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${head(50_000)}${'x'.repeat(20_000)}`);
  await eventually(async () => budget.used === 20_000, 'the first part has arrived');
  socket.destroy();
  await eventually(async () => budget.used === 0, 'its bytes are given back');
  expect(enqueued).toEqual([]);
});

it('answers each of several requests in one packet', async () => {
  const reply = await talk([`${head(body.length)}${body}${head(2)}{}${head(body.length)}${body}`], 3);
  expect(statuses(reply)).toEqual([200, 400, 200]);
  expect(enqueued).toHaveLength(2);
});

it('accepts requests with an absolute URL in the request line', async () => {
  for (const address of ['http://stats.example/event', 'HTTPS://stats.example:8443/event?a=b']) {
    const reply = await talk([head(body.length).replace('/event', address) + body]);
    expect(statuses(reply)).toEqual([200]);
  }
  const batch = await talk([`${head(body.length + 2).replace('/event', 'http://stats.example/events')}[${body}]`]);
  expect(statuses(batch)).toEqual([200]);
  const query = 'http://stats.example/event?site_id=demo&event_type=view&path=/';
  expect(statuses(await talk([`GET ${query} HTTP/1.1\r\nHost: x\r\n\r\n`]))).toEqual([200]);
  expect(enqueued).toHaveLength(4);
});

it('accepts a body in pieces and in chunks, split inside a character', async () => {
  const text = Buffer.from('{"site_id":"demo","event_type":"view","path":"/ü"}');
  const cut = text.indexOf(0xc3) + 1;
  const socket = connect(port, '127.0.0.1');
  socket.write('POST /event HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  for (const piece of [text.subarray(0, cut), text.subarray(cut)]) {
    socket.write(Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]));
    await pause(20);
  }
  socket.write('0\r\n\r\n');
  const [reply] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  expect(statuses(reply.toString())).toEqual([200]);
  expect(JSON.parse(enqueued[0]!)).toMatchObject({ path: '/ü' });
});

it('refuses a body by its announced length, before it arrives', async () => {
  const reply = await talk([head(10_000_001)]);
  expect(statuses(reply)).toEqual([413]);
});

it('closes the connection of a client that goes on sending after its body was refused as too large', async () => {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const closed = new Promise((resolve) => socket.on('close', resolve));
  let reply = '';
  socket.on('data', (chunk) => {
    reply += chunk;
  });
  socket.on('error', () => {});
  socket.write('POST /event HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  const sending = setInterval(() => socket.write(`186a0\r\n${' '.repeat(100_000)}\r\n`), 5);
  await closed;
  clearInterval(sending);
  expect(reply).toMatch(/\r\nconnection: close\r\n/i);
  expect(statuses(reply)).toEqual([413]);
  expect(socket.bytesWritten).toBeLessThan(60_000_000);
  expect(budget.used).toBe(0);
});

it('answers Expect: 100-continue with 100', async () => {
  const reply = await talk([head(body.length, 'Expect: 100-continue\r\n'), body], 2);
  expect(statuses(reply)).toEqual([100, 200]);
});

it.each([
  ['nonsense', 'GARBAGE\r\n\r\n'],
  ['two lengths', `POST /event HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello`],
  ['a length that is not a number', `POST /event HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\nhello`],
  [
    'both a length and chunks',
    `POST /event HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['endless headers', `POST /event HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`],
])('refuses %s and keeps serving', async (_name, request) => {
  const reply = await talk([request]);
  expect([400, 431]).toContain(statuses(reply)[0]);
  expect(reply).toMatch(/"code":"(malformed_request|headers_too_large)"/);
  expect(statuses(await talk([`${head(body.length)}${body}`]))).toEqual([200]);
  expect(budget.used).toBe(0);
});
