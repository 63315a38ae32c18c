/** A proxy between the SDK and ingestion that fails like networks and proxies do. */
import { listen, readBody } from './listen.js';

/**
 * `pass` forwards request and response; `lose` forwards the request and closes the connection instead of responding; `cut`
 * closes it without forwarding anything; a status is the proxy's own response.
 */
export type Fault = 'pass' | 'lose' | 'cut' | 429 | 503 | 502;

export interface FaultProxy {
  url: string;
  /** The outcome of each request; 413 for one that was too large. */
  outcomes: (Fault | 413)[];
  close(): Promise<void>;
}

export interface FaultProxyOptions {
  target: string;
  nextFault(): Fault;
  /** In bytes of JSON; larger requests get a 413. */
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
