import { once } from 'node:events';
import { connect } from 'node:net';
import { closeServer, createHttpServer } from '@millrace/shared/platform/http';
import { expect, it } from 'vitest';

it('closes the connection of a client that does not read the response, which would stay in memory', async () => {
  let destroyed = () => {};
  const gone = new Promise<void>((resolve) => {
    destroyed = resolve;
  });
  const server = createHttpServer(
    (_req, res) => {
      res.on('close', () => destroyed());
      res.end(Buffer.alloc(50_000_000));
    },
    { stalledAfterMs: 300 },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await gone;
  expect(socket.bytesRead).toBeLessThan(50_000_000);
  socket.destroy();
  await closeServer(server);
});
