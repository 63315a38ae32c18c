import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { findFreePort, portProblem } from '../src/free-port.js';

it('finds a port that no connection is given', async () => {
  expect(await findFreePort()).toBeLessThan(32_768);
});

it('names the problem of a port as long as it is taken', async () => {
  const port = await findFreePort();
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  expect(await portProblem('127.0.0.1', port)).toBe('EADDRINUSE');
  server.close();
  await once(server, 'close');
  expect(await portProblem('127.0.0.1', port)).toBeUndefined();
});
