/** A fake Millrace: accepts events like the event API, and fails on request. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { validateEvent } from '@millrace/shared/contract/event';

/** An event as received. */
export interface ReceivedEvent {
  site_id: string;
  event_type: string;
  event_id: string;
  timestamp: string;
  path: string;
  properties: Record<string, unknown>;
  [field: string]: unknown;
}

interface Delivery {
  headers: IncomingHttpHeaders;
  /** With the query string. */
  path: string;
  bytes: number;
  sentAt: string;
  events: ReceivedEvent[];
}

/**
 * `ok` keeps the events and responds, `lose` keeps them and cuts the connection, `forget` neither keeps nor responds; a status
 * rejects the delivery.
 */
type Outcome = 'ok' | 'lose' | 'forget' | { status: number; headers?: Record<string, string>; body?: string };

export interface Collector {
  url: string;
  deliveries: Delivery[];
  /** Kept events without duplicates, in order of arrival. */
  kept(): ReceivedEvent[];
  /** Decides the outcome of each delivery from now on; initially all are kept. */
  decide(fate: (delivery: Delivery) => Outcome): void;
  /** Methods and paths that no page should request. */
  unexpectedRequests: string[];
  close(): Promise<void>;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export async function startCollector(): Promise<Collector> {
  const deliveries: Delivery[] = [];
  const kept = new Map<string, ReceivedEvent>();
  const unexpectedRequests: string[] = [];
  let outcomeOf: (delivery: Delivery) => Outcome = () => 'ok';

  const server = createServer(async (req, res) => {
    const { pathname } = new URL(req.url!, 'http://collector');
    if (req.method === 'GET') return serveScript(pathname, res, unexpectedRequests);
    if (req.method !== 'POST' || !pathname.endsWith('/events')) unexpectedRequests.push(`${req.method} ${req.url}`);
    const body = await readBody(req);
    const { events, sent_at: sentAt } = JSON.parse(body) as { events: ReceivedEvent[]; sent_at: string };
    const delivery = { headers: req.headers, path: req.url!, bytes: Buffer.byteLength(body), sentAt, events };
    deliveries.push(delivery);
    answer(res, req.headers.origin, outcomeOf(delivery), events);
  });

  function answer(res: ServerResponse, origin: string | undefined, outcome: Outcome, events: ReceivedEvent[]): void {
    const cors = { 'access-control-allow-origin': origin ?? '*', 'access-control-allow-credentials': 'true' };
    const headers = { ...cors, 'access-control-expose-headers': 'retry-after', 'content-type': 'application/json' };
    if (typeof outcome === 'object') {
      res
        .writeHead(outcome.status, { ...headers, ...outcome.headers })
        .end(outcome.body ?? '{"error":{"code":"test_rejection"}}');
      return;
    }
    if (outcome === 'forget') return;
    const rejected = events.flatMap((event, index) => refusal(event, index));
    for (const event of events)
      if (refusal(event, 0).length === 0 && !kept.has(event.event_id)) kept.set(event.event_id, event);
    if (outcome === 'lose') return void res.destroy();
    const accepted = events.length - rejected.length;
    res.writeHead(200, headers).end(JSON.stringify({ status: 'ok', accepted, rejected }));
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deliveries,
    kept: () => [...kept.values()],
    decide(fate) {
      outcomeOf = fate;
    },
    unexpectedRequests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Serves the scripts from any folder, as behind a proxy. */
function serveScript(pathname: string, res: ServerResponse, unexpectedRequests: string[]): void {
  const name = /\/(m|millrace-vitals)\.js$/.exec(pathname)?.[1];
  if (!name) unexpectedRequests.push(`GET ${pathname}`);
  res.writeHead(name ? 200 : 404, { 'content-type': 'text/javascript' });
  res.end(name && readFileSync(new URL(`../dist/${name}.js`, import.meta.url)));
}

/** Rejects what Millrace rejects, ids that no browser generates, and events of type `refused`. */
function refusal(
  event: ReceivedEvent,
  index: number,
): { index: number; reason: string; field: string; message: string }[] {
  const result = validateEvent(structuredClone(event), Date.now());
  if (!result.ok) return [{ index, reason: result.reason, field: result.field, message: result.message }];
  if (!uuid.test(event.event_id)) return [{ index, reason: 'bad_format', field: 'event_id', message: 'not a UUID' }];
  if (event.event_type !== 'refused') return [];
  return [{ index, reason: 'bad_format', field: 'event_type', message: 'rejected by the test' }];
}
