/** Long responses end when their client's access ends. */
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@millrace/shared/testing/eventually';
import express, { type RequestHandler } from 'express';
import { afterEach, expect, it } from 'vitest';
import { createAccessWatch } from '../src/access/access-watch.js';

let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers = [];
});

async function serve(...handlers: RequestHandler[]): Promise<number> {
  const server = createServer(express().get('/live', ...handlers)).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A stream that never ends by itself, checked every few milliseconds. */
async function open(isStillValid: () => Promise<boolean>): Promise<IncomingMessage> {
  const { watch } = createAccessWatch(5);
  const port = await serve((_req, res) => {
    watch(res, 'one key', isStillValid);
    res.write('begun');
  });
  const [answer] = await once(get({ port, path: '/live' }), 'response');
  return answer;
}

it('breaks the connection once access is gone', async () => {
  let checks = 0;
  const answer = await open(async () => {
    checks += 1;
    return checks < 3;
  });
  answer.resume();
  const [error] = await once(answer, 'error');
  expect([error.code, checks]).toEqual(['ECONNRESET', 3]);
});

it('keeps the connection while access cannot be checked', async () => {
  let checks = 0;
  const answer = await open(async () => {
    checks += 1;
    throw new Error('unreachable');
  });
  answer.resume();
  await eventually(async () => checks >= 3, 'three checks');
  expect(answer.destroyed).toBe(false);
});

it('checks the responses of one key together, and ends all of them', async () => {
  let isValid = true;
  let checks = 0;
  const { watch } = createAccessWatch(5);
  const port = await serve((_req, res) => {
    watch(res, 'one key', async () => {
      checks += 1;
      return isValid;
    });
    res.write('begun');
  });
  const requests = [1, 2, 3].map(() => get({ port, path: '/live', agent: false }));
  const answers = await Promise.all(requests.map(async (each) => (await once(each, 'response'))[0] as IncomingMessage));
  const ends = answers.map((answer) => once(answer.resume(), 'error'));
  await eventually(async () => checks >= 1, 'a check');
  const before = checks;
  isValid = false;
  await Promise.all(ends);
  expect(checks - before).toBeLessThan(requests.length);
});

it('uses the request of a response that is still open', async () => {
  const checked: string[] = [];
  const { watch } = createAccessWatch(5);
  const port = await serve((req, res) => {
    const { name } = req.query as { name: string };
    watch(res, 'one key', async () => {
      checked.push(name);
      return true;
    });
    res.write('begun');
  });
  const ask = async (name: string) =>
    (await once(get({ port, path: `/live?name=${name}`, agent: false }), 'response'))[0] as IncomingMessage;
  const [first, second] = [await ask('first'), await ask('second')];
  second.resume();
  await eventually(async () => checked.includes('first'), 'the first request is checked');
  first.destroy();
  await eventually(async () => checked.includes('second'), 'the second request is checked');
});

it('does not check for a client that left while its key was looked up', async () => {
  let checks = 0;
  const { watch } = createAccessWatch(5);
  let isWatched: (() => void) | undefined;
  const watched = new Promise<void>((resolve) => {
    isWatched = resolve;
  });
  const port = await serve(async (_req, res) => {
    await once(res, 'close');
    watch(res, 'gone', async () => {
      checks += 1;
      return true;
    });
    isWatched?.();
  });
  const leaving = get({ port, path: '/live' });
  leaving.on('error', () => undefined);
  servers[0]!.once('request', () => leaving.destroy());
  await watched;
  // If the closed response were still watched, it would be checked every 5 ms.
  let others = 0;
  const other = await open(async () => {
    others += 1;
    return true;
  });
  other.resume();
  await eventually(async () => others >= 3, 'three checks of another response');
  expect(checks).toBe(0);
});
