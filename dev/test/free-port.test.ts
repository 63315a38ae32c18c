import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { findFreePort, portProblem } from '../src/stores/free-port.js';

it('finds a port outside the range of outgoing connections', async () => {
  expect(await findFreePort()).toBeLessThan(32_768);
});

it('returns the error code of a port while it is in use', async () => {
  const port = await findFreePort();
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  expect(await portProblem('127.0.0.1', port)).toBe('EADDRINUSE');
  server.close();
  await once(server, 'close');
  expect(await portProblem('127.0.0.1', port)).toBeUndefined();
});
