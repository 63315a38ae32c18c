/** Clients that stall in the middle of a body, or disconnect before the response. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { ServiceError } from '@millrace/shared/platform/errors';
import { buildServiceApp, closeServer, createHttpServer } from '@millrace/shared/platform/http';
import type { Logger } from '@millrace/shared/platform/logger';
import { createJsonReader } from '@millrace/shared/platform/read-json';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

let server: Server;
let app: RequestListener;
let waiting = 0;
const logged: unknown[] = [];

beforeAll(async () => {
  const logger = Object.assign(Object.create(silent) as Logger, { info: (line: unknown) => void logged.push(line) });
  const readJson = createJsonReader('100 KB');
  const deps = { logger, telemetry: createTelemetry(), health: {}, isClosing: () => false };
  app = buildServiceApp(deps, (service) => {
    service.post('/read', async (req, res) => void res.json(await readJson(req, res)));
    service.get('/long', () => {
      waiting += 1;
    });
    service.get('/half', (_req, res) => {
      res.write('{');
      throw new ServiceError('query_timeout');
    });
  });
  server = createHttpServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => closeServer(server));
beforeEach(() => {
  logged.length = 0;
});

function send(text: string, to = server): { socket: Socket; reply: () => string } {
  const { port } = to.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  let reply = '';
  socket.on('data', (chunk) => {
    reply += chunk;
  });
  socket.write(text);
  return { socket, reply: () => reply };
}
const post = 'POST /read HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

it.each([
  ['with a length', 'Content-Length: 50\r\n\r\n{"a":'],
  ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n'],
  ['that is compressed', 'Content-Encoding: gzip\r\nContent-Length: 50\r\n\r\n'],
])('a body %s that stalls is refused as too slow, and the connection is closed', async (_which, rest) => {
  const { socket, reply } = send(post + rest);
  await once(socket, 'close');
  expect(reply()).toMatch(/^HTTP\/1\.1 408 /);
  expect(reply()).toContain('"code":"body_too_slow"');
  expect(logged).toMatchObject([{ path: '/read', status: 408 }]);
});

it('complete bodies are answered repeatedly on the same connection', async () => {
  const { socket, reply } = send(`${post}Content-Length: 7\r\n\r\n{"a":1}${post}Content-Length: 7\r\n\r\n{"a":2}`);
  await eventually(async () => reply().includes('{"a":1}') && reply().includes('{"a":2}'), 'both are answered');
  socket.destroy();
});

const get = 'GET /long HTTP/1.1\r\nHost: x\r\n\r\n';
async function startLong(text = get, to = server): Promise<Socket> {
  const before = waiting;
  const { socket } = send(text, to);
  await eventually(async () => waiting > before, 'the request has arrived');
  return socket;
}

it.each(['destroy', 'resetAndDestroy'] as const)(
  'a client that disconnects before the response is logged as such, without a status: %s',
  async (leave) => {
    const socket = await startLong();
    socket[leave]();
    await eventually(async () => logged.length > 0, 'the request is logged');
    expect(logged).toMatchObject([{ method: 'GET', path: '/long', status: 499, outcome: 'client left' }]);
  },
);

describe('the log shows that we disconnected a client', () => {
  const isLogged = () => eventually(async () => logged.length > 0, 'the request is logged');
  it('when the process ends', async () => {
    await startLong();
    server.closeAllConnections();
    await isLogged();
    expect(logged).toEqual([{ method: 'GET', path: '/long', outcome: 'cut off', ms: expect.any(Number) }]);
  });
  it('when the connection is idle for too long', async () => {
    const before = server.timeout;
    server.timeout = 100;
    await startLong();
    await isLogged();
    server.timeout = before;
    expect(logged).toEqual([{ method: 'GET', path: '/long', outcome: 'cut off', ms: expect.any(Number) }]);
  });
  it('when its body takes too long', async () => {
    const times = { headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 50 };
    const strict = createServer(times, app).listen(0, '127.0.0.1');
    await once(strict, 'listening');
    await startLong(`${get.trimEnd()}\r\nContent-Length: 5\r\n\r\n{`, strict);
    await isLogged();
    expect(logged).toEqual([{ method: 'GET', path: '/long', outcome: 'cut off', ms: expect.any(Number) }]);
    await closeServer(strict);
  });
  it('when the response fails midway', async () => {
    send(get.replace('long', 'half'));
    await isLogged();
    expect(logged).toMatchObject([{ method: 'GET', path: '/half', status: 200, outcome: 'cut off' }]);
  });
});

it('the URL of a shared link is not logged', async () => {
  send('GET /share/a-secret-slug/api/v1/session HTTP/1.1\r\nHost: x\r\n\r\n');
  await eventually(async () => logged.length === 1, 'the request is logged');
  expect(logged).toMatchObject([{ method: 'GET', path: '/share/…/api/v1/session' }]);
});
