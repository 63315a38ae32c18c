/** Clients whose body exceeds the limit and does not end. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { setInterval as every } from 'node:timers/promises';
import { buildServiceApp, closeServer, createHttpServer } from '@millrace/shared/platform/http';
import { createExactJsonReader, createJsonReader } from '@millrace/shared/platform/read-json';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { silent } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';

let server: Server;

beforeAll(async () => {
  const readers = { '/plain': createJsonReader('1 MB'), '/exact': createExactJsonReader('100 KB') };
  const deps = { logger: silent, telemetry: createTelemetry(), health: {}, isClosing: () => false };
  const app = buildServiceApp(deps, (service) => {
    for (const [path, read] of Object.entries(readers))
      service.post(path, async (req, res) => void res.json(await read(req, res)));
  });
  server = createHttpServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => closeServer(server));

/** Sends `head`, then `piece` every few ms until the connection is closed. Resolves with the reply and the bytes that the server read. */
async function sendForever(head: string, piece?: string): Promise<{ reply: string; bytesRead: number }> {
  const accepted = once(server, 'connection');
  const socket = connect({ port: (server.address() as { port: number }).port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  let reply = '';
  socket.on('data', (chunk) => {
    reply += chunk;
  });
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.write(`POST ${head}`);
  const [served] = await accepted;
  for await (const _ of every(5)) {
    if (served.destroyed) break;
    if (piece && !socket.writableNeedDrain) socket.write(piece);
  }
  socket.destroy();
  await closed;
  return { reply, bytesRead: served.bytesRead };
}

const chunk = `186a0\r\n${' '.repeat(100_000)}\r\n`;
const json = 'Content-Type: application/json';

it.each(['/plain', '/exact'])('refuses an endless body for %s at the limit and closes the connection', async (path) => {
  const head = `${path} HTTP/1.1\r\nHost: x\r\n${json}\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const { reply, bytesRead } = await sendForever(head, chunk);
  expect(reply).toMatch(/^HTTP\/1\.1 413 /);
  expect(reply).toMatch(/\r\nconnection: close\r\n/i);
  expect(reply).toContain('"code":"payload_too_large"');
  expect(reply.split('HTTP/1.1 ')).toHaveLength(2);
  expect(bytesRead).toBeLessThan(3_000_000);
});

it('lets a client that reads only when it has sent everything see that its body was too large', async () => {
  const socket = connect({ port: (server.address() as { port: number }).port, host: '127.0.0.1' });
  const body = Buffer.alloc(20_000_000, ' ');
  socket.pause();
  socket.write(`POST /plain HTTP/1.1\r\nHost: x\r\n${json}\r\nContent-Length: ${body.length}\r\n\r\n`);
  await new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.write(body, resolve);
  });
  const replied = once(socket, 'data');
  socket.resume();
  const [reply] = await replied;
  expect(String(reply)).toMatch(/^HTTP\/1\.1 413 /);
  socket.destroy();
});

it('refuses a body by its announced length, before it arrives', async () => {
  const { reply } = await sendForever(`/plain HTTP/1.1\r\nHost: x\r\n${json}\r\nContent-Length: 999999999\r\n\r\nabcd`);
  expect(reply).toMatch(/^HTTP\/1\.1 413 /);
  expect(reply).toContain('The body is too large; the limit is 1 MB.');
});
