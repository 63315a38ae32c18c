/** Normalizes hosts in URLs from clients to the one form that SQL can compare: ASCII, without credentials. */

/** URLs that need no change. Anchored, so that it looks at the host only. */
const ordinary = /^(?:[Hh][Tt][Tt][Pp][Ss]?:)?\/\/[A-Za-z0-9.-]*[A-Za-z]\.?(?::\d+)?(?:[/?#]|$)/;
const webScheme = /^\s*https?:/i;
const webAddress = /^\s*(?:https?:|\/\/)/i;

/**
 * The URL as a browser understands it (WHATWG URL): the host in punycode and lower case, IPv4 and IPv6 in canonical form, no
 * credentials. Anything but a web URL stays as it is.
 */
export function normalizeHost(address: string): string {
  if (ordinary.test(address) || !webAddress.test(address)) return address;
  const url = parseUrl(address);
  if (!url || url.host === '') return address;
  const rest = /^\s*(?:https?:)?[/\\]*[^/\\?#]*([\s\S]*)$/i.exec(address)?.[1]?.trimEnd() ?? '';
  const scheme = /^\s*(?:\/\/)/.test(address) ? '' : url.protocol;
  return `${scheme}//${url.host}${rest}`;
}

function parseUrl(address: string): URL | undefined {
  try {
    // With a base, `http:/host` would be parsed as a path on the base's host.
    return webScheme.test(address) ? new URL(address) : new URL(address, 'http://localhost');
  } catch {
    return undefined;
  }
}

/** An optional scheme and a host; the same rule as in SQL in `referrer-host.ts`. */
const schemeOfHost = '(?:[A-Za-z][A-Za-z0-9+.-]*:)?//';
const schemeWithoutHost = '[A-Za-z][A-Za-z0-9+.-]*:(?!\\d{1,5}(?:[/?#]|$))';
const authority = new RegExp(`^(?:${schemeOfHost}|(?!${schemeWithoutHost}))([^/?#\\\\]*)`);
/** `http://http://shop.example` is a typo, not the host `http`. */
const schemeTwice = new RegExp(`^${schemeOfHost}[A-Za-z][A-Za-z0-9+.-]*://`);

const isAscii = (text: string) => /^\p{ASCII}*$/u.test(text);

/**
 * Like {@link normalizeHost}, but also for referrers without a scheme (`bücher.example/x`) or with one other than http and https.
 * A name without a dot is not a host, and stays as it is.
 */
export function normalizeReferrer(referrer: string): string {
  if (isAscii(referrer) || webAddress.test(referrer)) return normalizeHost(referrer);
  const [before = '', host = ''] = authority.exec(referrer) ?? [];
  if (isAscii(host) || !host.includes('.')) return referrer;
  const url = parseUrl(`http://${host}`);
  return url ? before.slice(0, before.length - host.length) + url.host + referrer.slice(before.length) : referrer;
}

/** By then, non-ASCII letters are punycode. */
const hostName = /^(?:[\w.-]+|\[[\da-f:.]+\])$/;

/**
 * The host by which sites and referrers are compared, from a URL with any scheme or from a bare host: normalized, without port,
 * trailing dot and `www.`. Undefined if there is no host.
 */
export function comparableHost(given: string): string | undefined {
  const address = given.trim();
  if (schemeTwice.test(address)) return undefined;
  const url = parseUrl(webAddress.test(address) ? address : `http://${authority.exec(address)?.[1] ?? ''}`);
  const host = url?.hostname.replace(/\.$/, '');
  return host && hostName.test(host) ? host.replace(/^www\.(?=[^.]+\.)/, '') : undefined;
}
