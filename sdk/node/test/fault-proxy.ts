/** Stands between the SDK and ingestion, and does to requests what networks and proxies do. */
import { listen, readBody } from './listen.js';

/**
 * `pass` hands on request and answer; `lose` hands on the request, and ends the connection in place of the answer; `cut` ends it
 * without handing anything on; a status is answered in place of ingestion.
 */
export type Fault = 'pass' | 'lose' | 'cut' | 429 | 503 | 502;

export interface FaultProxy {
  url: string;
  /** What outcomes to each request; 413 for one that was too large. */
  outcomes: (Fault | 413)[];
  close(): Promise<void>;
}

export interface FaultProxyOptions {
  target: string;
  nextFault(): Fault;
  /** Of JSON; more is answered with 413. */
  maxBytes?: number;
}

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { target, nextFault, maxBytes = Number.POSITIVE_INFINITY } = options;
  const outcomes: FaultProxy['outcomes'] = [];
  const { url, close } = await listen(async (req, res) => {
    const { raw, text } = await readBody(req);
    const fault = text.length > maxBytes ? 413 : nextFault();
    outcomes.push(fault);
    if (fault === 'cut') return void req.socket.destroy();
    if (typeof fault === 'number') return void res.writeHead(fault, fault === 429 ? { 'retry-after': '1' } : {}).end();
    const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = req.headers;
    const headers = { 'content-type': type, 'content-encoding': encoding };
    const answer = await fetch(target + req.url, { method: 'POST', headers, body: new Uint8Array(raw) });
    const body = await answer.text();
    if (fault === 'lose') return void req.socket.destroy();
    res.writeHead(answer.status, { 'content-type': 'application/json' }).end(body);
  });
  return { url, outcomes, close };
}
