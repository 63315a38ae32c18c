/** Bodies that stall or trickle must not block others, and are refused. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { closeServer, createHttpServer } from '@millrace/shared/platform/http';
import { createSlowBodies } from '@millrace/shared/platform/slow-bodies';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createByteBudget } from '../src/byte-budget.js';
import { createTestLane, createTestReader } from './create-test-lane.js';

const events = { enqueue: async () => undefined, drain: async () => {} };
const small = '{"site_id":"demo","event_type":"view","path":"/"}';
const budget = createByteBudget(48_000_000);
let server: Server;
let port: number;
let sockets: Socket[];

async function open(windowMs: number): Promise<void> {
  const slow = createSlowBodies({ windowMs, checkIntervalMs: windowMs / 5 });
  const lane = createTestLane({ events, budget, readBody: createTestReader(slow) });
  server = createHttpServer((req, res) => void lane(req, res));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as { port: number }).port;
}
beforeEach(() => {
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await closeServer(server);
  await eventually(async () => budget.used === 0, 'everything is released');
});

interface Upload {
  socket: Socket;
  reply: () => string;
}

function upload(head: string, body: Buffer | string = ''): Upload {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let reply = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    reply += chunk;
  });
  socket.write(`POST /event HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${head}\r\n\r\n`);
  socket.write(body);
  return { socket, reply: () => reply };
}
const post = (body: string) =>
  fetch(`http://127.0.0.1:${port}/event`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });

it('keeps room for small requests while large uploads from the same address stall', async () => {
  await open(60_000);
  const almost = Buffer.alloc(9_900_000, 'x');
  const uploads = Array.from({ length: 5 }, () => upload('Content-Length: 9990000', almost));
  await eventually(async () => budget.used >= 19_800_000, 'two of them are in memory');
  await eventually(
    async () => uploads.filter(({ reply }) => reply().includes('503')).length === 3,
    'the other uploads were refused',
  );
  const answers = await Promise.all(Array.from({ length: 200 }, () => post(small)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
});

it.each([
  ['that never starts', 'Content-Length: 9990000', ''],
  ['that stalls in the middle', 'Content-Length: 100000', 'x'.repeat(90_000)],
  ['that stalls between chunks', 'Transfer-Encoding: chunked', '5\r\n{"sit\r\n'],
])('refuses a body %s with 408, and closes the connection', async (_which, head, body) => {
  await open(200);
  const { socket, reply } = upload(head, body);
  await once(socket, 'close');
  expect(reply()).toMatch(/^HTTP\/1\.1 408 /);
  expect(reply()).toContain('"code":"body_too_slow"');
});

it('refuses a body that trickles below 1 KB a second', async () => {
  await open(1_000);
  const { socket, reply } = upload('Content-Length: 100000');
  const trickle = setInterval(() => socket.write('x'), 20);
  await once(socket, 'close');
  clearInterval(trickle);
  expect(reply()).toMatch(/^HTTP\/1\.1 408 /);
});

it('waits for a slow body that stays above 1 KB a second', async () => {
  await open(1_000);
  const { socket, reply } = upload('Transfer-Encoding: chunked');
  const piece = `7d0\r\n${' '.repeat(2_000)}\r\n`;
  const until = performance.now() + 2_500;
  for (let sent = 2_000; performance.now() < until; sent += 2_000) {
    socket.write(piece);
    await eventually(async () => budget.used >= sent || reply() !== '', 'the piece has arrived');
  }
  expect(reply()).toBe('');
  socket.write(`${small.length.toString(16)}\r\n${small}\r\n0\r\n\r\n`);
  await eventually(async () => reply() !== '', 'it is answered');
  expect(reply()).toMatch(/^HTTP\/1\.1 200 /);
});

describe('the budget', () => {
  const full = (client: string, bytes: number, from = createByteBudget(48_000_000)) => {
    const holding = from.hold(client);
    return { from, holding, fits: holding.reserve(bytes) };
  };

  it('gives one client half, an eighth of which is reserved for small bodies', () => {
    const from = createByteBudget(48_000_000);
    expect(full('a', 10_000_000, from).fits).toBe(true);
    expect(full('a', 10_000_000, from).fits).toBe(true);
    expect(full('a', 2_000_000, from).fits).toBe(false);
    const smallOnes = Array.from({ length: 100 }, () => full('a', 60_000, from));
    expect(smallOnes.filter(({ fits }) => fits)).toHaveLength(66);
    expect(full('b', 10_000_000, from).fits).toBe(true);
  });

  it('reserves an eighth of the total for small bodies, however many clients send large ones', () => {
    const from = createByteBudget(48_000_000);
    const large = Array.from({ length: 10 }, (_, index) => full(`client ${index}`, 9_000_000, from));
    expect(large.filter(({ fits }) => fits)).toHaveLength(4);
    expect(full('another', 64_000, from).fits).toBe(true);
    for (const { holding } of large) holding.release();
    expect(from.used).toBe(64_000);
  });

  it('does not let the small bodies of two clients use up the room for those of others', () => {
    const from = createByteBudget(48_000_000);
    for (const client of ['a', 'b']) for (let body = 0; body < 400; body += 1) full(client, 63_000, from);
    expect(from.used).toBeLessThanOrEqual(42_000_000);
    expect(full('a', 63_000, from).fits).toBe(false);
    const ofAnother = Array.from({ length: 20 }, () => full('c', 63_000, from));
    expect(ofAnother.filter(({ fits }) => fits).length).toBeGreaterThanOrEqual(11);
    expect(full('c', 63_000, from).fits).toBe(false);
    expect(full('d', 63_000, from).fits).toBe(true);
  });

  it('counts a body as large once it exceeds the size of small ones', () => {
    const from = createByteBudget(48_000_000);
    const { holding } = full('a', 60_000, from);
    expect(holding.reserve(10_000_000)).toBe(true);
    for (const client of ['b', 'c']) for (let body = 0; body < 400; body += 1) full(client, 63_000, from);
    expect(full('a', 63_000, from).fits).toBe(true);
    expect(holding.reserve(1_000)).toBe(false);
    holding.release();
    holding.release();
    expect(full('a', 10_000_000, from).fits).toBe(true);
  });

  it('has the size of the largest body that can ever fit', () => {
    expect(createByteBudget(48_000_000).largestBody).toBe(21_000_000);
    const { largestBody } = createByteBudget(8_000_000);
    expect(full('a', largestBody, createByteBudget(8_000_000)).fits).toBe(true);
    expect(full('a', largestBody + 1, createByteBudget(8_000_000)).fits).toBe(false);
  });
});

it('refuses for good a body that can never fit into a small budget', async () => {
  const lane = createTestLane({ events, budget: createByteBudget(1_000_000) });
  server = createHttpServer((req, res) => void lane(req, res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as { port: number }).port;
  const answer = await post(small.replace('"/"', `"${'x'.repeat(900_000)}"`));
  expect(answer.status).toBe(413);
  expect(await answer.text()).toContain('to 875000 bytes');
});
