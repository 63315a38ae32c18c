import { remember } from './remember.js';

export interface Page {
  hostname?: string | undefined;
  /** Without the question mark. */
  query?: string | undefined;
}

const address = /^https?:\/\/(?:[^/?#@]*@)?([^/?#]*)[^?#]*(?:\?([^#]*))?/i;
const local = /^\/[^?#]*\?([^#]*)/;
/** Internationalized names arrive as punycode. */
const hostname = /^(?:[\w.-]{1,253}|\[[\da-f:.]{2,45}\])$/;

/** Empty if `host` is not a valid host name. */
const nameOf = remember(1_000, (host) => {
  const name = host.replace(/\.?(?::\d*)?$/, '').toLowerCase();
  return hostname.test(name) ? name : '';
});

/** In lower case and without port; undefined if `host` is not a valid host name. */
export const hostnameOf = (host: string): string | undefined => nameOf(host) || undefined;

/** @param path as sent: a URL, or the part after the host */
export function readPage(path: string): Page {
  if (path.startsWith('/')) return { hostname: undefined, query: local.exec(path)?.[1] || undefined };
  const [, host = '', query] = address.exec(path) ?? [];
  return { hostname: hostnameOf(host), query: query || undefined };
}
