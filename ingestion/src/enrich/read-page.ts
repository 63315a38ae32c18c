import { remember } from './remember.js';

export interface Page {
  hostname?: string | undefined;
  /** Without the question mark. */
  query?: string | undefined;
}

const address = /^https?:\/\/(?:[^/?#@]*@)?([^/?#]*)[^?#]*(?:\?([^#]*))?/i;
const local = /^\/[^?#]*\?([^#]*)/;
/** Letters beyond ASCII have become punycode by then. */
const hostname = /^(?:[\w.-]{1,253}|\[[\da-f:.]{2,45}\])$/;

/** Empty for what is no name of a host. */
const nameOf = remember(1_000, (host) => {
  const name = host.replace(/\.?(?::\d*)?$/, '').toLowerCase();
  return hostname.test(name) ? name : '';
});

/** As a column has it; undefined for what is no name of a host. */
export const hostnameOf = (host: string): string | undefined => nameOf(host) || undefined;

/** `path` as sent: a whole address, or what follows the host. */
export function readPage(path: string): Page {
  if (path.startsWith('/')) return { hostname: undefined, query: local.exec(path)?.[1] || undefined };
  const [, host = '', query] = address.exec(path) ?? [];
  return { hostname: hostnameOf(host), query: query || undefined };
}
