import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkAccepted, postBacklog, retryForReason, timeRequest } from '../src/load/requests.js';

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

it('reports status and message when a timed request, a probe or a backlog is refused', async () => {
  await expect(timeRequest(url)).rejects.toThrow(refusal);
  await expect(checkAccepted(url, await fetch(url))).rejects.toThrow(refusal);
  await expect(postBacklog(url, [{}][Symbol.iterator](), 1)).rejects.toThrow(refusal);
});

it('repeats a failed request to find the reason, because wrk only counts failures', async () => {
  expect(await retryForReason(url, '{}')).toMatch(refusal);
  expect(await retryForReason(url.replace('/stats', '/fine'), '{}')).toBe('a retry succeeds');
  expect(await retryForReason('http://127.0.0.1:1/event', '{}')).toMatch(/^a retry cannot connect \(/);
});
