/** What the address of a page says: its host and its query. */

export interface Page {
  hostname?: string | undefined;
  /** Without the question mark. */
  query?: string | undefined;
}

const address = /^(?:https?:)?\/\/(?:[^/?#@]*@)?([^/?#]*)[^?#]*(?:\?([^#]*))?/i;
const local = /^\/[^?#]*\?([^#]*)/;

/** `path` as sent: a whole address, or what follows the host. */
export function readPage(path: string): Page {
  if (path.startsWith('/') && !path.startsWith('//')) return { query: local.exec(path)?.[1] || undefined };
  const [, host = '', query] = address.exec(path) ?? [];
  const hostname = host.replace(/\.?(?::\d*)?$/, '').toLowerCase();
  return { hostname: hostname || undefined, query: query || undefined };
}
