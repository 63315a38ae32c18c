/** The shop's website, whose pages are counted. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Site {
  port: number;
  /** HTML by path; all other paths serve the default page. */
  pages: Record<string, string>;
  /** Called for each request; a returned promise delays the response. */
  onRequest(path: string): Promise<void> | undefined;
  close(): Promise<void>;
}

/** `tag` goes into the head. */
export const pageWith = (tag: string, body = ''): string =>
  `<!doctype html><html><head><meta charset="utf-8"><title>Shop</title>${tag}</head><body>${body}</body></html>`;

/** Serves the modules of the package below `/sdk/`, as a bundler would. */
export async function startSite(tag: string): Promise<Site> {
  const pages: Record<string, string> = {};
  const site: Site = { port: 0, pages, onRequest: () => undefined, close };
  const server = createServer(async (req, res) => {
    const { pathname } = new URL(req.url!, 'http://site');
    await site.onRequest(pathname);
    const module = /^\/sdk\/([\w-]+\.js)$/.exec(pathname)?.[1];
    res.writeHead(200, { 'content-type': module ? 'text/javascript' : 'text/html' });
    res.end(module ? readFileSync(new URL(`../dist/${module}`, import.meta.url)) : (pages[pathname] ?? pageWith(tag)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  site.port = (server.address() as AddressInfo).port;
  return site;

  async function close(): Promise<void> {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}
