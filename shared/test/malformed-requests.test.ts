/** Requests that Node's HTTP parser refuses. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { closeServer, createHttpServer } from '@millrace/shared/platform/http';
import { afterAll, beforeAll, expect, it } from 'vitest';

const server = createHttpServer((req, res) => void (req.url === '/early' && res.end('early')), {
  refusalEnvelope: { success: false },
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => closeServer(server));

/** Resolves with everything received until the server closes the connection. */
async function talk(request: string, then?: string): Promise<string> {
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.on('error', () => {});
  let reply = '';
  socket.on('data', (chunk) => {
    if (reply === '' && then) socket.write(then);
    reply += chunk;
  });
  socket.write(request);
  await closed;
  return reply;
}

const head = 'POST / HTTP/1.1\r\nHost: x\r\n';
const chunked = 'Transfer-Encoding: chunked\r\n\r\n';

it.each([
  ['a negative length', `${head}Content-Length: -5\r\n\r\nhello`, 400, 'malformed_request'],
  ['two lengths', `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`, 400, 'malformed_request'],
  ['both a length and chunks', `${head}Content-Length: 5\r\n${chunked}0\r\n\r\n`, 400, 'malformed_request'],
  ['an unknown method', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'malformed_request'],
  ['an invalid chunk size', `${head}${chunked}zz\r\nhello\r\n`, 400, 'malformed_request'],
  ['headers that are too large', `${head}X: ${'y'.repeat(200_000)}\r\n\r\n`, 431, 'headers_too_large'],
])('refuses %s with a JSON body and closes the connection', async (_what, request, status, code) => {
  const [headers = '', body = ''] = (await talk(request)).split('\r\n\r\n');
  expect(headers).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [A-Z]`));
  expect(headers.toLowerCase()).toContain('\r\nconnection: close\r\n');
  expect(headers).toContain(`content-length: ${body.length}`);
  expect(JSON.parse(body)).toEqual({ success: false, error: { code, message: expect.any(String) } });
});

it('refuses a request that takes too long with 408 and a JSON body', async () => {
  const reply = talk(`${head}X: `);
  const [socket] = await once(server, 'connection');
  server.emit('clientError', Object.assign(new Error('slow'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket);
  expect(await reply).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  expect(await reply).toContain('"code":"body_too_slow"');
});

it('does not respond again if a request that has its response turns out to be malformed', async () => {
  const reply = await talk(`${head.replace('/', '/early')}${chunked}`, 'zz\r\n');
  expect(reply).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(reply.split('HTTP/1.1 ')).toHaveLength(2);
});
