/** Requests with an existing path but an unsupported method. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { buildServiceApp, closeServer } from '@millrace/shared/platform/http';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { silent } from '@millrace/shared/testing/database';
import { Router } from 'express';
import { afterAll, beforeAll, expect, it } from 'vitest';

const app = buildServiceApp(
  { logger: silent, telemetry: createTelemetry(), health: {}, isClosing: () => false },
  (routes) => {
    const mounted = Router().get('/sites/:id', (_req, res) => void res.end());
    routes.get('/stats', (_req, res) => void res.end());
    routes.delete('/stats', (_req, res) => void res.end());
    routes.use('/api', mounted);
  },
);

let server: Server;
beforeAll(async () => {
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => closeServer(server));

async function post(path: string): Promise<[status: number, allow: string | null]> {
  const { port } = server.address() as { port: number };
  const { status, headers } = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST' });
  return [status, headers.get('allow')];
}

it.each([
  ['/stats', 'GET, DELETE, HEAD'],
  ['/stats/', 'GET, DELETE, HEAD'],
  ['/Stats', 'GET, DELETE, HEAD'],
  ['/api/sites/7', 'GET, HEAD'],
  ['/API/sites/a%20b/', 'GET, HEAD'],
])('POST %s is refused with the methods that the path supports', async (path, allowed) => {
  expect(await post(path)).toEqual([405, allowed]);
});

it.each(['/stats/x', '/sites/7', '/api', '/api/sites/', '/statsx', '/nowhere', '/%'])(
  'POST %s is not found',
  async (path) => {
    expect(await post(path)).toEqual([404, null]);
  },
);
