/** A fake ingestion that keeps the events it receives, with configurable responses. */
import type { IncomingHttpHeaders } from 'node:http';
import { listen, readBody } from './listen.js';

type Json = Record<string, unknown>;

interface ReceivedRequest {
  path: string;
  headers: IncomingHttpHeaders;
  atMs: number;
  body: Json & { events?: Json[]; sent_at?: string };
}

/** `lose` closes the connection without a response, `silence` keeps it open. */
export type CollectorAnswer = { status: number; headers?: Record<string, string>; body?: unknown } | 'lose' | 'silence';

export interface Collector {
  url: string;
  requests: ReceivedRequest[];
  /** For the next requests, in order; after them everything is accepted. */
  answers: CollectorAnswer[];
  /** Of all requests that were not lost or refused. */
  accepted: Json[];
  close(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const requests: ReceivedRequest[] = [];
  const answers: CollectorAnswer[] = [];
  const accepted: Json[] = [];
  const { url, close } = await listen(async (req, res) => {
    const body = JSON.parse((await readBody(req)).text) as ReceivedRequest['body'];
    requests.push({ path: req.url!, headers: req.headers, atMs: performance.now(), body });
    const answer = answers.shift();
    if (answer === 'lose') req.socket.destroy();
    if (answer === 'lose' || answer === 'silence') return;
    if (answer) return void res.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body ?? {}));
    accepted.push(...(body.events ?? [body]));
    const counts = body.events && { accepted: body.events.length, rejected: [] };
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ status: 'ok', ...counts }));
  });
  return { url, requests, answers, accepted, close };
}
