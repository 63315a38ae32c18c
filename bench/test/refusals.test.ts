/** A request that is refused says so with its status and message, so that no measure ends with a riddle. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askAgain, checkAccepted } from '../src/load/describe-refusal.js';
import { postBacklog } from '../src/load/post-backlog.js';
import { timeRequest } from '../src/query/time-request.js';

const server = createServer((request, response) => {
  request.resume();
  response.statusCode = request.url === '/fine' ? 200 : 401;
  response.end(JSON.stringify({ error: { code: 'key_missing', message: 'a key is needed' } }));
});
let url: string;
const refusal = /\/stats answered 401: \{"error":\{"code":"key_missing","message":"a key is needed"\}\}/;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/stats`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it('of a timed request, a probe, and a backlog that is queued', async () => {
  await expect(timeRequest(url)).rejects.toThrow(refusal);
  await expect(checkAccepted(url, await fetch(url))).rejects.toThrow(refusal);
  await expect(postBacklog(url, [{}][Symbol.iterator](), 1)).rejects.toThrow(refusal);
});

it('of a load whose tool only counts failures, by asking once more', async () => {
  expect(await askAgain(url, '{}')).toMatch(refusal);
  expect(await askAgain(url.replace('/stats', '/fine'), '{}')).toBe('asked once more it answers 200');
  expect(await askAgain('http://127.0.0.1:1/event', '{}')).toMatch(/^asked once more it cannot be reached \(/);
});
