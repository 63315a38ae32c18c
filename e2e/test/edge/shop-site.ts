/** A shop's web server that proxies `/stats/` to Millrace, as the README of the browser SDK shows for nginx. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to a batch of events: it passes, is refused with 503, or passes but its response is lost. */
type Fate = 'pass' | 'refuse' | 'lose the answer';

export interface ShopSite {
  port: number;
  /** Fates of the next batches in order; later ones pass. */
  fates: Fate[];
  close(): Promise<void>;
}

/** `tags` has the HTML of a page's head by path; other pages use that of `/`. `addressOf` makes up a visitor's address. */
export async function startShopSite(
  ingestionUrl: string,
  tags: Record<string, string>,
  addressOf: (userAgent: string) => string,
): Promise<ShopSite> {
  const fates: Fate[] = [];

  function passOn(req: IncomingMessage, res: ServerResponse): void {
    const fate = req.method === 'POST' ? (fates.shift() ?? 'pass') : 'pass';
    if (fate === 'refuse') return void res.writeHead(503).end();
    const headers = { ...req.headers, 'x-forwarded-for': addressOf(req.headers['user-agent'] ?? '') };
    const upstream = request(ingestionUrl + req.url!.slice('/stats'.length), { method: req.method, headers });
    upstream.on('response', (answer) => {
      if (fate === 'lose the answer') return void answer.resume().on('end', () => res.destroy());
      res.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(res);
    });
    upstream.on('error', () => res.destroy());
    req.pipe(upstream);
  }

  const server = createServer((req, res) => {
    const { pathname } = new URL(req.url!, 'http://shop');
    if (pathname.startsWith('/stats/')) return passOn(req, res);
    if (pathname.endsWith('.pdf')) return void res.writeHead(204).end();
    res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    res.end(`<!doctype html><title>Shop ${pathname}</title>${tags[pathname] ?? tags['/']}
      <button data-track="signup-click" data-track-plan="pro">Sign up</button>
      <a href="/prices.pdf">Prices</a> <a href="http://elsewhere.example/" target="_blank">Elsewhere</a>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    fates,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
