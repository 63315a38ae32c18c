/** Requests with an existing path but an unsupported method. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { buildServiceApp, closeServer } from '@millrace/shared/platform/http';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { silent } from '@millrace/shared/testing/database';
import { type RequestHandler, Router } from 'express';
import { afterAll, beforeAll, expect, it } from 'vitest';

const end: RequestHandler = (_req, res) => void res.end();
const needKey: RequestHandler = (_req, res) => void res.status(401).end();

const app = buildServiceApp(
  { logger: silent, telemetry: createTelemetry(), health: {}, isClosing: () => false },
  (routes) => {
    routes.get('/stats', end);
    routes.delete('/stats', end);
    routes.all('/anything', end);
    routes.use('/api', Router().get('/sites/:id', end));
    routes.use('/locked', needKey, Router().put('/', end));
  },
);

let server: Server;
beforeAll(async () => {
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => closeServer(server));

async function send(method: string, path: string): Promise<[status: number, allow: string | null]> {
  const { port } = server.address() as { port: number };
  const { status, headers } = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  return [status, headers.get('allow')];
}

it.each([
  ['/stats', 'GET, DELETE, HEAD'],
  ['/stats/', 'GET, DELETE, HEAD'],
  ['/Stats', 'GET, DELETE, HEAD'],
  ['/api/sites/7', 'GET, HEAD'],
  ['/API/sites/a%20b/', 'GET, HEAD'],
])('POST and OPTIONS of %s are refused with the methods that the path supports', async (path, allowed) => {
  expect(await send('POST', path)).toEqual([405, allowed]);
  expect(await send('OPTIONS', path)).toEqual([405, allowed]);
});

it.each(['/stats/x', '/sites/7', '/api', '/api/sites/', '/statsx', '/nowhere', '/%'])(
  'POST %s is not found',
  async (path) => {
    expect(await send('POST', path)).toEqual([404, null]);
  },
);

it('tells the methods before asking for a key, since a key would not help', async () => {
  expect(await send('GET', '/locked')).toEqual([405, 'PUT']);
  expect(await send('PUT', '/locked')).toEqual([401, null]);
  expect(await send('GET', '/locked/none')).toEqual([401, null]);
});

it('leaves a route for all methods alone', async () => {
  expect(await send('PATCH', '/anything')).toEqual([200, null]);
});
