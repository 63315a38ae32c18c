import { isIP } from 'node:net';
import { isLoopback, refusedAddress } from './refused-address.js';

export type ParsedWebhook = { url: URL; problem?: undefined } | { problem: string };

const ports = ['', '80', '443', '8443'];

/** The host as a resolver needs it: an IPv6 address without brackets. */
export const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, '');

const isThisMachine = (host: string) => host === 'localhost' || isLoopback(host);

/** Checks only the URL itself. Host names are resolved and checked at each post, because DNS may change. */
export function parseWebhook(text: string, allowPrivate: boolean): ParsedWebhook {
  const parsed = parse(text, allowPrivate);
  if (parsed.problem === undefined || parse(text, true).problem !== undefined) return parsed;
  return { problem: `${parsed.problem}; to allow this, set ALERT_ALLOW_PRIVATE=true` };
}

function parse(text: string, allowPrivate: boolean): ParsedWebhook {
  if (!URL.canParse(text)) return { problem: 'it is not a URL' };
  const url = new URL(text);
  const host = hostOf(url);
  const isPlain = url.protocol === 'http:' && allowPrivate && isThisMachine(host);
  if (url.protocol !== 'https:' && !isPlain) return { problem: 'it must begin with https://' };
  if (url.username || url.password) return { problem: 'it must not contain a user or password' };
  if (!ports.includes(url.port) && !allowPrivate) return { problem: 'its port must be 443, 8443 or 80' };
  const refused = isIP(host) === 0 ? undefined : refusedAddress(host, allowPrivate);
  return refused ? { problem: refused } : { url };
}
