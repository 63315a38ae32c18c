/** Answers that go on for long end with the right to have them. */
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, expect, it } from 'vitest';
import { endWithAccess } from '../src/end-with-access.js';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A stream that never ends by itself, looked at every few milliseconds. */
async function open(find: () => Promise<unknown>): Promise<IncomingMessage> {
  const app = express();
  app.get('/live', endWithAccess(find, 5), (_req, res) => void res.write('begun'));
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const [answer] = await once(get({ port: (server.address() as AddressInfo).port, path: '/live' }), 'response');
  return answer;
}

it('breaks the connection once nobody is found who asked', async () => {
  let looked = 0;
  const answer = await open(async () => {
    looked += 1;
    return looked < 3 ? {} : undefined;
  });
  answer.resume();
  const [error] = await once(answer, 'error');
  expect([error.code, looked]).toEqual(['ECONNRESET', 3]);
});

it('goes on while it cannot be found out', async () => {
  let looked = 0;
  let isSettled: (() => void) | undefined;
  const settled = new Promise<void>((resolve) => {
    isSettled = resolve;
  });
  const answer = await open(async () => {
    looked += 1;
    if (looked === 3) isSettled?.();
    throw new Error('unreachable');
  });
  answer.resume();
  await settled;
  expect(answer.destroyed).toBe(false);
});
