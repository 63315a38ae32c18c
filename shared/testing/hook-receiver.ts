/** A local webhook receiver with configurable responses. */
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { certificate, key } from './certificate.js';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface HookReceiver {
  port: number;
  received: Received[];
  /** Statuses of the next responses; then 204. */
  statuses: number[];
  close(): Promise<void>;
}

/** @param location the target of redirects */
export async function receiveHooks(tls = false, location = 'http://127.0.0.1:1/'): Promise<HookReceiver> {
  const received: Received[] = [];
  const statuses: number[] = [];
  const listener: RequestListener = async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    received.push({ path: req.url!, headers: req.headers, body });
    const status = statuses.shift() ?? 204;
    // 0: no response at all.
    if (status !== 0) res.writeHead(status, { location }).end();
  };
  const server = tls ? createHttpsServer({ key, cert: certificate }, listener) : createHttpServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    received,
    statuses,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
